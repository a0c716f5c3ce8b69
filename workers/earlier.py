"""What became of alerts of long ago that something follows on now: found on `deliveries`, from its beginning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Protocol

from schemas.delivery import Delivery, DeliveryRecord, Notification
from schemas.envelope import Incoming
from workers.epochs import Epochs
from workers.errors import Refused


class Topics(Protocol):
    """What stands on topics."""

    def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        """Everything up to the ends of now. Raises Unavailable."""
        ...


async def earlier(
    alerts: Collection[str], topics: Topics, read: Callable[[bytes | None], DeliveryRecord], got_on: Callable[[], None]
) -> list[Notification | Delivery]:
    """All records that tell of these alerts, each partition's in their order. Raises Unavailable.

    Most records are passed over by a look at their bytes: only those that name one of the alerts are read.
    """
    names = [each.encode() for each in alerts]
    found: list[Notification | Delivery] = []
    epochs = Epochs()
    async for records in topics.since(("deliveries",), 0):
        for incoming in records:
            value = incoming.value or b""
            if not (epochs.stands(incoming) and any(name in value for name in names)):
                continue
            try:
                record = read(value)
            except Refused:
                continue
            if isinstance(record, Notification | Delivery):
                found.append(record)
        got_on()
    return found
