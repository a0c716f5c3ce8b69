"""The accounts of deliveries: endpoint by endpoint, alerts = delivered + held + pending + given up + missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from schemas.delivery import DeliveryState
from schemas.reasons import HeldReason
from workers.ledger.balance import FINDINGS_MAX


class DeliverySlip(StrEnum):
    """In which way an account of deliveries does not balance."""

    NOT_DISPATCHED = "not_dispatched"  # an alert of the channel, and nothing on `deliveries` that is for the endpoint
    NO_DIGEST = "no_digest"  # the alert is told in a digest, it says, and there is none for the endpoint
    FOLLOW_UP_MISSING = "follow_up_missing"  # held back as if the endpoint had not got what it follows on; it has
    FOLLOW_UP_EXTRA = "follow_up_extra"  # delivered, and the endpoint has not got what it follows on
    OVERTAKEN = "overtaken"  # delivered before what it follows on
    NOT_NAMED = "not_named"  # an outcome at an endpoint that the notification is not for
    NO_NOTIFICATION = "no_notification"  # an outcome, or an alert in a digest, without its notification
    NO_ALERT = "no_alert"  # a notification of an alert that is not on `alerts`


@dataclass(frozen=True, slots=True)
class DeliveryFinding:
    """One slip, and where to look."""

    slip: DeliverySlip
    channel: str
    endpoints: tuple[str, ...]  # those concerned; none where it is of none
    notification: str  # its id, the `webhook-id`; of a single alert the alert's
    rule_id: str = ""  # empty where several alerts are concerned, or it is not known
    uri: str = ""  # of the article, the same
    record: str = ""  # where to look, topic/partition/offset
    at: datetime | None = None  # when the alert came
    detail: str = ""  # for people


@dataclass(slots=True)
class DeliveryBalance:
    """One endpoint. Each alert that is for it counts in one place only."""

    delivered: int = 0  # by itself or in a digest
    held: Counter[HeldReason] = field(default_factory=Counter)
    pending: int = 0  # not dispatched, waiting, or to be tried again
    given_up: int = 0
    missing: int = 0  # neither of these
    replays: Counter[DeliveryState] = field(default_factory=Counter)  # sent again on request: no part of the sum
    slips: Counter[DeliverySlip] = field(default_factory=Counter)

    @property
    def alerts(self) -> int:
        """All that are for the endpoint."""
        return self.delivered + self.held.total() + self.pending + self.given_up + self.missing

    def add(self, other: DeliveryBalance) -> None:
        """Sum up."""
        for name in ("held", "replays", "slips"):
            getattr(self, name).update(getattr(other, name))
        for name in ("delivered", "pending", "given_up", "missing"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def count(self, state: DeliveryState | None, reason: HeldReason | None) -> None:
        """One alert more; None: there is nothing that tells of it."""
        if state is DeliveryState.HELD and reason is not None:
            self.held[reason] += 1
            return
        name = "missing" if state is None else str(state)
        setattr(self, name, getattr(self, name) + 1)


@dataclass(slots=True)
class DeliveryAudit:
    """What came of it."""

    endpoints: dict[tuple[str, str], DeliveryBalance] = field(default_factory=dict)  # by channel and endpoint
    findings: list[DeliveryFinding] = field(default_factory=list)  # at most FINDINGS_MAX
    slips: Counter[DeliverySlip] = field(default_factory=Counter)  # all of them
    undispatched: int = 0  # alerts of channels with endpoints that the deliver workers have not committed

    def of(self, channel: str, endpoint: str) -> DeliveryBalance:
        """The endpoint's account."""
        return self.endpoints.setdefault((channel, endpoint), DeliveryBalance())

    def find(self, finding: DeliveryFinding) -> None:
        """Note a slip."""
        self.slips[finding.slip] += 1
        for endpoint in finding.endpoints:
            self.of(finding.channel, endpoint).slips[finding.slip] += 1
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)

    @property
    def total(self) -> DeliveryBalance:
        """All endpoints together."""
        total = DeliveryBalance()
        for balance in self.endpoints.values():
            total.add(balance)
        return total
