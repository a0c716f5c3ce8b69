"""Every alert held against what was sent of it: one outcome at each endpoint of its channels, or it waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.alert import Alert
from schemas.channel import Channel
from schemas.delivery import Delivery, DeliveryState, EventType, Notification
from schemas.envelope import Incoming, moment
from workers.ledger.delivered import DeliveryAudit, DeliveryFinding, DeliverySlip
from workers.ledger.endpoints import Endpoints
from workers.ledger.follow_ups import FollowUps
from workers.ledger.sent import WAITS, Key, Sent, Sents

ALERTS = "alerts"


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """What is judged."""

    since_ms: int  # alerts stamped from then on
    committed: Mapping[int, int]  # how far the deliver workers are on `alerts`, by partition
    edit_live_ms: int  # workers know an edit of a channel so long after its record, and clocks differ by no more
    whole_from_ms: int  # outcomes stamped from then on have their notification on the topic, if ever there was one


class _Alert(NamedTuple):
    """One that is judged."""

    rule_id: str
    uri: str
    channels: tuple[str, ...]
    at_ms: int
    partition: int
    offset: int  # of its first record


class Deliveries:
    """Takes alerts, the records of `channels` and those of `deliveries`, each in their order.

    Keeps some 2 KB for each alert of a channel with five endpoints, and none of its texts.
    """

    def __init__(self, terms: DeliveryTerms) -> None:
        self._terms = terms
        self._alerts: dict[str, _Alert] = {}
        self._known: set[int] = set()  # hashes of the ids of all alerts that were read
        self._ends: dict[int, int] = {}  # the last offset that was read of each partition of `alerts`
        self._endpoints = Endpoints()
        self._sents = Sents()
        self._routes: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._audit = DeliveryAudit()

    def alert(self, alert: Alert, record: Incoming) -> None:
        """One from `alerts`. Of its repeats the first counts."""
        self._known.add(hash(alert.id))
        self._ends[record.partition] = record.offset
        if record.timestamp_ms < self._terms.since_ms or alert.id in self._alerts:
            return
        route = self._routes.setdefault(alert.channels, alert.channels)
        self._alerts[alert.id] = _Alert(
            alert.rule.id, alert.article.uri, route, record.timestamp_ms, record.partition, record.offset
        )

    def channel(self, channel_id: str, channel: Channel | None, at_ms: int) -> None:
        """One from `channels`; None is a tombstone."""
        self._endpoints.take(channel_id, channel, at_ms)

    def notification(self, read: Notification, record: Incoming) -> None:
        """One from `deliveries`."""
        self._sents.notification(read, record)

    def delivery(self, read: Delivery, record: Incoming) -> None:
        """One from `deliveries`."""
        self._sents.delivery(read, record)

    def close(self) -> DeliveryAudit | None:
        """All was read: what does it come to? None where there is no endpoint, and never was one."""
        if not self._endpoints and not self._sents:
            return None
        for alert_id, alert in self._alerts.items():
            for channel in dict.fromkeys(alert.channels):
                self._account(alert_id, alert, channel)
        for key, sent in self._sents:
            self._check(key, sent)
        return self._audit

    def _account(self, alert_id: str, alert: _Alert, channel: str) -> None:
        """An alert on one of its channels: each endpoint that it is for, once."""
        sent = self._sents.of(channel, alert_id)
        named = sent.endpoints if sent else ()
        follow_ups = FollowUps(self._sents, lambda each: hash(each) in self._known)
        wanting: dict[DeliverySlip, list[tuple[str, str]]] = {}
        for endpoint in named:
            outcome = self._sents.fate(channel, alert_id, endpoint)
            if sent is None or outcome is None:
                continue
            self._audit.of(channel, endpoint).count(outcome.state, outcome.reason)
            if outcome.state is None:
                wanting.setdefault(DeliverySlip.NO_DIGEST, []).append((endpoint, f"told in {sent.part_of}, it says"))
            elif slip := follow_ups.judge(channel, sent, endpoint, outcome):
                wanting.setdefault(slip[0], []).append((endpoint, slip[1]))
        unnamed = self._unnamed(alert, channel, named)
        if unnamed and sent is None and alert.offset >= self._terms.committed.get(alert.partition, 0):
            self._audit.undispatched += 1
            for endpoint in unnamed:
                self._audit.of(channel, endpoint).count(DeliveryState.PENDING, None)
        elif unnamed:
            for endpoint in unnamed:
                self._audit.of(channel, endpoint).count(None, None)
            what = "its notification is not for it" if sent else "there is no notification"
            wanting[DeliverySlip.NOT_DISPATCHED] = [(endpoint, what) for endpoint in unnamed]
        for found, where in wanting.items():
            self._find(found, Key(channel, alert_id), alert, where)

    def _unnamed(self, alert: _Alert, channel: str, named: Sequence[str]) -> list[str]:
        """Endpoints that the channel had when the alert came, and that nothing on `deliveries` is for."""
        stood = self._endpoints.stood(channel, alert.at_ms - self._terms.edit_live_ms)
        return [endpoint for endpoint in stood if endpoint not in named]

    def _find(self, slip: DeliverySlip, key: Key, alert: _Alert, where: Sequence[tuple[str, str]]) -> None:
        ends = tuple(endpoint for endpoint, _ in where)
        detail = "; ".join(dict.fromkeys(detail for _, detail in where))
        record = f"{ALERTS}/{alert.partition}/{alert.offset}"
        came = moment(alert.at_ms)
        self._audit.find(
            DeliveryFinding(slip, key.channel, ends, key.id, alert.rule_id, alert.uri, record, came, detail)
        )

    def _check(self, key: Key, sent: Sent) -> None:
        """What stands on `deliveries` must have its cause."""
        if key.replay and sent.at_ms >= self._terms.since_ms:
            for endpoint in sent.endpoints:
                state = sent.outcomes.get(endpoint, WAITS).state or DeliveryState.PENDING
                self._audit.of(key.channel, endpoint).replays[state] += 1
        if sent.type is None:
            if sent.at_ms >= max(self._terms.since_ms, self._terms.whole_from_ms):
                self._note(DeliverySlip.NO_NOTIFICATION, key, sent, tuple(sent.outcomes), "an outcome of nothing")
            return
        strange = tuple(each for each in sent.outcomes if each not in sent.endpoints)
        if strange and sent.at_ms >= self._terms.since_ms:
            self._note(DeliverySlip.NOT_NAMED, key, sent, strange, f"it is for {', '.join(sent.endpoints)}")
        if sent.type is EventType.DIGEST:
            self._check_digest(key, sent)
        elif sent.kind is not None and not key.replay and self._is_forged(key, sent):
            self._note(DeliverySlip.NO_ALERT, key, sent, sent.endpoints, f"{sent.origin} is no such alert")

    def _check_digest(self, key: Key, sent: Sent) -> None:
        """Judged are the alerts that are: of others the notification may be gone."""
        for alert_id in sent.alerts:
            if alert_id in self._alerts and self._sents.of(key.channel, alert_id) is None:
                self._note(DeliverySlip.NO_NOTIFICATION, key, sent, sent.endpoints, f"it tells {alert_id}")

    def _is_forged(self, key: Key, sent: Sent) -> bool:
        """Does it tell of an alert that is not on `alerts`, though that was read so far?"""
        if sent.made_ms < self._terms.since_ms or hash(key.id) in self._known:
            return False
        topic, _, place = sent.origin.partition("/")
        partition, _, offset = place.partition("/")
        if topic != ALERTS or not partition.isdecimal() or not offset.isdecimal():
            return True
        return int(offset) <= self._ends.get(int(partition), -1)

    def _note(self, slip: DeliverySlip, key: Key, sent: Sent, ends: tuple[str, ...], detail: str) -> None:
        came = moment(sent.made_ms or sent.at_ms)
        self._audit.find(
            DeliveryFinding(slip, key.channel, ends, key.id, sent.rule_id, sent.uri, sent.record, came, detail)
        )
