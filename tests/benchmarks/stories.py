"""Which articles tell the same story: how often that is right, beside MinHash LSH; what it costs in time and in Redis.

python -m tests.benchmarks.stories [--quick] [--json FILE] [--save] [--seeds 1 2 3]
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import machine, report
from tests.benchmarks.reuters import CorpusMissing
from tests.benchmarks.story_corpora import (
    SURE_JACCARD,
    Pair,
    Score,
    newswire,
    numbers_apart,
    only_numbers_apart,
    pages,
    pairs,
    score,
)
from tests.benchmarks.story_makers import Datasketch, Maker, Ours, Told
from tests.benchmarks.story_redis import Room, measure_redis
from tests.benchmarks.story_told import ToldRoom, measure_told

LIKEST = 200  # pairs with different numbers that are looked at one by one
THRESHOLDS = (0.3, 0.5)
QUICK = 4000  # Reuters reports, pairs and all
WANTED = {"precision": 0.999, "f1": 0.99, "recall": 0.995}
MEASURED = """\
Pages: 86 news pages, each rendered by up to 33 programs, with menus, lost paragraphs and marks; the renderings of one
page are one story. They come one by one in random orders. Reuters: all reports in the order of the corpus. Sure pairs
are those with an exact Jaccard of at least .8 over 3-word shingles that do not each have a number the other lacks. Both
contestants take the same folded words; the time to split them is counted for wirewatch only. CPU time of one core."""


@dataclass(slots=True)
class Merged:
    """Two reports with different numbers that were taken for one story."""

    pair: Pair
    titles: tuple[str, str]
    numbers: tuple[list[str], list[str]]
    numbers_only: bool  # but for their numbers they are the same


@dataclass(slots=True)
class Wire:
    """What was found on Reuters."""

    sure: int
    recall: float
    missed: list[tuple[int, int]]
    merged: list[Merged]


@dataclass(slots=True)
class Row:
    """What one contestant reached."""

    name: str
    pages: list[Score] = field(default_factory=list)
    pages_per_s: float = 0.0
    wire: Wire | None = None
    wire_per_s: float = 0.0


def on_pages(maker: Maker, row: Row, truth: Sequence[str], seeds: Sequence[int]) -> None:
    """Each order from its seed."""
    speeds = []
    for seed in seeds:
        order = list(range(len(truth)))
        random.Random(seed).shuffle(order)
        told = maker.tell(order)
        row.pages.append(score(told.stories, [truth[at] for at in order]))
        speeds.append(told.articles_per_s)
    row.pages_per_s = sum(speeds) / len(speeds)


def on_wire(told: Told, reports: dict[int, Any]) -> Wire:
    """Sure pairs that are together, and pairs with different numbers that are."""
    story = dict(zip(reports, told.stories, strict=True))
    found = [pair for pair in pairs() if pair.left in reports and pair.right in reports]
    numbers = {pair: numbers_apart(reports[pair.left], reports[pair.right]) for pair in found}
    sure = [pair for pair in found if pair.jaccard >= SURE_JACCARD and not all(numbers[pair])]
    missed = [(pair.left, pair.right) for pair in sure if story[pair.left] != story[pair.right]]
    likest = [pair for pair in found if all(numbers[pair])][:LIKEST]
    merged = [
        Merged(
            pair,
            (reports[pair.left].title or "", reports[pair.right].title or ""),
            numbers[pair],
            only_numbers_apart(reports[pair.left], reports[pair.right]),
        )
        for pair in likest
        if story[pair.left] == story[pair.right]
    ]
    return Wire(len(sure), 1 - len(missed) / len(sure), missed, merged)


def contest(seeds: Sequence[int], quick: bool) -> tuple[list[Row], Ours]:
    """All contestants on all texts; ours with the reports, for what follows."""
    articles, truth = pages()
    reports = newswire()
    if quick:
        kept = {number for pair in pairs() for number in (pair.left, pair.right)} | set(list(reports)[:QUICK])
        reports = {number: each for number, each in reports.items() if number in kept}
    ours_pages, ours_wire = Ours(articles), Ours(list(reports.values()))
    makers: list[tuple[Maker, Maker]] = [(ours_pages, ours_wire)]
    try:
        for threshold in THRESHOLDS:
            rivals = (Datasketch(articles, ours_pages.prints, threshold),)
            makers.append((*rivals, Datasketch(list(reports.values()), ours_wire.prints, threshold)))
    except ImportError:
        print("datasketch is not installed: nothing is compared with it. ./run setup it", file=sys.stderr)
    rows = []
    for on_page, on_report in makers:
        row = Row(on_page.name)
        on_pages(on_page, row, truth, seeds)
        told = on_report.tell(range(len(reports)))
        row.wire, row.wire_per_s = on_wire(told, reports), told.articles_per_s
        rows.append(row)
    return rows, ours_wire


def aims(row: Row) -> list[list[str]]:
    """What is wanted of ours, and what came of it."""
    wire = row.wire
    least = {
        "precision": min(each.precision for each in row.pages),
        "f1": min(each.f1 for each in row.pages),
        "recall": wire.recall if wire else 0.0,
    }
    names = {"precision": "pages: precision", "f1": "pages: F1", "recall": "Reuters: recall of sure pairs"}
    told = [
        [names[name], f"≥ {wanted}", f"{least[name]:.4f}", "reached" if least[name] >= wanted else "short"]
        for name, wanted in WANTED.items()
    ]
    only = sum(each.numbers_only for each in wire.merged) if wire else 0
    return [
        *told,
        ["Reuters: merged that differ in numbers only", "0", str(only), "short" if only else "reached"],
    ]


def told(rows: Sequence[Row], room: Room | None, remembered: ToldRoom | None, facts: dict[str, str]) -> str:
    """Tables for people."""
    quality = [
        [
            row.name,
            *("/".join(f"{getattr(each, name):.4f}" for each in row.pages) for name in ("precision", "recall", "f1")),
            f"{row.pages_per_s:,.0f}",
        ]
        for row in rows
    ]
    wire = [
        [row.name, f"{row.wire.sure:,}", f"{row.wire.recall:.4f}", f"{len(row.wire.merged)}", f"{row.wire_per_s:,.0f}"]
        for row in rows
        if row.wire
    ]
    parts = [
        "# Stories",
        report.facts(facts),
        MEASURED,
        "## Aims\n\n" + report.table(["what", "wanted", "worst", ""], aims(rows[0])),
        "## Pages, by order\n\n" + report.table(["", "precision", "recall", "F1", "articles/s"], quality),
        "## Reuters\n\n"
        + report.table(["", "sure pairs", "recall", f"merged of the {LIKEST} likest apart", "articles/s"], wire),
        _merged(rows[0]),
    ]
    if room:
        parts.append("## In Redis\n\n" + report.table(["", "figure"], room.told()))
    if remembered:
        parts.append("## Who was told, in Redis\n\n" + report.table(["", "figure"], remembered.told()))
    return "\n\n".join(parts)


def _merged(row: Row) -> str:
    """Each pair by name: whether it is news lost is for a reader to say."""
    head = f"## Merged by {row.name} among the {LIKEST} likest pairs with different numbers\n\n"
    merged = row.wire.merged if row.wire else []
    lines = [
        [
            f"{each.pair.left}, {each.pair.right}",
            f"{each.pair.jaccard:.2f}",
            " vs ".join(" ".join(numbers) for numbers in each.numbers),
            " / ".join(each.titles),
        ]
        for each in merged
    ]
    missed = ", ".join(f"{left} and {right}" for left, right in row.wire.missed) if row.wire else ""
    table = report.table(["pair", "Jaccard", "numbers", "titles"], lines) if lines else "None."
    return f"{head}{table}\n\nSure pairs that it did not put together: {missed or 'none'}."


def _figures(row: Row) -> dict[str, Any]:
    """All of ours; of a rival how many it merged, not which."""
    figures = asdict(row)
    if row.wire and row.name != Ours.name:
        figures["wire"]["merged"] = len(row.wire.merged)
    return figures


def main() -> int:
    """Measure, print, keep. 1 where an aim is missed."""
    parser = argparse.ArgumentParser(prog="./run bench stories", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, and rougher")
    parser.add_argument("--json", type=Path, help="the figures as JSON as well")
    parser.add_argument("--save", action="store_true", help="keep table and JSON under docs/benchmarks")
    parser.add_argument("--seeds", type=int, nargs="+", help="of the orders in which the pages come")
    given = parser.parse_args()
    seeds = given.seeds or ([1] if given.quick else [1, 2, 3])
    facts = machine.describe(("datasketch", "numpy", "redis", "hiredis"))
    try:
        rows, ours = contest(seeds, given.quick)
    except CorpusMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    room = measure_redis(ours.prints[:QUICK] if given.quick else ours.prints)
    remembered = measure_told()
    text = told(rows, room, remembered, facts | {"seeds": " ".join(map(str, seeds))})
    print(text)
    result = {
        "machine": facts,
        "rows": [_figures(row) for row in rows],
        "redis": room and asdict(room),
        "told": remembered and asdict(remembered),
    }
    if given.json:
        report.write_json(given.json, result)
    if given.save:
        report.save("stories", text + "\n", result)
    return int(any(row[-1] == "short" for row in aims(rows[0])))


if __name__ == "__main__":
    sys.exit(main())
