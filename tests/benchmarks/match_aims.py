"""What the engine is meant to reach, held against what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.match_told import Found

SPEEDS = {
    ("selective", 1000): 300_000,
    ("selective", 10_000): 250_000,
    ("selective", 100_000): 180_000,
    ("selective", 1_000_000): 90_000,
    ("broad", 100_000): 30_000,
    ("broad", 1_000_000): 3_000,
}
RATIOS = {
    ("selective", 1000): 1.2,
    ("selective", 10_000): 3.0,
    ("selective", 100_000): 9.0,
    ("selective", 1_000_000): 45.0,
    ("broad", 100_000): 5.0,
    ("broad", 1_000_000): 10.0,
}
RIVAL = "matcher-py"
EDITS_AT = 100_000
ADD_P99_US, REMOVE_P99_US, EDIT_MAX_US = 50.0, 20.0, 5000.0
BESIDE_MAX, SCRIPT_MIN, BYTES_MAX = 1.2, 2 / 3, 120.0


def aims(found: Found) -> list[list[str]]:
    """A row each: what, wanted, found, whether it is reached."""
    return [
        [what, f"{'≥' if least else '≤'} {wanted:,.{decimals}f}", f"{value:,.{decimals}f}",
         "reached" if (value >= wanted if least else value <= wanted) else "short"]
        for what, wanted, value, least, decimals in _asked(found)
    ]  # fmt: skip


_Aim = tuple[str, float, float, bool, int]


def _asked(found: Found) -> Iterator[_Aim]:
    for row in found.rows:
        key, name = (row.family, row.rules), f"{row.family} {row.rules:,}"
        if key in SPEEDS:
            yield f"{name}: articles/s", SPEEDS[key], row.articles_per_s["wirewatch"], True, 0
        if key in RATIOS and RIVAL in row.ratios:
            yield f"{name}: × {RIVAL}", RATIOS[key], row.ratios[RIVAL], True, 1
    yield from _of_edits(found)
    for row in found.rows:
        if row.family != "lists" and row.rules >= EDITS_AT:  # below, the tables weigh more than the rules
            bytes_a_rule = row.figures["index bytes a rule"]
            yield f"{row.family} {row.rules:,}: index bytes a rule", BYTES_MAX, bytes_a_rule, False, 0
    for scripts in found.scripts:
        for script in ("Cyrillic", "Greek"):
            yield f"{script} {scripts.rules:,}: of ASCII", SCRIPT_MIN, scripts.ratios[script], True, 2


def _of_edits(found: Found) -> Iterator[_Aim]:
    slowest = [
        (figures["max"], f"{edit}, {row.family} {row.rules:,}")
        for row in found.rows
        for edit, figures in row.edits_us.items()
    ]
    for row in found.rows:
        name = f"{row.family} {row.rules:,}"
        if row.rules == EDITS_AT:
            yield f"{name}: add, parsed before, p99 µs", ADD_P99_US, row.edits_us["add, parsed before"]["p99"], False, 0
            yield f"{name}: remove p99 µs", REMOVE_P99_US, row.edits_us["remove"]["p99"], False, 0
            ratio = row.beside_us["with"]["p99"] / row.beside_us["without"]["p99"]
            yield f"{name}: match p99 with 100 edits/s to that without", BESIDE_MAX, ratio, False, 2
    if slowest:
        longest_us, which = max(slowest)
        yield f"the slowest edit of all rows, µs ({which})", EDIT_MAX_US, longest_us, False, 0
    for rules, of_hot in found.hot.items():
        edited = max(figures["max"] for name, figures in of_hot.items() if name != "match")
        yield f"100,000 rules {rules}: the slowest edit, µs", EDIT_MAX_US, edited, False, 0
