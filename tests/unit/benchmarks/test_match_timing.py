"""Samples of stories, percentiles, and contestants in turns."""

from __future__ import annotations

import pytest

from tests.benchmarks.match_timing import percentiles_us, raced, ratios, spread_out
from tests.benchmarks.matchers import Story

STORIES = [("", "x" * length) for length in range(1000)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100, 999, 1000, 5000])
@pytest.mark.parametrize("turn", [0, 1, 4])
def test_a_sample_has_no_story_twice_and_is_as_long_as_all_are(count: int, turn: int) -> None:
    lengths = [len(body) for _, body in spread_out(STORIES, count, turn)]
    assert len(set(lengths)) == len(lengths) == min(count, 1000)
    if count >= 7:
        assert abs(sum(lengths) / len(lengths) - 499.5) < 1000 / count + 1


def test_another_turn_takes_other_stories_and_their_order_is_not_by_length() -> None:
    one, other = spread_out(STORIES, 100, 0), spread_out(STORIES, 100, 1)
    assert not set(one) & set(other)
    assert sorted(one) != one


def test_percentiles_are_microseconds() -> None:
    assert percentiles_us([each / 1e6 for each in range(1, 1002)]) == pytest.approx(
        {"p50": 501, "p99": 991, "p99.9": 1000, "max": 1001}
    )


class Counting:
    """Takes note of what it is asked."""

    def __init__(self, name: str, turns: list[str]) -> None:
        self.name, self._turns = name, turns

    def ask(self, story: Story) -> list[str]:
        if not self._turns or self._turns[-1] != self.name:
            self._turns.append(self.name)
        return []


def test_contestants_take_turns() -> None:
    turns: list[str] = []
    found = raced([Counting("ours", turns), Counting("rival", turns)], STORIES, 3, 0.001)
    assert turns[-6:] == ["ours", "rival"] * 3
    assert [len(speeds) for speeds in found.values()] == [3, 3]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    assert ratios({"ours": [10, 20, 90], "rival": [10, 5, 30]}, "ours") == {"rival": 3}
