"""The same events as CloudEvents 1.0, by the HTTP binding: https://github.com/cloudevents/spec/tree/v1.0.2/cloudevents

`source` says whose events they are, a URI reference; with the id it names an event. The subject is the channel.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import orjson

from schemas.delivery import Notification
from workers.delivery import event

STRUCTURED = "application/cloudevents+json"
JSON = "application/json"
Parts = tuple[dict[str, str], bytes]  # headers and body
Mode = Callable[[Notification, str], Parts]

# Section 3.1.3.2 of the binding: all else of a header's value is percent-encoded UTF-8.
_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


def structured(notification: Notification, source: str) -> Parts:
    """The whole event as the body."""
    attributes = {**_attributes(notification, source), "datacontenttype": JSON}
    body = orjson.dumps({**attributes, "data": orjson.Fragment(event.data(notification))})
    return {"content-type": STRUCTURED}, body


def binary(notification: Notification, source: str) -> Parts:
    """The data as the body, all else as headers."""
    attributes = _attributes(notification, source)
    headers = {f"ce-{name}": quote(value, safe=_PLAIN) for name, value in attributes.items()}
    return {"content-type": JSON, **headers}, event.data(notification)


def _attributes(notification: Notification, source: str) -> dict[str, str]:
    return {
        "specversion": "1.0",
        "id": notification.id,
        "source": source,
        "type": f"wirewatch.{notification.type.value}",
        "subject": notification.channel,
        "time": event.timestamp(notification),
    }
