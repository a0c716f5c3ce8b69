"""What came of the articles: every match accounted for, and how long it took."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.alert import Alert, AlertKind
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.reasons import HeldReason, RefusalReason


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest of the values that at least this share of them does not exceed.

    `share` is above 0 and at most 1; `values` is not empty.
    """
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values, and a share above 0 and at most 1")
    return sorted(values)[math.ceil(share * len(values)) - 1]


@dataclass(slots=True)
class Summary:
    """Counts while the records come in; a record told twice (same id) counts once."""

    rules: int
    at_once: bool = False  # the articles were sent without a pause
    articles: int = 0  # sent
    fired: set[str] = field(default_factory=set)  # ids of rules with an alert or a decision
    held: Counter[HeldReason] = field(default_factory=Counter)
    kinds: Counter[AlertKind] = field(default_factory=Counter)  # of alerts
    letters: Counter[RefusalReason] = field(default_factory=Counter)
    latencies_ms: list[float] = field(default_factory=list)  # of alerts
    _told: set[str] = field(default_factory=set)

    def take(self, record: Alert | Decision | DeadLetter, read_at_s: float) -> bool:
        """Count a record that was read at this time, seconds since 1970. False when it was counted before."""
        known = (
            record.id if isinstance(record, Alert | Decision) else f"{record.topic}/{record.partition}/{record.offset}"
        )
        if known in self._told:
            return False
        self._told.add(known)
        if isinstance(record, DeadLetter):
            self.letters[record.reason] += 1
            return True
        self.fired.add(record.rule.id)
        if isinstance(record, Decision):
            self.held[record.reason] += 1
        else:
            self.kinds[record.kind] += 1
            self.latencies_ms.append(max(read_at_s - record.times.received.timestamp(), 0) * 1000)
        return True

    @property
    def alerts(self) -> int:
        """How many came."""
        return len(self.latencies_ms)

    @property
    def matches(self) -> int:
        """Every match is an alert or a decision with its reason."""
        return self.alerts + self.held.total()
