"""Numbers from several runs: the middle, and how far they lie apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Least, median and greatest of some values."""

    least: float
    median: float
    greatest: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Raises ValueError where there are none."""
        return Spread(min(values), percentile(values, 50), max(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which so many percent lie, between neighbours by their distance (as numpy's default)."""
    if not values:
        raise ValueError("there are no values")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def rate_per_s(marks: Sequence[tuple[int, int]]) -> float:
    """Articles a second from marks of (milliseconds, articles done so far), in the order of time.

    What was done by the first mark is not counted: the clock starts there. Raises ValueError below two moments.
    """
    if not marks or marks[-1][0] <= marks[0][0]:
        raise ValueError("there are not two marks at different times")
    (first_ms, first), (last_ms, last) = marks[0], marks[-1]
    return (last - first) * 1000 / (last_ms - first_ms)
