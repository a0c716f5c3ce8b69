"""`./run chaos`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from tests.chaos.fault import Fault
from tests.chaos.faults import BY_NAME, FAULTS
from tests.chaos.play import drawn, play
from tests.chaos.scene import Stage


class Arguments(argparse.Namespace):
    """What was asked for."""

    seed: int
    seeds: int | None
    minutes: float | None
    fault: list[str] | None
    each: bool
    list: bool
    save: bool
    soak: bool


def arguments(given: Sequence[str] | None = None) -> Arguments:
    """Parsed; ends the process for what cannot be."""
    parser = argparse.ArgumentParser("./run chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--fault", action="append", choices=sorted(BY_NAME), metavar="NAME")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--soak", action="store_true")
    return parser.parse_args(given, Arguments())


def plan(wanted: Arguments) -> Iterator[tuple[int, list[Fault]]]:
    seed = wanted.seed
    while True:
        if wanted.each:
            for fault in FAULTS:
                yield seed, [fault]
        elif wanted.fault:
            yield seed, [BY_NAME[name] for name in wanted.fault]
        else:
            yield seed, drawn(seed)
        seed += 1


def main() -> int:
    wanted = arguments()
    failed = 0
    with Stage() as stage:
        for seed, faults in plan(wanted):
            outcome = play(stage, faults, seed)
            print(outcome.line(), flush=True)
            for each in outcome.complaints:
                print("   ", each[:1500])
            failed += bool(outcome.complaints)
            if seed >= wanted.seed + (wanted.seeds or 1) - 1 and (not wanted.each or faults[0] is FAULTS[-1]):
                break
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
