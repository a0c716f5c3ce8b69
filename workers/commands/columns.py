"""Rows in columns, without lines between: for people, and for grep."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from workers.commands.terminal import out

GAP = "  "


def show_columns(headings: Sequence[str], rows: Sequence[Sequence[Text]], *, crop: bool = False) -> None:
    """Print them; the last column is as wide as it likes, or cropped at the edge of a terminal."""
    table = [[Text(heading, "bold") for heading in headings], *rows]
    widths = [max(row[at].cell_len for row in table) for at in range(len(headings) - 1)]
    for row in table:
        line = Text()
        for cell, width in zip(row, widths, strict=False):
            line.append_text(cell).append(" " * (width - cell.cell_len) + GAP)
        line.append_text(row[-1])
        if crop and out().is_terminal:
            line.truncate(out().width, overflow="ellipsis")
        out().print(line)
