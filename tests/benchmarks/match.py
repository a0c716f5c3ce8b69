"""How many articles a second the matcher matches, by kind and number of rules, beside rivals; what edits cost.

python -m tests.benchmarks.match [--quick] [--json FILE] [--save] [--sizes 1000 …] [--families selective …]
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.benchmarks import machine, report
from tests.benchmarks.families import FAMILIES, Corpus, FamilyRule, family
from tests.benchmarks.match_plot import plot
from tests.benchmarks.matchers import RIVALS, Contestant, Engine, Evaluator, Story, agreement
from tests.benchmarks.reuters import CorpusMissing, stories

EVALUATOR_MAX = 1000  # rules
RIVAL_MAX = {"matcher-py": 1_000_000, "mokaccino": 100_000}
EDITS = 2000
MEASURED = """\
One process, one core, Reuters articles with title and body, from Python strings to a list of rule ids; CPU time. The
whole corpus is matched once before, so that frequencies are known. Agreement: hits that both have, only ours, only
theirs. matcher-py counts a word in two groups once, and asks for one space between the words of a phrase."""


@dataclass(slots=True)
class Row:
    """What was found for one family and size."""

    family: str
    rules: int
    articles_per_s: dict[str, float] = field(default_factory=dict)
    agreement: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)


def speed(contestant: Contestant, asked: Sequence[Story], least_s: float = 0.0) -> float:
    """Articles a second of CPU time."""
    started, done = time.process_time(), 0
    while not done or time.process_time() - started < least_s:
        for story in asked:
            contestant.ask(story)
        done += len(asked)
    return done / (time.process_time() - started)


def percentiles(times: Sequence[float], name: str) -> dict[str, float]:
    """p50, p99, p99.9 and the greatest, in microseconds."""
    ordered = sorted(times)
    at = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
    last = len(ordered) - 1
    return {f"{name} {each} us": 1e6 * ordered[round(part * last)] for each, part in at.items()}


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def edits(engine: Engine, asked: Sequence[Story], corpus: Corpus, name: str) -> dict[str, float]:
    """What adding, replacing and removing a rule costs, one edit between two articles, and what a match costs then."""
    matcher = engine.matcher
    fresh = [rule.query for rule in family(name, EDITS, corpus)]
    still = [timed(lambda story=story: engine.ask(story)) for story in asked[:EDITS]]  # type: ignore[misc]
    added, replaced, beside = [], [], []
    for number, query in enumerate(fresh):
        rule_id, story = f"new {number}", asked[number % len(asked)]
        added.append(timed(lambda: matcher.add(rule_id, query)))  # noqa: B023 - called at once
        beside.append(timed(lambda: engine.ask(story)))  # noqa: B023
    for number, query in enumerate(reversed(fresh)):
        replaced.append(timed(lambda: matcher.add(f"new {number}", query)))  # noqa: B023
    removed = [timed(lambda rule_id=f"new {n}": matcher.remove(rule_id)) for n in range(EDITS)]  # type: ignore[misc]
    return (
        percentiles(added, "add")
        | percentiles(replaced, "replace")
        | percentiles(removed, "remove")
        | percentiles(still, "match")
        | percentiles(beside, "match beside edits")
    )


def measure(name: str, size: int, corpus: Corpus, asked: Sequence[Story], quick: bool) -> Row:
    """One family of one size, ours and rivals."""
    rules = family(name, size, corpus)
    row = Row(name, size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    engine = Engine(rules)
    row.figures["build s"] = time.perf_counter() - started
    row.figures["resident MB more"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    row.figures["index bytes a rule"] = engine.matcher.index_bytes / size
    gc.collect()
    gc.freeze()
    candidates = hits = 0
    for story in asked:
        hits += len(engine.ask(story))
        candidates += engine.matcher.candidates
    row.figures |= {"hit rate": hits / len(asked) / size, "candidates a match": candidates / max(hits, 1)}
    sample = asked[:: max(1, len(asked) // (200 if quick else 1000))]
    _agree(row, rules, engine, asked, sample)
    row.articles_per_s[engine.name] = speed(engine, asked, 0.5 if quick else 2.0)
    row.figures |= edits(engine, asked, corpus, name)
    return row


def _agree(
    row: Row, rules: Sequence[FamilyRule], engine: Engine, asked: Sequence[Story], sample: Sequence[Story]
) -> None:
    if row.rules <= EVALUATOR_MAX:
        evaluator = Evaluator(rules)
        row.agreement[evaluator.name] = agreement(engine, evaluator, sample[:200])
        row.articles_per_s[evaluator.name] = speed(evaluator, sample[:100])
    if not all(rule.portable for rule in rules):
        return
    for name, rival in RIVALS.items():
        if row.rules > RIVAL_MAX[name]:
            continue
        try:
            contestant = rival(rules)
        except ImportError:
            continue
        row.agreement[name] = agreement(engine, contestant, sample)
        row.articles_per_s[name] = speed(contestant, sample if row.rules > 10_000 else asked)


def starts() -> dict[str, float]:
    """Seconds from nothing to the first match, with the compiled part kept from before."""
    code = "from workers.match import Matcher; m = Matcher({'a': 'b'}); m.match({'title': 'b'})"
    return {"start, compiled before, s": timed(lambda: subprocess.run([sys.executable, "-c", code], check=True))}


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def told(rows: Sequence[Row], facts: dict[str, str]) -> str:
    """Tables for people."""
    names = list(dict.fromkeys(name for row in rows for name in row.articles_per_s))
    speeds = [
        [
            f"{row.family} {row.rules:,}",
            *(f"{row.articles_per_s[n]:,.0f}" if n in row.articles_per_s else "–" for n in names),
        ]
        for row in rows
    ]
    agreed = [
        [f"{row.family} {row.rules:,}", name, *(f"{count:,}" for count in counts)]
        for row in rows
        for name, counts in row.agreement.items()
    ]
    keys = list(rows[0].figures)
    figures = [[key, *(f"{row.figures[key]:,.4g}" for row in rows)] for key in keys]
    return "\n\n".join(
        (
            "# Matching",
            report.facts(facts),
            MEASURED,
            "## Agreement\n\n" + report.table(["rules", "with", "both", "only ours", "only theirs"], agreed),
            "## Articles a second\n\n" + report.table(["rules", *names], speeds),
            "## The rest\n\n" + report.table(["", *(f"{row.family} {row.rules:,}" for row in rows)], figures),
        )
    )


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="./run bench match", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, and rougher")
    parser.add_argument("--json", type=Path, help="the figures as JSON as well")
    parser.add_argument("--save", action="store_true", help="keep table, JSON and plot under docs/benchmarks")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sizes = given.sizes or ([1000, 10_000] if given.quick else [1000, 10_000, 100_000, 1_000_000])
    try:
        asked = [(story.fields["title"], story.fields["body"]) for story in stories()]
    except CorpusMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    chance = random.Random(given.seed)
    chance.shuffle(asked)
    corpus = Corpus([f"{title}\n{body}" for title, body in asked], chance)
    asked = asked[:2000] if given.quick else asked
    rows = []
    for name in given.families:
        for size in sizes:
            if name in {"lists", "near"} and size > 100_000:
                continue
            print(f"{name}, {size:,} rules …", file=sys.stderr, flush=True)
            rows.append(measure(name, size, corpus, asked, given.quick))
    facts = machine.describe() | {name: f"{value:.2f}" for name, value in starts().items()}
    text = told(rows, facts)
    print(text)
    result = {"machine": facts, "seed": given.seed, "rows": [asdict(row) for row in rows]}
    if given.json:
        report.write_json(given.json, result)
    if given.save:
        report.save("match", text, result)
        plot(rows, report.SAVED / "match.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
