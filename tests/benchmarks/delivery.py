"""How many deliveries a second `wirewatch run deliver` makes, beside a plain loop, and what a bad neighbour costs.

python -m tests.benchmarks.delivery [--quick] [--json FILE] [--save] [--profile]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks import delivery_anatomy, delivery_stock, machine, report
from tests.benchmarks.contestant import Died
from tests.benchmarks.delivery_isolation import BAD_WAYS, WARM_UP, Pace, latencies_ms, listening
from tests.benchmarks.delivery_stand import Field, Run, WrongOutput, receiver, run_ours, run_plain
from tests.benchmarks.spread import Spread, percentile
from tests.services.kafka import KafkaServer
from tests.services.missing import Missing
from tests.services.redis import RedisServer

OURS = "wirewatch run deliver"
PLAIN = "plain aiohttp loop"
ENDPOINTS = 50
AT_ONCE = 100  # requests, of either: what the worker has open to one host and port
LIBRARIES = ("aiohttp", "aiokafka", "faust-streaming", "pydantic", "orjson", "cryptography")
ALONE, BESIDE = "healthy ones alone", "beside 5 that misbehave"
MEASURED = f"""\
Deliveries/s: of the worker from the first record of an outcome on `deliveries` to the last, by their timestamps;
start-up is left out, the alerts lay on `alerts` before. It reads alerts, writes notifications, reads them back, posts,
writes each outcome and reads that back too, on a real broker. The loop composes its bodies before the clock runs; it
signs and posts them, {AT_ONCE} at once as the worker does, and writes nothing down. Same bodies, same receiver (one
process on the loopback interface, which counts), one at a time, in turn. In each run of the worker every alert was
delivered to every endpoint once, as its records say.
CPU is that of the process, user and system, in the measured time. In brackets: least and greatest of the runs.
Latency: from the timestamp of an alert's record on `alerts` to its arrival at a healthy endpoint; the first
{WARM_UP} alerts of a run open connections and do not count. Alerts come at a steady pace. Those that misbehave are of
the same two channels: one never answers, one sends a byte a second, one answers with 100 MB, one resets the connection,
one says 429 each time. They listen in a process of their own."""


class Arguments(argparse.Namespace):
    """What was asked for."""

    quick: bool
    json: Path | None
    save: bool
    profile: bool
    alerts: int | None
    runs: int | None
    seconds: float | None
    per_s: float


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="./run bench delivery", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--quick", action="store_true", help="one small round, in about a minute")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the result there as well")
    made.add_argument("--save", action="store_true", help="keep the result in docs/benchmarks/")
    made.add_argument("--profile", action="store_true", help="show where a delivery's time goes, instead")
    made.add_argument("--alerts", type=int, metavar="N", help="of a run, to 50 endpoints each (1000; quick: 100)")
    made.add_argument("--runs", type=int, metavar="N", help="rounds of both parts (5; quick: 1)")
    made.add_argument("--seconds", type=float, metavar="S", help="of each run beside bad neighbours (30; quick: 8)")
    made.add_argument("--per-s", type=float, default=5, metavar="N", help="alerts a second there (5)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """0 done or skipped, 1 wrong output or a worker that failed."""
    wanted = parser().parse_args(argv, Arguments())
    name = "delivery-profile" if wanted.profile else "delivery"
    described = machine.describe(LIBRARIES)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            result = profile(wanted, Path(folder)) if wanted.profile else measured(wanted, Path(folder))
    except Missing as reason:
        print(f"skipped: {reason}")
        return 0
    except (Died, WrongOutput) as reason:
        print(f"failed: {reason}", file=sys.stderr)
        return 1
    text = f"# {name}\n\n{report.facts(described)}\n\n{result.pop('text')}\n"
    print(text)
    if wanted.json:
        report.write_json(wanted.json, {"machine": described, **result})
    if wanted.save:
        report.save(name, text, {"machine": described, **result})
    return 0


def profile(wanted: Arguments, folder: Path) -> dict[str, Any]:
    """One run in this process."""
    number = wanted.alerts or (100 if wanted.quick else 1000)
    with receiver(folder, "receiver") as port:
        urls = delivery_stock.urls(f"http://127.0.0.1:{port}", ENDPOINTS)
        channel = delivery_stock.channel("desk", urls, AT_ONCE // ENDPOINTS)
        return delivery_anatomy.examine(list(delivery_stock.alerts(number, ["desk"])), channel, port)


def measured(wanted: Arguments, folder: Path) -> dict[str, Any]:
    """Both parts, for people and machines."""
    with KafkaServer() as kafka, RedisServer() as redis:

        def field(*ports: int) -> Field:
            return Field(kafka.bootstrap, redis.url, folder, ports)

        runs = throughput(field, folder, wanted)
        latencies = isolation(field, folder, wanted)
    return outcome(runs, latencies, wanted)


def throughput(field: Callable[..., Field], folder: Path, wanted: Arguments) -> dict[str, list[Run]]:
    """Both in every round; the order turns."""
    number = wanted.alerts or (100 if wanted.quick else 1000)
    done: dict[str, list[Run]] = {OURS: [], PLAIN: []}
    with receiver(folder, "receiver") as port:
        base = f"http://127.0.0.1:{port}"
        urls = delivery_stock.urls(base, ENDPOINTS)
        for turn in range(_rounds(wanted)):
            for name in [OURS, PLAIN] if turn % 2 == 0 else [PLAIN, OURS]:
                if name == OURS:
                    run = run_ours(field(port), number, urls, AT_ONCE // ENDPOINTS)
                else:
                    run = run_plain(folder, base, number, ENDPOINTS, AT_ONCE)
                done[name].append(run)
                print(f"{name}: {run.per_s:,.0f} deliveries/s, {run.cpu_us:,.0f} µs CPU each", file=sys.stderr)
    return done


def isolation(field: Callable[..., Field], folder: Path, wanted: Arguments) -> dict[str, list[list[float]]]:
    """Latencies of every run, with and without; the order turns."""
    seconds = wanted.seconds or (8 if wanted.quick else 30)
    pace = Pace(round(seconds * wanted.per_s), wanted.per_s, ENDPOINTS)
    done: dict[str, list[list[float]]] = {ALONE: [], BESIDE: []}
    with listening() as healthy, receiver(folder, "bad") as bad_port:
        bad = [f"http://127.0.0.1:{bad_port}/{way}" for way in BAD_WAYS]
        for turn in range(_rounds(wanted)):
            for name in [ALONE, BESIDE] if turn % 2 == 0 else [BESIDE, ALONE]:
                beside = bad if name == BESIDE else []
                told = latencies_ms(field(healthy.port, bad_port), healthy, beside, pace)
                done[name].append(told)
                print(f"{name}: p99 {percentile(told, 99):.0f} ms", file=sys.stderr)
    return done


def _rounds(wanted: Arguments) -> int:
    return wanted.runs or (1 if wanted.quick else 5)


def outcome(
    runs: Mapping[str, Sequence[Run]], latencies: Mapping[str, Sequence[Sequence[float]]], wanted: Arguments
) -> dict[str, Any]:
    """Numbers and text."""
    p99 = {name: [percentile(each, 99) for each in all_] for name, all_ in latencies.items()}
    ratios = {
        "deliveries/s, worker to loop (aim: at least 0.7)": _ratios(_rates(runs[OURS]), _rates(runs[PLAIN])),
        "deliveries per CPU second, worker to loop": _ratios(_cpu(runs[PLAIN]), _cpu(runs[OURS])),
        "p99 beside those that misbehave, to that alone (bound: 1.5)": _ratios(p99[BESIDE], p99[ALONE]),
    }
    rows = [[name, *_spreads(_rates(each), _cpu(each)), _peak_mib(each)] for name, each in runs.items()]
    waits = [
        [name, *_spreads(*([percentile(each, p) for each in all_] for p in (50, 99, 100)))]
        for name, all_ in latencies.items()
    ]
    parts = [
        f"{len(runs[OURS])} rounds; load after: {machine.describe(())['load before']}.",
        report.table(["", "deliveries/s", "CPU µs/delivery", "peak MiB"], rows),
        report.table([f"ms, {wanted.per_s:g} alerts/s to {ENDPOINTS} healthy endpoints", "p50", "p99", "max"], waits),
        report.table(
            ["ratio of the two in each round", "median"],
            [[name, report.spread_text(ratio, 2)] for name, ratio in ratios.items()],
        ),
        MEASURED,
    ]
    return {
        "text": "\n\n".join(parts),
        "runs": {name: [asdict(run) for run in each] for name, each in runs.items()},
        "ratios": {name: asdict(ratio) for name, ratio in ratios.items()},
        "p99_ms": p99,
    }


def _rates(runs: Sequence[Run]) -> list[float]:
    return [run.per_s for run in runs]


def _cpu(runs: Sequence[Run]) -> list[float]:
    return [run.cpu_us for run in runs]


def _peak_mib(runs: Sequence[Run]) -> str:
    return f"{max(run.peak_bytes for run in runs) / 2**20:.0f}"


def _spreads(*values: Sequence[float]) -> list[str]:
    return [report.spread_text(Spread.of(each)) for each in values]


def _ratios(ones: Sequence[float], others: Sequence[float]) -> Spread:
    """Of each round: what else the machine does changes more between rounds than within one."""
    return Spread.of([one / other for one, other in zip(ones, others, strict=True)])


if __name__ == "__main__":
    sys.exit(main())
