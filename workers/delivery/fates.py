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

from schemas.delivery import DeliveryState


class Reached(StrEnum):
    """Has an endpoint got an alert, or one that it follows on?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Fate:
    previous: str | None = None
    endpoints: frozenset[str] | None = None  # that it was for; None: not known
    dropped: bool = False
    at: dict[str, DeliveryState] = field(default_factory=dict)

    def has_reached(self, endpoint: str) -> bool:
        if self.at.get(endpoint) is DeliveryState.DELIVERED:
            return True
        meant = self.endpoints is None or endpoint in self.endpoints
        return meant and not self.dropped and self.at.get(endpoint) in (None, DeliveryState.PENDING)


class Fates:
    """Of the latest `most` alerts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._latest = frozenset[str]()
        self._fates: OrderedDict[str, _Fate] = OrderedDict()

    def met(self, alert_id: str, previous: str | None = None, endpoints: Iterable[str] | None = None) -> None:
        """The alert has come to the channel, for these endpoints."""
        fate = self._fates.get(alert_id)
        if fate is None:
            fate = self._fates[alert_id] = _Fate()
            if len(self._fates) > self._most:
                self._fates.popitem(last=False)
        fate.previous = fate.previous or previous
        if endpoints is not None:
            fate.endpoints = self._shared(frozenset(endpoints))

    def _shared(self, endpoints: frozenset[str]) -> frozenset[str]:
        """The same set for all alerts that come to the same endpoints: there may be fifty."""
        if endpoints != self._latest:
            self._latest = endpoints
        return self._latest

    def dropped(self, alert_id: str) -> None:
        """No endpoint gets it."""
        self.met(alert_id)
        self._fates[alert_id].dropped = True

    def became(self, alert_id: str, endpoint: str, state: DeliveryState) -> None:
        """Its state at one endpoint; what was delivered once stays so."""
        self.met(alert_id)
        at = self._fates[alert_id].at
        if at.get(endpoint) is not DeliveryState.DELIVERED:
            at[intern(endpoint)] = state

    def knows(self, alert_id: str) -> bool:
        """Is there anything about it?"""
        return alert_id in self._fates

    def reached(self, alert_id: str | None, endpoint: str) -> Reached:
        """Has the endpoint got this alert or one before it? What is on its way counts as got: nothing overtakes."""
        met = set[str]()
        while alert_id and alert_id not in met:
            met.add(alert_id)
            fate = self._fates.get(alert_id)
            if fate is None:
                return Reached.UNKNOWN
            if fate.has_reached(endpoint):
                return Reached.YES
            alert_id = fate.previous
        return Reached.NO

    def oldest_unknown(self, alert_id: str | None, endpoints: Iterable[str]) -> str | None:
        """The alert in this chain of which nothing is known, where one of the endpoints must know it."""
        if all(self.reached(alert_id, endpoint) is not Reached.UNKNOWN for endpoint in endpoints):
            return None
        met = set[str]()
        while alert_id and alert_id not in met:
            met.add(alert_id)
            fate = self._fates.get(alert_id)
            if fate is None:
                return alert_id
            alert_id = fate.previous
        return None
