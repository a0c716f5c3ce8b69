"""What came of one run, as it is kept in docs/reliability.jsonl."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tests.acceptance.verdict import Verdict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass
class Outcome:
    """Figures, and in `complaints` what should not be: empty where every promise was kept."""

    faults: list[str]
    seed: int
    date: str = ""
    machine: str = ""
    revision: str = ""
    articles: int = 0
    matches: int = 0
    alerts: int = 0
    lost: int = 0
    unexplained: int = 0
    wrong: int = 0
    repeats: int = 0
    retold: int = 0
    changed: int = 0
    disordered: int = 0
    untold: int = 0  # corrections, retractions and releases that were due
    forgotten: int = 0  # the same where Redis was free to forget them
    misled: int = 0  # and such as went to others, came too early or without reason
    taken_back: int = 0  # retractions and corrections that were told
    held: int = 0  # article records under embargo
    letters: int = 0
    recovery_s: list[float] = field(default_factory=list)  # of each fault
    took_s: float = 0.0
    ended: list[str] = field(default_factory=list)  # workers that ended unasked, and how
    complaints: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the row that it counts in."""
        return self.faults[0] if len(self.faults) == 1 else "several"

    @property
    def all_lost(self) -> int:
        """Matches without an answer, and what was due besides."""
        return self.lost + self.unexplained + self.untold

    @property
    def all_wrong(self) -> int:
        """What was told and should not have been."""
        return self.wrong + self.misled

    def take(
        self, verdict: Verdict, letters: int, may_repeat: float, may_retell: bool, may_forget: bool = False
    ) -> None:
        """The figures of a verdict, and what is to be said against them."""
        self.matches, self.alerts = verdict.matches, verdict.alerts
        self.lost, self.unexplained, self.wrong = len(verdict.lost), len(verdict.unexplained), len(verdict.wrong)
        self.repeats, self.retold, self.changed = verdict.repeats, verdict.retold, len(verdict.changed)
        self.disordered, self.letters = len(verdict.disordered), verdict.letters
        words = verdict.words
        self.untold, self.forgotten = (0 if may_forget else len(words.untold)), (len(words.untold) if may_forget else 0)
        self.misled = len(words.misled)
        self.taken_back, self.held = words.taken_back, words.held
        too_many = {name: count for name, count in verdict.channel_repeats.items() if count > may_repeat}
        said: Iterable[tuple[bool, str]] = (
            (not verdict.matches, "nothing matched: the run shows nothing"),
            (bool(verdict.lost), f"lost: {verdict.lost[:5]}"),
            (bool(verdict.unexplained), f"neither alert nor decision: {verdict.unexplained[:5]}"),
            (bool(verdict.wrong), f"wrong: {verdict.wrong[:5]}"),
            (bool(verdict.disordered), f"out of order: {verdict.disordered[:5]}"),
            (self.untold > 0, f"due and not told: {words.untold[:5]}"),
            (bool(words.misled), f"told amiss: {words.misled[:5]}"),
            (bool(words.overtaken) and not may_retell, f"told amiss of what came late: {words.overtaken[:5]}"),
            (bool(words.outlived) and not may_forget, f"told amiss of what was killed before: {words.outlived[:5]}"),
            (bool(verdict.channel_differs), f"channels unlike alerts: {verdict.channel_differs}"),
            (bool(verdict.changed), f"repeats of the same record in other bytes: {verdict.changed[:5]}"),
            (verdict.repeats > may_repeat, f"{verdict.repeats} repeats, {may_repeat:g} may be"),
            (bool(too_many), f"repeats on channels {too_many}, {may_repeat:g} may be"),
            (bool(verdict.retold) and not may_retell, f"{verdict.retold} told again of another record"),
            (verdict.letters != letters, f"{verdict.letters} dead letters, there must be {letters}"),
        )
        self.complaints += [text for is_so, text in said if is_so]

    def line(self) -> str:
        """For people who watch."""
        recovery = ", ".join(f"{each:.1f}" for each in self.recovery_s)
        figures = f"lost {self.all_lost}, repeated {self.repeats}, reordered {self.disordered}, wrong {self.all_wrong}"
        told = f"taken back {self.taken_back}, recovery {recovery or '–'} s, {self.articles} articles"
        name = f"{' + '.join(self.faults)} [{self.seed}]"
        return f"{'FAILED' if self.complaints else 'ok':6} {name}: {figures}, {told}, took {self.took_s:.0f} s"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other process that asks for this is at the file, or at what is made of it."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # gone with the file
        yield


def append(path: Path, outcomes: Sequence[DataclassInstance]) -> None:
    """A line each."""
    with alone(path), path.open("ab") as file:
        file.write(b"".join(orjson.dumps(asdict(each)) + b"\n" for each in outcomes))


def read(path: Path) -> list[Outcome]:
    """All that were kept; none where there is no file."""
    if not path.exists():
        return []
    rows: list[Mapping[str, object]] = [orjson.loads(line) for line in path.read_bytes().splitlines() if line]
    return [Outcome(**row) for row in rows]  # type: ignore[arg-type]
