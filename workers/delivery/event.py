"""What a webhook says: `{"type", "timestamp", "data"}`, the same bytes at each attempt."""

from __future__ import annotations

from datetime import UTC

import orjson
from pydantic_core import to_jsonable_python

from schemas.delivery import EventType, Notification

_OF_ONE_ALERT = frozenset((EventType.CREATED, EventType.UPDATED, EventType.CORRECTED, EventType.RETRACTED))

# What else its notification holds is for the worker that takes over.
_SAID_OF_A_DIGEST = ("because", "group", "again", "left_out")


def body(notification: Notification) -> bytes:
    """The whole body, in the format of Standard Webhooks."""
    return orjson.dumps(
        {
            "type": notification.type.value,
            "timestamp": timestamp(notification),
            "data": orjson.Fragment(data(notification)),
        }
    )


def data(notification: Notification) -> bytes:
    """Its `data`: of a single alert the alert's own JSON, byte by byte as it stands on the topic `alerts`.

    Of a digest what is said of it, and its alerts in their order, each in its own JSON as well. Fields that are not of
    an alert are sorted, so that they are the same bytes whoever made them and however often they were read back.
    """
    if notification.type in _OF_ONE_ALERT:
        (alert,) = notification.alerts
        return alert.model_dump_json().encode()
    told = to_jsonable_python(notification.data)
    if notification.type is EventType.DIGEST:
        alerts = [orjson.Fragment(each.model_dump_json()) for each in notification.alerts]
        said = {name: told[name] for name in _SAID_OF_A_DIGEST if name in told}
        told = {**said, "channel": notification.channel, "alerts": alerts}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def timestamp(notification: Notification) -> str:
    """When it came about, not when it is sent: ISO 8601 in UTC, to the millisecond."""
    return notification.made.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
