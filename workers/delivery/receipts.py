"""What became of alerts at a channel's endpoints, as far as what follows on them must know it.

A correction or a retraction goes to those who got the alert before it, or the one before that. What is not known here
is either long ago or not yet read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern

from schemas.delivery import Delivery, DeliveryState, Notification
from schemas.reasons import HeldReason


class Reached(StrEnum):
    """Has an endpoint got an alert, or one that it follows on?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Receipt:
    previous: str | None = None
    endpoints: frozenset[str] | None = None  # that it was for; None: not known
    dropped: HeldReason | None = None
    is_met: bool = False  # what it follows on is known, if it follows on anything
    at: dict[str, DeliveryState] = field(default_factory=dict)
    again: frozenset[tuple[str, str]] = frozenset()  # endpoint, and the request by which it is sent there again

    def has_reached(self, endpoint: str) -> bool:
        if self.at.get(endpoint) is DeliveryState.DELIVERED:
            return True
        meant = self.is_met and (self.endpoints is None or endpoint in self.endpoints)
        return meant and not self.dropped and self.at.get(endpoint) in (None, DeliveryState.PENDING)


class Receipts:
    """Of the latest `most` alerts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._latest = frozenset[str]()
        self._receipts: OrderedDict[str, _Receipt] = OrderedDict()
        self._origins: dict[str, int] = {}  # by partition of `alerts`: how far they have come

    def comes_late(self, alert_id: str, origin: str) -> bool:
        """Is it not known, though others that stand behind it on their topic have come? Then it has come before."""
        place, _, number = origin.rpartition("/")
        if not number.isdecimal():
            return False
        is_behind = int(number) < self._origins.get(place, -1)
        self._origins[place] = max(int(number), self._origins.get(place, -1))
        return is_behind and not self.knows(alert_id)

    def met(self, alert_id: str, previous: str | None = None, endpoints: Iterable[str] | None = None) -> None:
        """The alert has come to the channel, for these endpoints."""
        receipt = self._receipt(alert_id)
        receipt.is_met = True
        receipt.previous = receipt.previous or previous
        if endpoints is not None:
            receipt.endpoints = self._shared(frozenset(endpoints))

    def _receipt(self, alert_id: str) -> _Receipt:
        receipt = self._receipts.get(alert_id)
        if receipt is None:
            receipt = self._receipts[alert_id] = _Receipt()
            if len(self._receipts) > self._most:
                self._receipts.popitem(last=False)
        return receipt

    def _shared(self, endpoints: frozenset[str]) -> frozenset[str]:
        """The same set for all alerts that come to the same endpoints: there may be fifty."""
        if endpoints != self._latest:
            self._latest = endpoints
        return self._latest

    def dropped(self, alert_id: str, why: HeldReason) -> None:
        """No endpoint gets it."""
        self._receipt(alert_id).dropped = why

    def why_dropped(self, alert_id: str) -> HeldReason | None:
        """Why no endpoint gets it, if that was so when it came before."""
        receipt = self._receipts.get(alert_id)
        return None if receipt is None else receipt.dropped

    def comes_again(self, notification: Notification, left: Iterable[str]) -> None:
        """Where it is sent again on request, to these endpoints: what follows on it goes there, behind it."""
        for alert in notification.alerts if notification.replay else ():
            receipt = self._receipt(alert.id)
            receipt.again |= {(endpoint, notification.replay) for endpoint in left}

    def became(self, alert_id: str, endpoint: str, state: DeliveryState, replay: str = "") -> None:
        """Its state at one endpoint; what was delivered once stays so. A replay that is not changes nothing."""
        receipt = self._receipt(alert_id)
        if replay and state is not DeliveryState.PENDING:
            receipt.again -= {(endpoint, replay)}
        if receipt.at.get(endpoint) is not DeliveryState.DELIVERED and (not replay or state is DeliveryState.DELIVERED):
            receipt.at[intern(endpoint)] = state

    def learn(self, records: Iterable[Notification | Delivery]) -> None:
        """What stands on the topic, in its order."""
        for record in records:
            if isinstance(record, Delivery):
                for alert_id in record.alerts:
                    self.became(alert_id, record.endpoint, record.state, record.replay)
                continue
            for alert in record.alerts:
                self.met(alert.id, alert.previous, record.endpoints)
                if record.held is not None and record.part_of is None:
                    self.dropped(alert.id, record.held)

    def knows(self, alert_id: str) -> bool:
        """Is it known what it follows on?"""
        receipt = self._receipts.get(alert_id)
        return receipt is not None and receipt.is_met

    def reached(self, alert_id: str | None, endpoint: str) -> Reached:
        """Has the endpoint got this alert or one before it? What is on its way counts as got: nothing overtakes."""
        met = set[str]()
        comes_again = False
        while alert_id and alert_id not in met:
            met.add(alert_id)
            receipt = self._receipts.get(alert_id)
            if receipt is None:
                return Reached.UNKNOWN
            comes_again |= any(endpoint == each for each, _ in receipt.again)
            if receipt.has_reached(endpoint):
                return Reached.YES
            if not receipt.is_met:
                return Reached.UNKNOWN
            alert_id = receipt.previous
        return Reached.YES if comes_again else Reached.NO

    def oldest_unknown(self, alert_id: str | None, endpoints: Iterable[str]) -> str | None:
        """The alert in this chain of which nothing is known, where one of the endpoints must know it."""
        if all(self.reached(alert_id, endpoint) is not Reached.UNKNOWN for endpoint in endpoints):
            return None
        met = set[str]()
        while alert_id and alert_id not in met:
            met.add(alert_id)
            receipt = self._receipts.get(alert_id)
            if receipt is None or not receipt.is_met:
                return alert_id
            alert_id = receipt.previous
        return None
