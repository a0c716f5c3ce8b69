"""What was sent of alerts to endpoints, as it stands on `deliveries`: each notification with what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.alert import AlertKind
from schemas.delivery import Delivery, DeliveryState, EventType, Notification
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.ledger.told import milliseconds


class Outcome(NamedTuple):
    """What became of an alert at an endpoint. Without a state: it should be told in a digest, and is in none."""

    state: DeliveryState | None
    reason: HeldReason | None = None  # of a held one
    offset: int = -1  # of the first record of this state
    sent_ms: int = 0  # when the last attempt began


WAITS = Outcome(DeliveryState.PENDING)
NOWHERE = Outcome(None)


@dataclass(slots=True, eq=False)
class Sent:
    """A notification; or outcomes alone, as far as no notification of their key was read."""

    record: str  # where it stands on `deliveries`, or an outcome of it
    at_ms: int  # when that record was written
    type: EventType | None = None  # None: no notification was read
    endpoints: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()  # ids
    made_ms: int = 0
    held: HeldReason | None = None
    part_of: str | None = None
    kind: AlertKind | None = None  # from here on of a single alert
    previous: str | None = None
    rule_id: str = ""
    uri: str = ""
    origin: str = ""
    outcomes: dict[str, Outcome] = field(default_factory=dict)  # by endpoint


class Key(NamedTuple):
    """Of a notification."""

    channel: str
    id: str
    replay: str = ""


class Sents:
    """All of it, by key; outcomes and notifications in any order, since compaction keeps the latest of each."""

    def __init__(self) -> None:
        self._sents: dict[Key, Sent] = {}
        self._digests: dict[tuple[str, str], list[Sent]] = {}  # by channel and alert, in which it is told first
        self._again: dict[tuple[str, str], list[Sent]] = {}  # the same, where it is sent or told once more
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __iter__(self) -> Iterator[tuple[Key, Sent]]:
        return iter(self._sents.items())

    def __bool__(self) -> bool:
        return bool(self._sents)

    def notification(self, read: Notification, record: Incoming) -> None:
        """One from `deliveries`. The latest of a key is what holds; whom it was for stays so."""
        key = Key(read.channel, read.id, read.replay)
        sent = self._at(key, record)
        if sent.type is None:
            ids = tuple(alert.id for alert in read.alerts)
            sent.alerts = self._same.setdefault(ids, ids)
            self._enter(key, sent, read)
        ends = tuple(dict.fromkeys((*sent.endpoints, *read.endpoints)))
        sent.endpoints = self._same.setdefault(ends, ends)
        sent.type, sent.made_ms, sent.record = read.type, milliseconds(read.made), record.position
        sent.held, sent.part_of, sent.origin = read.held, read.part_of, read.origin
        if len(read.alerts) == 1 and read.type is not EventType.DIGEST:
            (alert,) = read.alerts
            sent.kind, sent.previous = alert.kind, alert.previous
            sent.rule_id, sent.uri = alert.rule.id, alert.article.uri

    def _enter(self, key: Key, sent: Sent, read: Notification) -> None:
        if key.replay or read.data.get("again"):
            told = self._again
        elif read.type is EventType.DIGEST:
            told = self._digests
        else:
            return
        for alert_id in sent.alerts:
            told.setdefault((key.channel, alert_id), []).append(sent)

    def delivery(self, read: Delivery, record: Incoming) -> None:
        """One from `deliveries`. What was delivered once stays so, and where it was first told of."""
        sent = self._at(Key(read.channel, read.notification, read.replay), record)
        before = sent.outcomes.get(read.endpoint)
        if before is None or before.state not in (DeliveryState.DELIVERED, read.state):
            sent_ms = milliseconds(read.last.at) if read.last else record.timestamp_ms
            sent.outcomes[read.endpoint] = Outcome(read.state, read.reason, record.offset, sent_ms)

    def _at(self, key: Key, record: Incoming) -> Sent:
        sent = self._sents.get(key)
        if sent is None:
            sent = self._sents[key] = Sent(record.position, record.timestamp_ms)
        return sent

    def of(self, channel: str, alert_id: str) -> Sent | None:
        """The notification of a single alert, where there is one."""
        sent = self._sents.get(Key(channel, alert_id))
        return None if sent is None or sent.type is None else sent

    def fate(self, channel: str, alert_id: str, endpoint: str) -> Outcome | None:
        """What became of an alert at an endpoint, by itself or in a digest; None where it was not for it."""
        sent = self.of(channel, alert_id)
        if sent is None or endpoint not in sent.endpoints:
            return None
        own = sent.outcomes.get(endpoint, WAITS)
        if own.state is not DeliveryState.PENDING:
            return own
        together = [
            each.outcomes.get(endpoint, WAITS)
            for each in self._digests.get((channel, alert_id), ())
            if endpoint in each.endpoints
        ]
        if together:
            return min(together, key=lambda each: each.state is not DeliveryState.DELIVERED)
        if sent.part_of is not None:
            return NOWHERE
        return own if sent.held is None else Outcome(DeliveryState.HELD, sent.held)

    def got_again(self, channel: str, alert_id: str, endpoint: str) -> bool:
        """Has the endpoint got it because somebody asked for it, or as its group was said again?"""
        return any(
            each.outcomes.get(endpoint, WAITS).state is DeliveryState.DELIVERED
            for each in self._again.get((channel, alert_id), ())
        )
