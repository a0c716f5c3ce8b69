"""What became of a batch, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.alert import Alert, AlertKind
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.reasons import HeldReason, RefusalReason


@dataclass(slots=True)
class Tally:
    """Counts of one batch: for metrics, logs and the demo's summary."""

    articles: int = 0
    matches: int = 0
    alerts: int = 0
    following: Counter[AlertKind] = field(default_factory=Counter)  # those of the alerts that are not `created`
    held: Counter[HeldReason] = field(default_factory=Counter)
    letters: Counter[RefusalReason] = field(default_factory=Counter)

    def count(self, records: Iterable[Alert | Decision | DeadLetter]) -> None:
        """Count what went out."""
        for record in records:
            if isinstance(record, Alert):
                self.alerts += 1
                if record.kind is not AlertKind.CREATED:
                    self.following[record.kind] += 1
            elif isinstance(record, Decision):
                self.held[record.reason] += 1
            else:
                self.letters[record.reason] += 1
