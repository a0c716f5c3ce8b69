"""From an alert to what shall be sent of it: one notification a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from schemas.alert import Alert, AlertKind
from schemas.channel import Channel
from schemas.delivery import EventType, Notification

TYPES = {
    AlertKind.CREATED: EventType.CREATED,
    AlertKind.UPDATED: EventType.UPDATED,
    AlertKind.CORRECTED: EventType.CORRECTED,
    AlertKind.RETRACTED: EventType.RETRACTED,
}


def dispatch(
    alert: Alert, made: datetime, origin: str, channel_of: Callable[[str], Channel | None]
) -> Iterator[Notification]:
    """The notifications of an alert that stands at `origin` since `made`: always the same for the same channels.

    Endpoints that came later than the alert do not get it; channels without an endpoint get none.
    """
    for channel_id in alert.channels:
        channel = channel_of(channel_id)
        endpoints = (
            tuple(each.id for each in channel.endpoints if each.created is None or each.created <= made)
            if channel
            else ()
        )
        if endpoints:
            yield Notification(
                id=alert.id,
                type=TYPES[alert.kind],
                channel=channel_id,
                endpoints=endpoints,
                made=made,
                alerts=(alert,),
                origin=origin,
            )
