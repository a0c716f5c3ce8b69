"""Partitions merged by time."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from schemas.envelope import Incoming
from workers.streams.history import STAMPED, Place, in_time_order, smoothed

A, B, C = ("alerts", 0), ("alerts", 1), ("decisions", 0)


class Shelf:
    """Partitions that give a few records at a time, and now and then nothing."""

    def __init__(self, times: dict[Place, list[int]], at_once: int = 2) -> None:
        self._left = {place: [self._record(place, at, each) for at, each in enumerate(times[place])] for place in times}
        self._at_once = at_once
        self._calls = 0
        self.held_max = 0
        self._given = 0
        self.taken = 0

    @staticmethod
    def _record(place: Place, offset: int, timestamp_ms: int) -> Incoming:
        return Incoming(place[0], place[1], offset, timestamp_ms, None, b"", ())

    def fetch(self, places: Collection[Place]) -> Sequence[Incoming]:
        """The next of these."""
        self._calls += 1
        if self._calls % 3 == 0:
            return []
        given: list[Incoming] = []
        for place in sorted(places):
            given += self._left[place][: self._at_once]
            del self._left[place][: self._at_once]
        self._given += len(given)
        self.held_max = max(self.held_max, self._given - self.taken)
        return given

    def at_end(self, place: Place) -> bool:
        """Whether all of it was given."""
        return not self._left[place]


def read(shelf: Shelf, places: Sequence[Place]) -> list[tuple[int, str, int]]:
    found = []
    for record in in_time_order(places, shelf.fetch, shelf.at_end, lambda: False):
        shelf.taken += 1
        found.append((record.timestamp_ms, record.topic, record.partition))
    return found


def test_records_of_all_partitions_come_in_the_order_of_their_times() -> None:
    times = {A: [1, 4, 5, 20, 21], B: [2, 3, 30], C: [0, 6, 7, 8, 9, 10, 22]}
    found = read(Shelf(times), (A, B, C))
    assert found == sorted((at, *place) for place, each in times.items() for at in each)


@pytest.mark.parametrize("times", [{A: [], C: []}, {A: [], C: [3]}], ids=["nothing", "one of them"])
def test_partitions_without_records_are_not_waited_for(times: dict[Place, list[int]]) -> None:
    assert [at for at, *_ in read(Shelf(times), list(times))] == [at for each in times.values() for at in each]


def test_a_partition_keeps_its_order_whatever_its_times_say_and_equal_times_that_of_the_topics() -> None:
    assert read(Shelf({A: [5, 1], C: [2, 5]}), (A, C)) == [
        (2, *C),
        (5, *A),
        (1, *A),
        (5, *C),
    ]


def test_no_more_is_held_than_one_fetch_of_each_partition() -> None:
    shelf = Shelf({A: list(range(100)), B: list(range(1000, 1100)), C: list(range(50))}, at_once=5)
    assert len(read(shelf, (A, B, C))) == 250
    assert shelf.held_max <= 15


def test_it_ends_when_it_is_told_to() -> None:
    shelf = Shelf({A: [1, 2, 3], C: [2]})
    assert list(in_time_order((A, C), shelf.fetch, shelf.at_end, lambda: True)) == []


def test_what_stands_the_other_way_round_is_put_right_within_reach_and_topics_keep_their_rank() -> None:
    def told(times: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
        records = [Incoming(topic, 0, at, time, None, b"") for at, (topic, time) in enumerate(times)]
        return [(each.topic, each.timestamp_ms) for each in smoothed(records, STAMPED, ("alerts", "decisions"), most)]

    mixed = [("decisions", 5), ("decisions", 2), ("alerts", 5), ("alerts", 9), ("alerts", 3)]
    assert told(mixed, 5) == [("decisions", 2), ("alerts", 3), ("alerts", 5), ("decisions", 5), ("alerts", 9)]
    assert told([("alerts", 9), ("alerts", 8), ("alerts", 1)], 1) == [("alerts", 8), ("alerts", 1), ("alerts", 9)]
