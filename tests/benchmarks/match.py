"""How many articles a second the matcher matches, by kind and number of rules, beside rivals; what edits cost.

Do the answers agree? That comes first.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.benchmarks import machine, report
from tests.benchmarks.families import FAMILIES, Corpus
from tests.benchmarks.match_edits import hot, hot_rules
from tests.benchmarks.match_measure import NO_OPERATORS, NOT_INSTALLED, QUICK, THOROUGH, Ground, Row, measure
from tests.benchmarks.match_plot import plot
from tests.benchmarks.match_scripts import measure_scripts
from tests.benchmarks.match_start import starts
from tests.benchmarks.match_told import Found, told
from tests.benchmarks.matchers import RIVALS, Story, absent
from tests.benchmarks.reuters import CorpusMissing, stories

LIBRARIES = ("numba", "numpy", *RIVALS)
OTHERS = ("hot", "scripts", "start")
SIZES = (1000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (1000, 10_000)
MAX = {"lists": 100_000, "near": 100_000}  # rules
BUILD_MAX_S = 120.0
QUICK_BUILD_MAX_S = 2.0
RESIDENT_MAX_MIB = 8000.0
SCRIPT_SIZES = (10_000, 100_000)  # or the largest that is asked for


class Failed(Exception):
    """A process that measured has ended without a result."""


class Run:
    """Measures one thing after the other, each in a process of its own, and says so on stderr."""

    def __init__(self, ground: Ground, seed: int, build_max_s: float) -> None:
        self.found = Found()
        self._build_max_s = build_max_s
        self._ground = ground
        self._seed = seed
        self._began = time.monotonic()

    def families(self, names: Sequence[str], sizes: Sequence[int]) -> None:
        """Each family in all sizes, from small to large, as far as time and memory go."""
        for name in names:
            slow: Counter[str] = Counter()
            last: Row | None = None
            for size in sorted(sizes):
                why = self._too_large(name, size, last)
                if why:
                    self.found.left_out.append(f"{name} {size:,}: {why}")
                    continue
                last = self._apart(f"{name} {size:,}", lambda: measure(name, size, self._ground, slow))  # noqa: B023
                if last is None:
                    break
                self.found.rows.append(last)
                for who, reason in last.left_out.items():
                    which = name if reason in {NO_OPERATORS, NOT_INSTALLED} else f"{name} {size:,}"
                    self.found.left_out.append(f"{which}: {who} {reason}")
                slow = Counter({who: round(10 * seconds) for who, seconds in last.rival_build_s.items()})

    def others(self, names: Sequence[str], sizes: Sequence[int]) -> None:
        """What is no family."""
        ground, edited = self._ground, self._ground.effort.edited
        if "hot" in names:
            for rules, queries in hot_rules(ground.corpus).items():
                figures = self._apart(f"100,000 rules {rules}", lambda: hot(queries, ground.stories, edited))  # noqa: B023
                if figures:
                    self.found.hot[rules] = figures
        script_sizes = [size for size in SCRIPT_SIZES if size in sizes] or [max(sizes)]
        for size in script_sizes if "scripts" in names else ():
            row = self._apart(f"other scripts, {size:,}", lambda: measure_scripts(size, ground, self._seed))  # noqa: B023
            if row:
                self.found.scripts.append(row)
        if "start" in names:
            self.found.starts = self._apart("start", starts) or {}

    def _too_large(self, name: str, size: int, last: Row | None) -> str:
        if size > MAX.get(name, size):
            return f"not measured, {MAX[name]:,} are the most"
        if last is None:
            return ""
        times = size / last.rules
        build_s, resident = times * last.figures["build s"], times * last.figures["resident MiB"]
        if build_s > self._build_max_s:
            return f"would take {build_s:,.0f} s to be built, by {last.rules:,} rules"
        return f"would take {resident:,.0f} MiB, by {last.rules:,} rules" if resident > RESIDENT_MAX_MIB else ""

    def _apart(self, what: str, work: Callable[[], Any]) -> Any:
        """The result of a process of its own; None when it failed, which is told and put to what is left out."""
        print(f"{time.monotonic() - self._began:5.0f} s  {what} …", file=sys.stderr, flush=True)
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(theirs, work))
        process.start()
        theirs.close()
        try:
            return ours.recv()
        except EOFError:
            process.join()
            self.found.left_out.append(f"{what}: its process ended with code {process.exitcode}")
            print(self.found.left_out[-1], file=sys.stderr, flush=True)
            return None
        finally:
            process.join()


def _work(answer: Connection, work: Callable[[], Any]) -> None:
    answer.send(work())


def ground_of(quick: bool, seed: int) -> Ground:
    """The articles in an order drawn with the seed. Raises CorpusMissing."""
    chance = random.Random(seed)
    asked: list[Story] = [(story.fields["title"], story.fields["body"]) for story in stories()]
    chance.shuffle(asked)
    corpus = Corpus([f"{title}\n{body}" for title, body in asked], chance)
    asked = asked[:4000] if quick else asked
    by_length = sorted(asked, key=lambda story: len(story[0]) + len(story[1]))
    return Ground(corpus, asked, by_length, QUICK if quick else THOROUGH)


def arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(prog="./run bench match", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, and rougher")
    parser.add_argument("--json", type=Path, help="the figures as JSON as well")
    parser.add_argument("--plot", type=Path, help="the plot as PNG as well")
    parser.add_argument("--save", action="store_true", help="keep table, JSON and plot under docs/benchmarks")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of rules")
    parser.add_argument("--families", nargs="*", choices=[*FAMILIES, *OTHERS], help="all but hot and start, if --quick")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Measure, print, keep. 1 where an answer differs without a reason."""
    given = arguments()
    try:
        ground = ground_of(given.quick, given.seed)
    except CorpusMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    gc.collect()
    gc.freeze()
    warnings = [f"{name} is not installed: nothing is compared with it. ./run setup it" for name in absent()]
    for warning in warnings:
        print(warning, file=sys.stderr)
    sizes = given.sizes or (QUICK_SIZES if given.quick else SIZES)
    run = Run(ground, given.seed, QUICK_BUILD_MAX_S if given.quick else BUILD_MAX_S)
    names = [*FAMILIES, *(("scripts",) if given.quick else OTHERS)] if given.families is None else given.families
    try:
        run.families([name for name in names if name in FAMILIES], sizes)
        run.others(names, sizes)
    except KeyboardInterrupt:
        run.found.left_out.append("what comes behind: interrupted")
    facts = machine.describe(LIBRARIES) | {"articles": f"{len(ground.stories):,} of Reuters", "seed": f"{given.seed}"}
    text = told(run.found, facts, warnings)
    print(text)
    result = {"machine": facts, **asdict(run.found)}
    if given.json:
        report.write_json(given.json, result)
    if given.plot:
        plot(run.found.rows, given.plot)
    if given.save:
        report.save("match", text + "\n", result)
        plot(run.found.rows, report.SAVED / "match.png")
    return int(any(each.unexplained for row in run.found.rows for each in row.agreement.values()))


if __name__ == "__main__":
    sys.exit(main())
