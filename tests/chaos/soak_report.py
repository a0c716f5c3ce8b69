"""What a soak showed: figures over time, their slopes, and a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.benchmarks import report

JSON, PNG = "reliability-soak.json", "reliability-soak.png"
CLAIMS, STORIES, TOLD = "keys of claims", "keys of stories", "keys of who was told"
KEYS = (CLAIMS, STORIES, TOLD)
FIGURES = ("memory 1 MiB", "memory 2 MiB", "descriptors 1", "descriptors 2", *KEYS, "redis MiB", "lag")
PANELS = (("memory 1 MiB", "memory 2 MiB"), ("descriptors 1", "descriptors 2"), KEYS, ("lag",))
# What may be gained an hour, as a part of the mean. Claims and stories live for a minute: what leaked would be twenty
# times as many within the hour, and their number is never the same.
MAY_GAIN = {
    **dict.fromkeys(("memory 1 MiB", "memory 2 MiB"), 0.05),
    **dict.fromkeys(("descriptors 1", "descriptors 2"), 0.05),
    **dict.fromkeys((CLAIMS, STORIES), 0.5),
    TOLD: 0.1,
    "redis MiB": 0.2,
}
SETTLED = 0.5  # slopes are of what comes behind this part of the time


@dataclass(frozen=True, slots=True)
class Trend:
    """Of one figure: where it was at the middle and at the end of the time, and its slope in between."""

    middle: float
    last: float
    per_hour: float
    mean: float

    def told(self) -> str:
        """For people."""
        return f"{self.middle:,.1f} at half-time, {self.last:,.1f} at the end, {self.per_hour:+,.1f} an hour"


@dataclass(frozen=True)
class Soak:
    """What is kept of it."""

    date: str
    seed: int
    minutes: float
    articles: int
    samples: list[dict[str, float]]
    complaints: list[str]

    def points(self, name: str) -> list[tuple[float, float]]:
        """Seconds and values."""
        return [(each["at_s"], each[name]) for each in self.samples if name in each]

    def trend(self, name: str) -> Trend:
        """By least squares, of the later half. Raises ValueError where there are not two samples in it."""
        points = self.points(name)
        late = [each for each in points if each[0] >= points[-1][0] * SETTLED] if points else []
        if len(late) < 2:
            raise ValueError(f"too few samples of {name}")
        mean = sum(value for _, value in late) / len(late)
        return Trend(late[0][1], late[-1][1], slope(late) * 3600, mean)

    def leaks(self) -> list[str]:
        """The figures that gain more than they may, in words."""
        trends = {name: (self.trend(name), part) for name, part in MAY_GAIN.items()}
        return [
            f"{name} gains {trend.per_hour:,.1f} an hour, more than {part:.0%}"
            for name, (trend, part) in trends.items()
            if trend.per_hour > part * trend.mean
        ]


def kinds_of_keys(keys: Iterable[bytes], prefix: str) -> dict[str, float]:
    """How many there are of each kind, by their names; see the doors of workers/dedup/."""
    counts = dict.fromkeys(KEYS, 0.0)
    for key in keys:
        stories, told = key.startswith(f"{{{prefix}}}".encode()), key.startswith(f"{prefix}told:".encode())
        counts[STORIES if stories else TOLD if told else CLAIMS] += 1
    return counts


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the line of least squares. Raises ZeroDivisionError where all points stand at one time."""
    mean_x, mean_y = (sum(each) / len(points) for each in zip(*points, strict=True))
    spread: float = sum((x - mean_x) ** 2 for x, _ in points)
    together: float = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return together / spread


def soak_text(docs: Path) -> str:
    """The part of the page that tells of the soak; empty where there was none."""
    if not (docs / JSON).exists():
        return ""
    soak = Soak(**orjson.loads((docs / JSON).read_bytes()))
    rows = [
        [name, f"{trend.middle:,.1f}", f"{trend.last:,.1f}", f"{trend.per_hour:+,.1f}"]
        for name, trend in ((name, soak.trend(name)) for name in FIGURES)
    ]
    return "\n\n".join(
        [
            "## The soak",
            f"{soak.minutes:g} minutes on {soak.date}, seed {soak.seed}: {soak.articles:,} articles at a steady pace,"
            " of a limited number, again and again and one in ten times in a new version (changed, corrected, killed,"
            " held); two workers that lived through all of it, and every 10 to 30 s a mild fault (a third joins and"
            " leaves, connections are cut or slow, scripts are flushed, rules are edited, poison). "
            + ("; ".join(soak.complaints) or "Nothing was lost, wrong or out of order.")
            + f" {_leaks_told(soak.leaks())}",
            f"![Memory, descriptors, keys and lag over time]({PNG})",
            report.table(["", "half-time", "end", "slope of the later half, an hour"], rows),
            "Claims and stories are forgotten after the rules' window, here a minute. Who was told is remembered for 30"
            " days, in one key for each article that a rule has matched: these keys grow with the number of different"
            " articles, and stand still here because every article has been there after some five minutes.",
        ]
    )


def _leaks_told(leaks: Sequence[str]) -> str:
    if leaks:
        return "**" + "; ".join(leaks) + ".**"
    limits = ", ".join(f"{name} {part:.0%}" for name, part in MAY_GAIN.items())
    return f"No figure gained more than it may, an hour, in the later half ({limits}): else the run fails."


def plot(soak: Soak, path: Path) -> None:
    """Write a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, all_axes = pyplot.subplots(len(PANELS), 1, figsize=(8, 9), dpi=120, sharex=True)
    for axes, names in zip(all_axes, PANELS, strict=True):
        for name in names:
            axes.plot([at / 60 for at, _ in soak.points(name)], [value for _, value in soak.points(name)], label=name)
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, alpha=0.3)
        axes.legend(fontsize=8, loc="lower right")
    all_axes[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
