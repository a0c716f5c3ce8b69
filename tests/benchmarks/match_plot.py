"""Articles a second over the number of rules, both logarithmic: a colour a family, a line a contestant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

STYLES = {"wirewatch": ("-", "o", 2.2), "matcher-py": ("--", "s", 1.2), "mokaccino": (":", "^", 1.2)}
OTHER = ("", "x", 1.0)  # measured for one size only: points without a line


class Measured(Protocol):
    """What is drawn of a row."""

    family: str
    rules: int
    articles_per_s: dict[str, float]


def lines(rows: Sequence[Measured]) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """For each family and contestant its points."""
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in rows:
        for name, speed in row.articles_per_s.items():
            found.setdefault((row.family, name), []).append((row.rules, speed))
    return found


def plot(rows: Sequence[Measured], path: Path) -> None:
    """Write a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot
    from matplotlib.lines import Line2D

    figure, axes = pyplot.subplots(figsize=(10, 6), dpi=120)
    found = lines(rows)
    colours = {family: f"C{at}" for at, family in enumerate(dict.fromkeys(family for family, _ in found))}
    names = list(dict.fromkeys(name for _, name in found))

    def look(name: str) -> dict[str, Any]:
        line, marker, width = STYLES.get(name, OTHER)
        return {"linestyle": line or "none", "marker": marker, "linewidth": width, "markersize": 5}

    for (family, name), points in found.items():
        axes.plot(*zip(*sorted(points), strict=True), color=colours[family], **look(name))
    axes.set(xscale="log", yscale="log", xlabel="rules", ylabel="articles a second, one core")
    axes.set_title("Matching Reuters articles, title and body")
    axes.grid(visible=True, which="major", alpha=0.4)
    axes.grid(visible=True, which="minor", alpha=0.15)
    keys = [Line2D([], [], color=colour, linewidth=3, label=family) for family, colour in colours.items()]
    first = axes.legend(handles=keys, title="rules", loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    axes.add_artist(first)
    keys = [Line2D([], [], color="black", label=name, **look(name)) for name in names]
    axes.legend(handles=keys, title="contestant", loc="upper left", bbox_to_anchor=(1.01, 0.55), frameon=False)
    figure.tight_layout()
    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)
