"""The statistics of the benchmarks."""

from __future__ import annotations

import random
import statistics

import pytest

from tests.benchmarks.spread import Spread, percentile, rate_per_s


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        pytest.param([7.0], 99, 7.0, id="one-value"),
        pytest.param([3.0, 1.0, 2.0], 50, 2.0, id="the-middle-one"),
        pytest.param([4.0, 1.0], 50, 2.5, id="between-two"),
        pytest.param([1.0, 2.0, 3.0, 4.0, 5.0], 0, 1.0, id="the-least"),
        pytest.param([1.0, 2.0, 3.0, 4.0, 5.0], 100, 5.0, id="the-greatest"),
        pytest.param([0.0, 100.0], 99, 99.0, id="by-distance"),
    ],
)
def test_a_percentile_lies_between_its_neighbours(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == pytest.approx(expected)


def test_percentiles_are_those_of_the_standard_library() -> None:
    values = [random.Random(1).random() for _ in range(101)] + [2.0, 3.0]
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    assert [percentile(values, percent) for percent in range(1, 100)] == pytest.approx(cuts)


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_spread_has_its_ends_and_its_middle() -> None:
    assert Spread.of([5.0, 1.0, 2.0]) == Spread(1.0, 2.0, 5.0)


def test_a_rate_counts_from_the_first_mark_on() -> None:
    assert rate_per_s([(10_000, 500), (10_400, 900), (12_000, 4_500)]) == 2_000


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param([], id="none"),
        pytest.param([(5, 100)], id="one"),
        pytest.param([(5, 100), (5, 200)], id="two-at-one-time"),
    ],
)
def test_without_two_moments_there_is_no_rate(marks: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="not two marks"):
        rate_per_s(marks)
