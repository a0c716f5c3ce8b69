"""Accounts in columns, and what is found in them: the same for matches and for deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.terminal import out, plain, say

WANTING = ("missing", "found")  # columns in red where they are not 0


def show_accounts(
    who: Sequence[str], rows: Sequence[tuple[Sequence[str], Mapping[str, int]]], columns: Sequence[str]
) -> None:
    """A line each, the last for all: by whom, and the numbers of these columns."""
    cells = [(names, [numbers.get(column, 0) for column in columns]) for names, numbers in rows]
    headings = [heading(column) for column in columns]
    widths = [max(len(head), *(len(f"{row[at]:,}") for _, row in cells)) for at, head in enumerate(headings)]
    table = []
    for names, row in cells:
        numbers = [
            Text(f"{number:,}".rjust(width), "bold red" if number and column in WANTING else "" if number else "dim")
            for number, width, column in zip(row, widths, columns, strict=True)
        ]
        style = "bold" if names is rows[-1][0] else ""
        table.append([*(Text(plain(name), style) for name in names), *numbers])
    show_columns((*who, *(each.rjust(width) for each, width in zip(headings, widths, strict=True))), table)


def show_finding(slip: str, at: datetime | None, where: str, record: str, detail: str, what_next: str) -> None:
    """What it is, when and where, and what to do about it."""
    when = f"{at.astimezone():%Y-%m-%d %H:%M:%S}" if at else ""
    out().print()
    say((slip.replace("_", " "), "bold red"), f"  {when}  ", (where, "bold"), f"  {record}")
    if detail:
        say(f"    {detail}")
    say_wrapped(f"    next: {what_next}", " " * 10, style="dim")


def say_wrapped(text: str, indent: str, style: str = "") -> None:
    """On a terminal between words; in a pipe on one line, for grep."""
    width = out().width if out().is_terminal else len(text) + 1
    for line in wrap(text, width, subsequent_indent=indent, replace_whitespace=False, break_long_words=False):
        say((line, style))


def heading(column: str) -> str:
    """Of a column."""
    return column.replace("_", " ").upper()


def split(counts: Mapping[Any, int]) -> str:
    """In brackets, what a number is made of."""
    parts = [f"{number:,} {str(what).replace('_', ' ')}" for what, number in sorted(counts.items()) if number]
    return f" ({', '.join(parts)})" if parts else ""


def counted(counts: Mapping[Any, int]) -> dict[str, int]:
    """For programs."""
    return {str(what): number for what, number in sorted(counts.items())}
