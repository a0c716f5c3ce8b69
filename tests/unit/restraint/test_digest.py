"""When the next digest is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.channel import Digest, Weekday
from tests.unit.restraint.said import utc
from tests.unit.restraint.test_quiet import INSTANTS, MINUTES
from workers.restraint.digest import next_digest

BERLIN = "Europe/Berlin"
DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def digest(*at: str, days: str = "", where: str = BERLIN, **other: Any) -> Digest:
    return Digest.model_validate({"at": at, "days": days.split(), "time_zone": where, **other})


def following(one: Digest, after: str, count: int) -> list[datetime]:
    times = [utc(after)]
    for _ in range(count):
        times.append(next_digest(one, times[-1]))
    return times[1:]


def test_times_of_the_day_are_those_of_the_zone_in_summer_and_winter() -> None:
    assert following(digest("17:00", "08:30"), "2026-10-24 08:30+02:00", 4) == [
        utc("2026-10-24 17:00+02:00"),
        utc("2026-10-25 08:30+01:00"),
        utc("2026-10-25 17:00+01:00"),
        utc("2026-10-26 08:30+01:00"),
    ]


def test_a_time_that_is_left_out_is_at_the_jump_and_others_that_are_come_with_it() -> None:
    assert following(digest("02:10", "02:50", "03:00", "04:00"), "2026-03-29 00:00+01:00", 2) == [
        utc("2026-03-29 03:00+02:00"),
        utc("2026-03-29 04:00+02:00"),
    ]


def test_a_time_that_comes_twice_is_the_first_and_once() -> None:
    assert following(digest("02:30"), "2026-10-25 00:00+02:00", 2) == [
        utc("2026-10-25 02:30+02:00"),
        utc("2026-10-26 02:30+01:00"),
    ]


def test_other_days_are_passed_over() -> None:
    weekdays = digest("08:00", days="mon tue wed thu fri")
    assert next_digest(weekdays, utc("2026-05-08 08:00+02:00")) == utc("2026-05-11 08:00+02:00")


@pytest.mark.parametrize(
    ("every_s", "after", "expected"),
    [
        (3600, "2026-05-04 11:59:59.999999", "2026-05-04 12:00"),
        (3600, "2026-05-04 12:00", "2026-05-04 13:00"),
        (86_400, "2026-05-04 12:00", "2026-05-05 00:00"),
        (90.5, "1970-01-01 00:01:30", "1970-01-01 00:01:30.5"),
    ],
)
def test_every_so_often_is_counted_from_the_epoch(every_s: float, after: str, expected: str) -> None:
    assert next_digest(Digest(every_s=every_s), utc(after)) == utc(expected)


def test_every_so_often_keeps_to_its_days() -> None:
    weekdays = digest(days="mon tue wed thu fri", every_s=4 * 3600)
    assert following(weekdays, "2026-05-08 18:00+02:00", 3) == [
        utc("2026-05-08 22:00+02:00"),
        utc("2026-05-11 02:00+02:00"),
        utc("2026-05-11 06:00+02:00"),
    ]


def test_the_first_moment_of_a_day_is_of_that_day() -> None:
    assert next_digest(digest(days="mon", every_s=3600), utc("2026-05-09 12:00")) == utc("2026-05-11 00:00+02:00")


SOME_DAYS = st.sets(st.sampled_from(DAYS), max_size=3)
ZONES = st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe"])


@given(st.lists(MINUTES, min_size=1, max_size=4), SOME_DAYS, ZONES, INSTANTS)
def test_times_of_the_day_come_in_order_each_day_once(
    times: list[str], days: set[Weekday], where: str, after: datetime
) -> None:
    one = digest(*times, days=" ".join(days), where=where)
    due = next_digest(one, after)
    wall = due.astimezone(ZoneInfo(where))
    assert due > after
    if f"{wall:%H:%M}" in times:
        assert not days or DAYS[wall.weekday()] in days
    else:  # at the jump: a time was left out
        assert wall.utcoffset() != (due - timedelta(seconds=1)).astimezone(ZoneInfo(where)).utcoffset()
    # Nothing that the clock shows in between for the first time is passed over.
    for passed, text in product(range(-1, (due - after).days + 3), times):
        day = after.date() + timedelta(days=passed)
        first = datetime.fromisoformat(f"{day} {text}").replace(tzinfo=ZoneInfo(where)).astimezone(UTC)
        shown = first.astimezone(ZoneInfo(where)).date() == day and f"{first.astimezone(ZoneInfo(where)):%H:%M}" == text
        if shown and (not days or DAYS[day.weekday()] in days):
            assert not after < first < due


@given(st.floats(60, 86_400), SOME_DAYS, ZONES, INSTANTS)
def test_every_so_often_is_the_first_multiple_on_one_of_the_days(
    every_s: float, days: set[Weekday], where: str, after: datetime
) -> None:
    every, epoch = timedelta(seconds=every_s), datetime(1970, 1, 1, tzinfo=UTC)
    due = epoch + ((after - epoch) // every + 1) * every
    while days and DAYS[due.astimezone(ZoneInfo(where)).weekday()] not in days:
        due += every
    assert next_digest(digest(days=" ".join(days), where=where, every_s=every_s), after) == due
