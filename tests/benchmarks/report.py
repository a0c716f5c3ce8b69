"""Tables that read well on a terminal and are Markdown, and the same as JSON. No paths, no names of machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from tests.benchmarks.spread import Spread

SAVED = Path(__file__).parents[2] / "docs" / "benchmarks"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned; the first column to the left, the others to the right."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        return f"| {first[0]:<{first[1]}} | " + " | ".join(f"{cell:>{width}}" for cell, width in others) + " |"

    ruler = f"|:{'-' * widths[0]}-|" + "|".join("-" * (width + 1) + ":" for width in widths[1:]) + "|"
    return "\n".join([line(head), ruler, *map(line, rows)])


def spread_text(spread: Spread, decimals: int = 0) -> str:
    """The median, and in brackets the least and the greatest."""
    return f"{spread.median:,.{decimals}f} ({spread.least:,.{decimals}f}–{spread.greatest:,.{decimals}f})"


def facts(pairs: Mapping[str, str]) -> str:
    """A list of what is what."""
    return "\n".join(f"- {name}: {value}" for name, value in pairs.items())


def write_json(path: Path, result: Mapping[str, Any]) -> None:
    """The result for machines; dataclasses as objects."""
    path.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def save(name: str, text: str, result: Mapping[str, Any]) -> None:
    """Keep text and result with the documentation."""
    SAVED.mkdir(parents=True, exist_ok=True)
    (SAVED / f"{name}.md").write_text(text)
    write_json(SAVED / f"{name}.json", result)
