"""The decision row of an alert that an endpoint, or a whole channel, does not get, or not by itself."""

from __future__ import annotations

from hashlib import blake2b

from schemas.alert import Alert
from schemas.decision import Decision
from schemas.delivery import Notification
from schemas.reasons import HeldReason

ID_BYTES = 15
DETAIL_CHARS = 5_000


def named(prefix: str, *parts: str) -> str:
    """An id made of the parts alone."""
    return f"{prefix}_{blake2b(chr(0).join(parts).encode('utf-8', 'surrogatepass'), digest_size=ID_BYTES).hexdigest()}"


def held(
    notification: Notification, alert: Alert, reason: HeldReason, detail: str = "", endpoint: str | None = None
) -> Decision:
    """Why this alert of a notification is not sent; a repeat has the same id."""
    where = (notification.channel, endpoint or "", notification.replay)
    return Decision(
        id=named("de", alert.id, *where, reason),
        reason=reason,
        rule=alert.rule,
        article=alert.article,
        story=alert.story,
        detail=detail[:DETAIL_CHARS],
        alert_id=alert.id,
        channel=notification.channel,
        endpoint=endpoint,
        record=notification.origin,
        received=alert.times.received,
    )
