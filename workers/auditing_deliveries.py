"""The audit's second account: what stands on `deliveries`, held against the alerts and the channels' endpoints.

1. committed    how far the deliver workers are on `alerts`: what they have committed stands on `deliveries`
2. alerts       the audit reads them, and hands them on
3. deliveries   all of it, since what follows on an alert goes to those who got that, however long ago
4. channels     at last: an endpoint that is taken away meanwhile is missed at none
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pydantic import TypeAdapter, ValidationError

from schemas.alert import Alert
from schemas.channel import Channel
from schemas.delivery import Delivery, DeliveryRecord, Notification
from schemas.envelope import Incoming
from workers.epochs import Epochs
from workers.errors import Refused
from workers.ledger import Deliveries, DeliveryAudit, DeliveryTerms
from workers.records import read
from workers.restraint import check_channel
from workers.streams.archive import Archive

AT_THE_EDGE_MS = 10 * 60_000  # the oldest records may be deleted while we read
OPEN_MS = 8 * 86_400_000  # a notification is older than its outcomes by no more
CHANNEL_MAX_BYTES = 64 * 1024 * 1024  # the topic takes less
_RECORDS: TypeAdapter[DeliveryRecord] = TypeAdapter(DeliveryRecord)

Read = Callable[[Sequence[str], str, int], Iterable[Incoming]]  # topics, what they are called, and from when on
Odd = Callable[[Incoming, str], None]  # hears of a record that cannot be read, and why


class DeliveryAuditing:
    """Where nothing is delivered, it keeps nothing and answers nothing."""

    def __init__(self, archive: Archive, records: Read, odd: Odd) -> None:
        self._archive = archive
        self._records = records
        self._odd = odd
        self._deliveries: Deliveries | None = None

    def begin(self, group: str, since_ms: int, edit_live_ms: int, now_ms: int) -> None:
        """To be called before alerts are read."""
        archive = self._archive
        if not {"channels", "deliveries"} <= archive.topics():
            return
        if not archive.size(["deliveries"], 0) and not any(each.endpoints for _, each in self._channels() if each):
            return
        kept_ms = archive.kept_from_ms("deliveries", now_ms)
        self._deliveries = Deliveries(
            DeliveryTerms(
                since_ms=max(since_ms, kept_ms + AT_THE_EDGE_MS if kept_ms else 0),
                committed=archive.committed(group, "alerts"),
                edit_live_ms=edit_live_ms,
                whole_from_ms=kept_ms + OPEN_MS if kept_ms else 0,
            )
        )

    def alert(self, alert: Alert, record: Incoming) -> None:
        """One from `alerts`."""
        if self._deliveries is not None:
            self._deliveries.alert(alert, record)

    def end(self) -> DeliveryAudit | None:
        """To be called when all alerts were read."""
        deliveries = self._deliveries
        if deliveries is None:
            return None
        epochs = Epochs()
        for record in self._records(["deliveries"], "deliveries", 0):
            if epochs.stands(record) and record.value is not None:
                self._take(deliveries, record)
        for record, channel in self._channels():
            deliveries.channel((record.key or b"").decode("utf-8", "replace"), channel, record.timestamp_ms)
        return deliveries.close()

    def _take(self, deliveries: Deliveries, record: Incoming) -> None:
        try:
            told = _RECORDS.validate_json(record.value or b"")
        except ValidationError as exc:
            self._odd(record, f"no record of deliveries: {exc.error_count()} errors")
            return
        if isinstance(told, Notification):
            deliveries.notification(told, record)
        elif isinstance(told, Delivery):
            deliveries.delivery(told, record)

    def _channels(self) -> Iterable[tuple[Incoming, Channel | None]]:
        """What cannot be read changes nothing for the workers either."""
        for record in self._records(["channels"], "channels", 0):
            channel = None
            if record.value is not None:
                try:
                    channel = read(Channel, "channel", record.value, CHANNEL_MAX_BYTES)
                    check_channel(channel)
                except Refused:
                    continue
            yield record, channel
