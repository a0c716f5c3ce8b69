"""Alerts that a courier in memory delivers: its topic is audited, as it stands and as compaction leaves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
from pydantic import TypeAdapter

from schemas.alert import Alert, AlertKind
from schemas.channel import Channel
from schemas.delivery import Delivery, DeliveryRecord, Notification
from schemas.envelope import Incoming
from tests.unit.courier_world import NOON, Answers, Partition, alert
from workers.delivery import dispatch
from workers.ledger import Deliveries, DeliveryAudit, DeliveryFinding, DeliveryTerms
from workers.ledger.told import milliseconds

_RECORDS: TypeAdapter[DeliveryRecord] = TypeAdapter(DeliveryRecord)
EARLY = NOON - timedelta(days=1)


class Quay:
    """Of the channel `desk`, which stands since the day before."""

    def __init__(self, desk: Channel, answers: Answers | None = None) -> None:
        self.partition = Partition(desk, answers=answers)
        self.alerts: list[Incoming] = []
        self.channels: list[tuple[str, Channel | None, int]] = [(desk.id, desk, milliseconds(EARLY))]
        self.committed = 0

    def come(self, one: Alert, to: bool = True) -> None:
        """On to `alerts`, and dispatched, unless that is not done."""
        now_ms = milliseconds(self.partition.now)
        record = Incoming("alerts", 0, len(self.alerts), now_ms, b"u", one.model_dump_json().encode())
        self.alerts.append(record)
        if to:
            self.dispatch(one, record)
            self.committed = len(self.alerts)

    def dispatch(self, one: Alert, record: Incoming) -> None:
        """As the other half of the worker does."""
        for each in dispatch(one, record.received, record.position, self.partition.channels.get):
            self.partition.log.append(each.model_dump_json().encode())

    def tell(self, *alerts: Alert) -> None:
        """They come, and all is done that can be done now."""
        for each in alerts:
            self.come(each)
        self.partition.settle()

    def catch_up(self) -> None:
        """The courier reads what is there, and hears what it has asked of the topic's beginning."""
        world = self.partition
        world.send(0)
        while asked := world.courier.asking():
            wanted = frozenset[str]().union(*asked.values())
            rows = [row for _, row in self._rows() if isinstance(row, Notification | Delivery)]
            world.courier.answer(asked, [row for row in rows if wanted & _alerts_of(row)], world.now)
            world.send(0)

    def edit(self, desk: Channel) -> None:
        """The channel's record."""
        self.partition.channels[desk.id] = desk
        self.channels.append((desk.id, desk, milliseconds(self.partition.now)))
        self.partition.courier.change(desk.id, self.partition.now)

    def audit(self, compacted: bool = False, since_ms: int = 0, live_ms: int = 0) -> DeliveryAudit:
        """What the ledger says of it."""
        ledger = Deliveries(DeliveryTerms(since_ms, {0: self.committed}, live_ms, whole_from_ms=0))
        for record in self.alerts:
            ledger.alert(Alert.model_validate_json(record.value or b""), record)
        rows = list(self._rows())
        last = {row.key: offset for offset, row in rows}
        for offset, row in rows:
            if compacted and last[row.key] != offset:
                continue
            at_ms = milliseconds(self.partition.now)
            record = Incoming("deliveries", 0, offset, at_ms, row.key.encode(), b"")
            if isinstance(row, Notification):
                ledger.notification(row, record)
            elif isinstance(row, Delivery):
                ledger.delivery(row, record)
        for each in self.channels:
            ledger.channel(*each)
        audit = ledger.close()
        assert audit is not None
        return audit

    def _rows(self) -> Iterator[tuple[int, DeliveryRecord]]:
        for offset, value in enumerate(self.partition.log):
            if value is not None:
                yield offset, _RECORDS.validate_json(value)

    def only(self) -> DeliveryFinding:
        """What is found: one thing, whether compaction came or not."""
        (found,), (again,) = self.audit().findings, self.audit(compacted=True).findings
        assert (again.slip, again.endpoints, again.notification) == (found.slip, found.endpoints, found.notification)
        return found

    def take_out(self, key: str) -> None:
        """All records of this key, as if they had never been there."""
        for offset, row in self._rows():
            if row.key == key:
                self.partition.log[offset] = None

    def alter(self, key: str, change: Callable[[dict[str, Any]], object]) -> None:
        """All records of this key, with other words in them."""
        for offset, row in list(self._rows()):
            if row.key == key:
                value = orjson.loads(row.model_dump_json())
                change(value)
                self.partition.log[offset] = orjson.dumps(value)

    def put(self, row: DeliveryRecord) -> None:
        """By hand, behind all others; the courier does not hear of it."""
        self.partition.log.append(row.model_dump_json().encode())


def _alerts_of(row: Notification | Delivery) -> set[str]:
    return {row.id for row in row.alerts} if isinstance(row, Notification) else set(row.alerts)


def follow_up(name: str, kind: str, previous: str) -> Alert:
    """An alert on the same story as another."""
    return alert(name, AlertKind(kind), previous)
