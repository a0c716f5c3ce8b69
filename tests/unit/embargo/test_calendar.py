"""When what is due, by what stands on `held`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.envelope import Headers, Incoming
from workers.embargo import Calendar


def record(offset: int, key: bytes, due_ms: int | None, partition: int = 0) -> Incoming:
    headers = (("due-ms", b"%d" % due_ms),) if due_ms is not None else ()
    return Incoming("held", partition, offset, 0, key, None if due_ms is None else b"x", headers)


def due(calendar: Calendar, now_ms: int, most: int = 100) -> list[tuple[int, int]]:
    return [(each.partition, each.offset) for each in calendar.due(now_ms, most)]


def made(*records: Incoming) -> Calendar:
    calendar = Calendar()
    for each in records:
        calendar.read(each)
    return calendar


def test_what_is_due_comes_in_the_order_of_its_times_and_nothing_else_does() -> None:
    calendar = made(record(0, b"a", 30), record(1, b"b", 10), record(2, b"c", 20))
    assert due(calendar, 9) == []
    assert due(calendar, 20) == [(0, 1), (0, 2)]
    assert due(calendar, 30, most=1) == [(0, 1)]


def test_what_is_due_stays_so_until_it_is_released() -> None:
    calendar = made(record(0, b"a", 10), record(1, b"b", 10))
    first, _ = calendar.due(10, 100)
    calendar.released(first)
    assert due(calendar, 10) == [(0, 1)]
    assert len(calendar) == 1


def test_a_newer_record_of_a_key_takes_the_place_of_the_older_one() -> None:
    calendar = made(record(0, b"a", 10))
    (old,) = calendar.due(10, 1)
    calendar.read(record(1, b"a", 50))
    calendar.released(old)
    assert due(calendar, 10) == []
    assert due(calendar, 50) == [(0, 1)]


def test_what_was_let_go_is_not_due() -> None:
    assert due(made(record(0, b"a", 10), record(1, b"a", None)), 99) == []


def test_the_newest_version_of_an_article_counts_in_whatever_order_they_stand() -> None:
    older, newer = record(0, b"a\n1", 10), record(1, b"a\n2", 20)
    assert due(made(older, newer), 99) == [(0, 1)]
    assert due(made(replace(newer, offset=0), replace(older, offset=1)), 99) == [(0, 0)]
    assert due(made(record(0, b"a\n10", 10), record(1, b"a\n9", 10)), 99) == [(0, 0)], "a number, no text"


def test_the_tombstone_of_an_older_version_ends_nothing_newer() -> None:
    assert due(made(record(0, b"a\n2", 20), record(1, b"a\n1", None)), 99) == [(0, 0)]


def test_what_a_tombstone_of_a_newer_version_has_overtaken_is_due_at_once_and_once() -> None:
    calendar = made(record(0, b"a\n1", 50), record(1, b"b\n1", 50), record(2, b"a\n2", None))
    (overtaken,) = calendar.due(0, 100)
    assert overtaken.offset == 0
    calendar.released(overtaken)
    assert due(calendar, 60) == [(0, 1)]


def test_whatever_stands_is_due_at_once_behind_a_tombstone_under_the_uri_alone() -> None:
    assert due(made(record(0, b"a\n2", 20), record(1, b"b\n2", 20), record(2, b"a", None)), 0) == [(0, 0)]


def test_what_is_held_anew_behind_the_tombstone_of_a_newer_version_waits() -> None:
    calendar = made(record(0, b"a\n1", 50), record(1, b"a\n2", None), record(2, b"a\n1", 50))
    assert (due(calendar, 49), due(calendar, 50)) == ([], [(0, 2)])


def test_what_stands_under_the_uri_alone_has_the_version_that_its_header_says() -> None:
    plain = replace(record(0, b"a", 50), headers=(("due-ms", b"50"), ("version", b"2")))
    assert due(made(plain, record(1, b"a\n1", 50)), 50) == [(0, 0)]
    assert due(made(plain, record(1, b"a\n3", 60)), 99) == [(0, 1)]
    assert due(made(plain, record(1, b"a\n2", None)), 0) == [(0, 0)], "it is let go under its own key"
    assert due(made(plain, record(1, b"a", None)), 99) == []


def test_partitions_that_are_gone_take_what_they_hold_along() -> None:
    calendar = made(record(0, b"a", 10, 0), record(0, b"a", 10, 1))
    calendar.due(10, 100)
    calendar.drop([0])
    assert due(calendar, 10) == [(1, 0)]


@pytest.mark.parametrize("due_ms", [(), (("due-ms", b"soon"),), (("due-ms", b"9" * 5_000),)])
def test_what_others_wrote_is_passed_over(due_ms: Headers) -> None:
    assert due(made(Incoming("held", 0, 0, 0, None, b"x", due_ms)), 99) == []
