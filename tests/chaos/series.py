"""Which runs are made, in which order, and what is said of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from tests.chaos.fault import Fault
from tests.chaos.outcome import Outcome
from tests.chaos.play import drawn, play
from tests.chaos.scene import Stage

Run = tuple[int, Sequence[Fault]]


def plan(first_seed: int, alone: Sequence[Fault] | None) -> Iterator[Run]:
    """Without end, by seed: each of these faults alone, or without any the sequence that the seed draws."""
    seed = first_seed
    while True:
        if alone is None:
            yield seed, drawn(seed)
        else:
            yield from ((seed, [fault]) for fault in alone)
        seed += 1


def bounded(runs: Iterable[Run], until_seed: int | None, minutes: float | None) -> Iterator[Run]:
    """Those before a seed, and begun before so many minutes are over."""
    ends_s = time.monotonic() + (minutes * 60 if minutes is not None else float("inf"))
    for seed, faults in runs:
        if (until_seed is not None and seed >= until_seed) or time.monotonic() > ends_s:
            return
        yield seed, faults


def run(runs: Iterable[Run], say: Callable[[str], None], keep: Callable[[Outcome], None]) -> int:
    """All of them on one stage; how many failed."""
    failed = 0
    with Stage() as stage:
        for seed, faults in runs:
            outcome = play(stage, faults, seed)
            say(outcome.line())
            for complaint in outcome.complaints:
                say(f"         {complaint[:1500]}")
            keep(outcome)
            failed += bool(outcome.complaints)
    return failed
