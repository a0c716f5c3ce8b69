"""Articles a second over the number of rules, both logarithmic: a line for each family and contestant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Measured(Protocol):
    """What is drawn of a row."""

    family: str
    rules: int
    articles_per_s: dict[str, float]


def plot(rows: Sequence[Measured], path: Path) -> None:
    """Write a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5), dpi=120)
    lines: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in rows:
        for name, speed in row.articles_per_s.items():
            lines.setdefault((row.family, name), []).append((row.rules, speed))
    for (family, name), points in lines.items():
        style = "-" if name == "wirewatch" else "--"
        axes.plot(*zip(*points, strict=True), style, marker="o", markersize=3, label=f"{name}, {family}")
    axes.set(xscale="log", yscale="log", xlabel="rules", ylabel="articles a second, one core")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
