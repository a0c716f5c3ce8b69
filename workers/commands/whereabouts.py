"""Where an alert went: what stands of it on `alerts`, `decisions` and `deliveries`, put in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.alert import Alert
from schemas.channel import Channel
from schemas.decision import Decision
from schemas.delivery import Delivery, DeliveryState
from schemas.envelope import Incoming
from workers.commands.attempted import attempt_in_words, outcome_in_words
from workers.commands.durations import told_at
from workers.commands.sendings import Archive, Sending, Sendings, naming
from workers.errors import Refused
from workers.records import read

TOPICS = ["alerts", "decisions", "deliveries"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that came about."""

    at: datetime
    what: str
    endpoint: str | None = None

    @property
    def told_at(self) -> str:
        """On this machine's clock."""
        return told_at(self.at)


@dataclass(frozen=True, slots=True)
class OnChannel:
    """What became of the alert on one channel."""

    id: str
    endpoints: tuple[str, ...]  # that the channel has now
    steps: tuple[Step, ...]
    standing: str  # in words


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Of one alert."""

    alert: Alert
    at: datetime
    position: str
    partition: int
    offset: int
    channels: tuple[OnChannel, ...]

    def judged(self, taken_up: bool, anybody: bool) -> Whereabouts:
        """The same with words on channels of which nothing stands on `deliveries`, though they have endpoints."""
        why = "endpoints are newer than the alert, or were not there when it was taken up"
        if not taken_up:
            waits = "a worker will take it up" if anybody else "nobody is running deliver: wirewatch run deliver"
            why = f"it was not taken up yet; {waits}"
        return replace(
            self,
            channels=tuple(
                replace(each, standing=each.standing or why) if each.endpoints else each for each in self.channels
            ),
        )


def whereabouts(alert_id: str, archive: Archive, channels: Mapping[str, Channel]) -> Whereabouts:
    """All that stands of it. Raises Refused where there is no such alert."""
    found, decisions, sendings = _gathered(alert_id, archive)
    if found is None:
        hint = (
            "alerts are kept for 30 days unless that was changed; wirewatch tail --from-beginning --json has their ids"
        )
        raise Refused(f"there is no alert {alert_id}", reason="unknown", hint=hint)
    record, alert = found
    told = dict.fromkeys((*alert.channels, *(each.channel for each in sendings if alert_id in each.alerts)))
    return Whereabouts(
        alert,
        record.received,
        record.position,
        record.partition,
        record.offset,
        tuple(_on(each, alert_id, channels.get(each), decisions, sendings) for each in told),
    )


def _gathered(
    alert_id: str, archive: Archive
) -> tuple[tuple[Incoming, Alert] | None, list[tuple[datetime, Decision]], Sendings]:
    found: tuple[Incoming, Alert] | None = None
    decisions: dict[str, tuple[datetime, Decision]] = {}
    sendings, wanted = Sendings(), naming(alert_id)
    for record in archive.history(TOPICS, 0):
        value = record.value
        if record.topic == "deliveries":
            sendings.read(record, wanted)
        elif value is None or not wanted(record):
            continue
        elif record.topic == "decisions":
            decision = _read_decision(value)
            if decision and decision.alert_id == alert_id and decision.channel:
                decisions.setdefault(decision.id, (record.received, decision))
        elif found is None:
            alert = read(Alert, "alert", value, len(value))
            found = (record, alert) if alert.id == alert_id else None
    return found, list(decisions.values()), sendings


def _read_decision(value: bytes) -> Decision | None:
    try:
        return read(Decision, "decision", value, len(value))
    except Refused:
        return None


def _on(
    channel_id: str,
    alert_id: str,
    channel: Channel | None,
    decisions: Sequence[tuple[datetime, Decision]],
    sendings: Sendings,
) -> OnChannel:
    mine = [each for each in sendings if each.channel == channel_id and alert_id in each.alerts]
    steps = [step for each in mine for step in _steps(each, alert_id)]
    steps += [
        Step(at, _decided(decision), decision.endpoint)
        for at, decision in decisions
        if decision.channel == channel_id and not _is_told(decision, mine)
    ]
    endpoints = tuple(each.id for each in channel.endpoints) if channel else ()
    waits = [
        each.reason.value.replace("_", " ")
        for _, each in decisions
        if (each.channel, each.endpoint) == (channel_id, None)
    ]
    standing = _standing(mine, f"waits: {waits[-1]}" if waits else "")
    if not standing and not endpoints:
        standing = f"it has no endpoints: its topic alerts.{channel_id} carries the alert, and nothing else is sent"
    return OnChannel(channel_id, endpoints, tuple(sorted(steps, key=lambda each: each.at)), standing)


def _steps(sending: Sending, alert_id: str) -> Iterator[Step]:
    notification = sending.notification
    name = "" if sending.id == alert_id else f"{sending.id}, "
    if notification is not None and sending.taken_up is not None:
        ends = ", ".join(notification.endpoints) or "no endpoint"
        if sending.replay:
            yield Step(sending.taken_up, f"{name}sent again on request {sending.replay}, to {ends}")
        elif sending.id != alert_id:
            yield Step(sending.taken_up, f"told in {sending.id}, with {len(sending.alerts)} in all, to {ends}")
        else:
            yield Step(sending.taken_up, f"taken up for {ends}")
        if notification.held is not None:
            held = notification.held.value.replace("_", " ")
            told = f"told in {notification.part_of}, not by itself: {held}" if notification.part_of else f"held: {held}"
            yield Step(sending.last, told + (f": {notification.detail}" if notification.detail else ""))
    for endpoint, seen in sending.deliveries.items():
        for at, delivery in seen:
            yield Step(at, name + _became(delivery), endpoint)


def _became(delivery: Delivery) -> str:
    last = delivery.last
    tried = f"attempt {last.number} {attempt_in_words(last)}" if last else ""
    if delivery.state is DeliveryState.DELIVERED:
        return f"delivered: {tried}"
    if delivery.state is DeliveryState.PENDING:
        return f"{tried}; again at {told_at(delivery.due)}" if delivery.due else tried
    reason = delivery.reason.value.replace("_", " ") if delivery.reason else ""
    state = delivery.state.value.replace("_", " ")
    return ": ".join(each for each in (state, reason if reason != state else "", delivery.detail or tried) if each)


def _decided(decision: Decision) -> str:
    return f"held back: {decision.reason.value.replace('_', ' ')}" + (f": {decision.detail}" if decision.detail else "")


def _is_told(decision: Decision, sendings: Sequence[Sending]) -> bool:
    """Does a record of `deliveries` tell the same?"""
    if decision.endpoint is not None:
        return any(
            delivery.reason is decision.reason
            for each in sendings
            for _, delivery in each.deliveries.get(decision.endpoint, ())
        )
    return any(
        each.notification is not None and each.notification.held is decision.reason and not each.notification.part_of
        for each in sendings
    )


def _standing(sendings: Sequence[Sending], waits: str) -> str:
    """How it stands at each endpoint now; what is told in a digest stands as that does."""
    found: dict[str, str] = {}
    for sending in sendings:
        for endpoint in sending.endpoints:
            outcome = sending.at(endpoint)
            is_new = outcome.state is DeliveryState.PENDING and outcome.delivery is None
            words = (waits if is_new else "") or outcome_in_words(outcome)
            why = "" if outcome.state is DeliveryState.DELIVERED else f" ({words})"
            if outcome.part_of is None or endpoint not in found:
                found[endpoint] = f"{endpoint} {outcome.state.value.replace('_', ' ')}{why}"
    return "; ".join(found.values())
