"""Strike the pipeline with faults under a steady load, and judge what comes out."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.chaos import play, reliability, series, soak
from tests.chaos.delivery import faults as delivery_faults
from tests.chaos.delivery import play as delivery
from tests.chaos.delivery.faults import DeliveryFault
from tests.chaos.delivery.scene import FULL, QUICK
from tests.chaos.fault import Fault
from tests.chaos.faults import BY_NAME, FAULTS
from tests.chaos.outcome import append
from tests.chaos.scene import BATCH
from tests.services.missing import Missing

INTERRUPTED = 130


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
    delivery: bool
    quick: bool


def arguments(given: Sequence[str] | None = None) -> Arguments:
    """Parsed; ends the process for what cannot be."""
    parser = argparse.ArgumentParser("./run chaos", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--fault",
        action="append",
        choices=[*BY_NAME, *delivery_faults.BY_NAME],
        metavar="NAME",
        help="this one; may be repeated",
    )
    which.add_argument("--each", action="store_true", help="each fault of the table, alone")
    which.add_argument(
        "--soak", action="store_true", help="an hour of mild faults; memory, descriptors and keys over time"
    )
    which.add_argument("--list", action="store_true", help="the table of faults")
    parser.add_argument("--delivery", action="store_true", help="the faults of delivery alone")
    parser.add_argument("--quick", action="store_true", help="a tenth of the alerts to deliver")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--seeds", type=int, help="so many seeds (1, without --minutes)")
    parser.add_argument("--minutes", type=float, help="seed after seed, until so many minutes are over")
    parser.add_argument("--save", action="store_true", help="keep the outcomes, and write docs/reliability.md")
    wanted = parser.parse_args(given, Arguments())
    if wanted.delivery and wanted.soak:
        parser.error("--soak knows no --delivery")
    return wanted


def list_faults() -> None:
    """Each with what it does and may cost."""
    rows = [(fault.name, fault.does, fault.cost.value) for fault in FAULTS]
    rows += [(fault.name, fault.does, fault.may_repeat) for fault in delivery_faults.FAULTS]
    width = max(len(name) for name, _, _ in rows)
    for name, does, may_repeat in rows:
        print(f"{name:{width}}  {does}; may repeat: {may_repeat}")


def keep(outcome: series.AnyOutcome) -> None:
    """Beside the others of its kind."""
    append(reliability.file_of(outcome), [reliability.stamp(outcome)])


def written(page: Path) -> None:
    """Say where."""
    print(f"written: {page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page}")


def alone(wanted: Arguments) -> list[Fault | DeliveryFault] | None:
    """The faults that are to strike alone; None where the seeds draw."""
    if wanted.fault:
        return [BY_NAME.get(name) or delivery_faults.BY_NAME[name] for name in wanted.fault]
    if not wanted.each:
        return None
    return [*(() if wanted.delivery else FAULTS), *delivery_faults.FAULTS]


def run_series(wanted: Arguments) -> int:
    """Runs by seed; 1 when one of them failed."""
    draw = delivery.drawn if wanted.delivery else play.drawn
    seeds = wanted.seeds or (None if wanted.minutes else 1)
    runs = series.bounded(series.plan(wanted.seed, alone(wanted), draw), seeds and wanted.seed + seeds, wanted.minutes)
    size = QUICK if wanted.quick else FULL
    failed = series.run(runs, lambda line: print(line, flush=True), keep if wanted.save else lambda _: None, size)
    if wanted.save:
        written(reliability.write(BATCH))
    return int(failed > 0)


def main() -> int:
    """The exit code: 1 when a promise was broken."""
    wanted = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all that was started is ended
    if wanted.list:
        list_faults()
        return 0
    try:
        if not wanted.soak:
            return run_series(wanted)
        complaints = soak.run(wanted.seed, wanted.minutes or 60, reliability.DOCS if wanted.save else None)
    except Missing as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        return INTERRUPTED
    if wanted.save:
        written(reliability.write(BATCH))
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
