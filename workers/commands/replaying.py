"""Which deliveries are sent again on request, and what is written for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.alert import Alert
from schemas.channel import Channel
from schemas.delivery import DeliveryState, EventType, Notification
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.commands.sendings import Outcome, Sending, Sendings

# By the word of a person, or of a limit that a person has set: sent again only where it is asked for by name.
RESTRAINED = frozenset({HeldReason.SILENCED, HeldReason.INHIBITED, HeldReason.THROTTLED})
REPLAYED = frozenset({DeliveryState.HELD, DeliveryState.GIVEN_UP})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sent again."""

    states: Collection[DeliveryState] = REPLAYED
    reasons: Collection[HeldReason] = ()  # of what is held; none named: all but those of RESTRAINED
    endpoints: Collection[str] = ()  # none named: all
    ids: Collection[str] = ()  # none named: all
    since: datetime | None = None

    def takes(self, sending: Sending, endpoint: str, outcome: Outcome) -> bool:
        """Is this pair asked for?"""
        if (self.ids and sending.id not in self.ids) or (self.endpoints and endpoint not in self.endpoints):
            return False
        if self.since is not None and sending.made < self.since:
            return False
        if sending.type is EventType.TEST and not self.ids:
            return False  # whoever tested has seen how it went
        if outcome.state not in self.states or outcome.part_of is not None or outcome.reason is HeldReason.TAKEN_BACK:
            return False
        if outcome.state is not DeliveryState.HELD or self.ids:
            return True
        return outcome.reason in self.reasons if self.reasons else outcome.reason not in RESTRAINED


@dataclass(frozen=True, slots=True)
class Resend:
    """A notification that is to go to some of its endpoints again."""

    sending: Sending
    outcomes: Mapping[str, Outcome]  # by endpoint: how it stands there

    def notification(self, request: str, rebuilt: Mapping[str, Notification]) -> Notification | None:
        """As it is written: under the same id, and with the name of the request. None where its content is gone."""
        told = self.sending.notification or rebuilt.get(self.sending.key)
        if told is None:
            return None
        again = {"replay": request, "endpoints": tuple(self.outcomes), "held": None, "detail": "", "part_of": None}
        return told.model_copy(update=again)


def rebuilt(sending: Sending, alert: Alert, record: Incoming) -> Notification:
    """Of a single alert, by its own record, where the notification is gone."""
    return Notification(
        id=sending.id,
        type=sending.type,
        channel=sending.channel,
        endpoints=sending.endpoints,
        made=record.received,
        alerts=(alert,),
        origin=record.position,
    )


def resends(sendings: Sendings, asked: Asked) -> list[Resend]:
    """In the order in which they came about, so that nothing overtakes what it follows on.

    What was never sent since the alert before it was not goes only where that one has gone, or goes now.
    """
    current = sendings.current()
    taken: dict[tuple[str, str], dict[str, Outcome]] = {}
    keys: dict[tuple[str, str], Sending] = {}
    got = {
        (channel, alert, endpoint)
        for (channel, _, endpoint), (sending, outcome) in current.items()
        if outcome.state is DeliveryState.DELIVERED
        for alert in sending.alerts
    }
    for (channel, id_, endpoint), (sending, outcome) in sorted(current.items(), key=lambda each: each[1][0].made):
        if not asked.takes(sending, endpoint, outcome):
            continue
        if outcome.reason is HeldReason.NEVER_SENT and not _follows(sending, endpoint, got):
            continue
        got |= {(channel, alert, endpoint) for alert in sending.alerts}
        taken.setdefault((channel, id_), {})[endpoint] = outcome
        keys[channel, id_] = sending
    return [Resend(keys[each], outcomes) for each, outcomes in taken.items()]


def _follows(sending: Sending, endpoint: str, got: Collection[tuple[str, str, str]]) -> bool:
    return any((sending.channel, each, endpoint) in got for each in sending.previous)


def refused_by(channel: Channel | None, endpoint: str, is_disabled: Callable[[str], bool]) -> str | None:
    """Why nothing would be sent to this endpoint; None where it would."""
    found = next((each for each in channel.endpoints if each.id == endpoint), None) if channel else None
    if found is None:
        return "the channel has no such endpoint any more"
    if not found.enabled or is_disabled(endpoint):
        return f"it is disabled: wirewatch channels enable {channel.id if channel else ''} {endpoint}"
    return None


def followers(sendings: Sendings, ids: Iterable[str]) -> set[str]:
    """These, and what follows on them: an alert that was taken back is not told again without that."""
    found = set(ids)
    for sending in sorted(sendings, key=lambda each: each.made):
        if any(each in found for each in sending.previous):
            found.add(sending.id)
    return found
