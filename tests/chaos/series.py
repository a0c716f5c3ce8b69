"""Which runs are made, in which order, and what is said of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from tests.chaos import play
from tests.chaos.delivery import play as delivery
from tests.chaos.delivery.faults import DeliveryFault
from tests.chaos.delivery.outcome import DeliveryOutcome
from tests.chaos.delivery.scene import FULL, Size
from tests.chaos.fault import Fault
from tests.chaos.outcome import Outcome
from tests.chaos.scene import Stage

Faults: TypeAlias = Sequence[Fault | DeliveryFault]
AnyOutcome: TypeAlias = Outcome | DeliveryOutcome
Run = tuple[int, Faults]


def plan(
    first_seed: int, alone: Sequence[Fault | DeliveryFault] | None, draw: Callable[[int], Faults] = play.drawn
) -> Iterator[Run]:
    """Without end, by seed: each of these faults alone, or without any the sequence that the seed draws."""
    seed = first_seed
    while True:
        if alone is None:
            yield seed, draw(seed)
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


def run(runs: Iterable[Run], say: Callable[[str], None], keep: Callable[[AnyOutcome], None], size: Size = FULL) -> int:
    """All of them on one stage; how many failed. Of alerts to be delivered there are so many as `size` says."""
    failed = 0
    with Stage() as stage:
        for seed, faults in runs:
            outcome = _played(stage, faults, seed, size)
            say(outcome.line())
            for complaint in outcome.complaints:
                say(f"         {complaint[:1500]}")
            keep(outcome)
            failed += bool(outcome.complaints)
    return failed


def _played(stage: Stage, faults: Faults, seed: int, size: Size) -> AnyOutcome:
    of_delivery = [each for each in faults if isinstance(each, DeliveryFault)]
    if of_delivery:
        return delivery.play(stage, of_delivery, seed, size)
    return play.play(stage, [each for each in faults if isinstance(each, Fault)], seed)
