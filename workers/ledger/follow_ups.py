"""What follows on an alert goes to the endpoints that have got it, behind it, and to no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from schemas.alert import AlertKind
from schemas.delivery import DeliveryState
from schemas.reasons import HeldReason
from workers.ledger.delivered import DeliverySlip
from workers.ledger.sent import Outcome, Sent, Sents


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Judges when all was read."""

    sents: Sents
    is_known: Callable[[str], bool]  # was this alert on `alerts`, as far as that was read?

    def judge(self, channel: str, sent: Sent, endpoint: str, outcome: Outcome) -> tuple[DeliverySlip, str] | None:
        """What is wrong with the outcome of an alert at an endpoint, for what went before; and in words."""
        if sent.previous is None:
            return None
        if outcome.state is DeliveryState.DELIVERED:
            return self._delivered(channel, sent, endpoint, outcome)
        withheld = outcome.reason is HeldReason.NEVER_SENT or (
            outcome.reason is HeldReason.TAKEN_BACK and sent.kind is AlertKind.RETRACTED
        )
        if outcome.state is DeliveryState.HELD and withheld:
            for alert_id in self._before(channel, sent):
                fate = self.sents.fate(channel, alert_id, endpoint)
                if fate is not None and fate.state is DeliveryState.DELIVERED:
                    return DeliverySlip.FOLLOW_UP_MISSING, f"{alert_id} was delivered, and this is {outcome.reason}"
        return None

    def _delivered(self, channel: str, sent: Sent, endpoint: str, outcome: Outcome) -> tuple[DeliverySlip, str] | None:
        for alert_id in self._before(channel, sent):
            if self.sents.of(channel, alert_id) is None and not self.is_known(alert_id):
                return None  # it stood on the topics too long ago
            if self.sents.got_again(channel, alert_id, endpoint):
                return None
            fate = self.sents.fate(channel, alert_id, endpoint)
            if fate is None:
                continue
            if fate.state is DeliveryState.PENDING:
                return DeliverySlip.OVERTAKEN, f"{alert_id} is still pending there"
            if fate.state is DeliveryState.DELIVERED:
                is_first = outcome.offset < fate.offset and outcome.sent_ms <= fate.sent_ms
                return (DeliverySlip.OVERTAKEN, f"{alert_id} was delivered behind it") if is_first else None
        return DeliverySlip.FOLLOW_UP_EXTRA, f"{sent.previous} was not delivered there"

    def _before(self, channel: str, sent: Sent) -> Iterator[str]:
        """The alerts that it follows on, as far as the channel has them, the latest first."""
        met = set[str]()
        alert_id = sent.previous
        while alert_id is not None and alert_id not in met:
            met.add(alert_id)
            yield alert_id
            before = self.sents.of(channel, alert_id)
            alert_id = before.previous if before else None
