"""What came of one run, as it is kept in docs/reliability-delivery.jsonl."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.chaos.delivery.verdict import Verdict


@dataclass
class DeliveryOutcome:
    """Figures, and in `complaints` what should not be: empty where every promise was kept."""

    faults: list[str]
    seed: int
    date: str = ""
    machine: str = ""
    revision: str = ""
    alerts: int = 0
    retractions: int = 0
    pairs: int = 0
    delivered: int = 0
    withdrawn: int = 0  # pairs that got the alert, and its retraction behind it
    taken_back: int = 0  # pairs that got neither
    lost: int = 0  # alerts, and retractions of what came
    wrong: int = 0
    disordered: int = 0
    differing: int = 0
    repeats: int = 0
    recovery_s: list[float] = field(default_factory=list)  # of each fault
    took_s: float = 0.0
    ended: list[str] = field(default_factory=list)  # workers that ended unasked, and how
    complaints: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the row that it counts in."""
        return self.faults[0] if len(self.faults) == 1 else "deliver-several"

    def take(self, verdict: Verdict, letters: int, may_repeat: float) -> None:
        """The figures of a verdict, and what is to be said against them."""
        self.alerts, self.retractions, self.pairs = verdict.alerts, verdict.retractions, verdict.pairs
        self.delivered, self.withdrawn, self.taken_back = verdict.delivered, verdict.withdrawn, verdict.taken_back
        self.lost = len(verdict.lost) + len(verdict.untold)
        self.wrong = len(verdict.misled) + len(verdict.strange) + len(verdict.changed)
        self.disordered, self.differing = len(verdict.overtaken), len(verdict.differing)
        self.repeats = verdict.repeats
        said: Iterable[tuple[Any, str]] = (
            (not verdict.pairs, "nothing was to be delivered: the run shows nothing"),
            (not verdict.withdrawn, "no retraction was delivered: the run shows nothing of them"),
            (verdict.lost, f"lost {len(verdict.lost)}: {verdict.lost[:5]}"),
            (verdict.untold, f"retractions that never came {len(verdict.untold)}: {verdict.untold[:5]}"),
            (verdict.misled, f"retractions of what never came {len(verdict.misled)}: {verdict.misled[:5]}"),
            (verdict.overtaken, f"retractions before their alert {len(verdict.overtaken)}: {verdict.overtaken[:5]}"),
            (verdict.strange, f"does not stand on alerts {len(verdict.strange)}: {verdict.strange[:5]}"),
            (verdict.changed, f"repeats in other bytes {len(verdict.changed)}: {verdict.changed[:5]}"),
            (verdict.differing, f"records unlike the receiver {len(verdict.differing)}: {verdict.differing[:5]}"),
            (verdict.repeats > may_repeat, f"{verdict.repeats} repeats, {may_repeat:g} may be"),
            (letters, f"{letters} dead letters, there must be none"),
        )
        self.complaints += [text for is_so, text in said if is_so]

    def line(self) -> str:
        """For people who watch."""
        recovery = ", ".join(f"{each:.1f}" for each in self.recovery_s)
        figures = f"lost {self.lost}, repeated {self.repeats}, reordered {self.disordered}, wrong {self.wrong}"
        told = f"{self.delivered} of {self.pairs} pairs, withdrawn {self.withdrawn}, taken back {self.taken_back}"
        name = f"{' + '.join(self.faults)} [{self.seed}]"
        head = f"{'FAILED' if self.complaints else 'ok':6} {name}: {figures}"
        return f"{head}, {told}, recovery {recovery or '–'} s, took {self.took_s:.0f} s"


def read(path: Path) -> list[DeliveryOutcome]:
    """All that were kept; none where there is no file."""
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = [orjson.loads(line) for line in path.read_bytes().splitlines() if line]
    return [DeliveryOutcome(**row) for row in rows]
