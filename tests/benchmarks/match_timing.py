"""How the matching benchmark takes the time: CPU time of this thread, so that what runs beside is not counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from math import gcd
from statistics import median

from tests.benchmarks.matchers import Contestant, Story

_GOLDEN = 0.618  # turns differ, however many there are
PERCENTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def _clock_cost_s() -> float:
    """What it takes to ask the clock: part of each time that is taken, and not of what is timed."""
    times = []
    for _ in range(2000):
        began = time.thread_time()
        times.append(time.thread_time() - began)
    return median(times)


CLOCK_S = _clock_cost_s()


def timed_s(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.thread_time()
    call()
    return max(0.0, time.thread_time() - began - CLOCK_S)


def percentiles_us(times_s: Sequence[float]) -> dict[str, float]:
    """p50, p99, p99.9 and the greatest, in microseconds."""
    ordered = sorted(times_s)
    last = len(ordered) - 1
    return {each: 1e6 * ordered[round(part * last)] for each, part in PERCENTILES.items()}


def spread_out(stories: Sequence[Story], count: int, turn: int) -> list[Story]:
    """So many stories, as long and as short as they are altogether; another turn takes others.

    `stories` are sorted by length. They come as far from each other as may be, as unlike in length as in life.
    """
    count, shift = min(count, len(stories)), turn * _GOLDEN % 1
    chosen = [stories[int((place + shift) * len(stories) / count)] for place in range(count)]
    stride = next(each for each in range(count // 2 + 1, 2 * count + 2) if gcd(each, count) == 1)
    return [chosen[place * stride % count] for place in range(count)]


def speed(contestant: Contestant, stories: Sequence[Story]) -> float:
    """Articles a second."""
    began = time.thread_time()
    for story in stories:
        contestant.ask(story)
    return len(stories) / (time.thread_time() - began)


def raced(
    contestants: Sequence[Contestant], stories: Sequence[Story], rounds: int, turn_s: float
) -> dict[str, list[float]]:
    """Articles a second of each, round by round: one after the other, again and again, each for about `turn_s`.

    Each takes a sample of its own size; no article is asked twice in a turn, so none is at an advantage by what the
    processor has still at hand.
    """
    counts = {}
    for each in contestants:
        few = spread_out(stories, 20, 0)
        counts[each.name] = max(20, min(len(stories), round(turn_s * min(speed(each, few) for _ in range(2)))))
    found: dict[str, list[float]] = {each.name: [] for each in contestants}
    for turn in range(rounds):
        for each in contestants:
            found[each.name].append(speed(each, spread_out(stories, counts[each.name], turn)))
    return found


def ratios(found: Mapping[str, Sequence[float]], ours: str) -> dict[str, float]:
    """Ours to each other: the median of the rounds' ratios."""
    return {
        name: median(one / other for one, other in zip(found[ours], speeds, strict=True))
        for name, speeds in found.items()
        if name != ours
    }
