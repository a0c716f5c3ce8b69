"""Quiet hours: what a clock shows within them is quiet, and what it does not is not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.channel import QuietHours, Weekday
from tests.unit.restraint.said import utc
from workers.restraint.quiet import FORESEEN, quiet

NIGHT = QuietHours(start="22:00", end="07:00", time_zone="Europe/Berlin")
DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(text: str, days: str = "", where: str = "Europe/Berlin", **other: Any) -> QuietHours:
    start, end = text.split("-")
    return QuietHours.model_validate({"start": start, "end": end, "days": days.split(), "time_zone": where, **other})


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-05-04 21:59:59.999999+02:00", None),
        ("2026-05-04 22:00+02:00", "2026-05-05 07:00+02:00"),
        ("2026-05-05 03:00+02:00", "2026-05-05 07:00+02:00"),
        ("2026-05-05 06:59:59.999999+02:00", "2026-05-05 07:00+02:00"),
        ("2026-05-05 07:00+02:00", None),
        ("2026-03-29 01:00+01:00", "2026-03-29 07:00+02:00"),
        ("2026-10-25 02:30+01:00", "2026-10-25 07:00+01:00"),
    ],
    ids=["before", "start", "within", "last", "end", "a short night", "a long night"],
)
def test_a_night_lasts_from_its_start_up_to_its_end(at: str, until: str | None) -> None:
    assert quiet([NIGHT], 3, utc(at)) == (None if until is None else utc(until))


@pytest.mark.parametrize(
    ("text", "at", "until"),
    [
        ("02:15-02:45", "2026-03-29 01:59+01:00", None),
        ("02:15-02:45", "2026-03-29 03:00+02:00", None),
        ("01:30-02:30", "2026-03-29 01:59+01:00", "2026-03-29 03:00+02:00"),
        ("02:30-04:00", "2026-03-29 03:00+02:00", "2026-03-29 04:00+02:00"),
        ("01:00-02:30", "2026-10-25 02:29+02:00", "2026-10-25 02:30+01:00"),
        ("02:30-02:45", "2026-10-25 02:29+02:00", None),
        ("02:30-02:45", "2026-10-25 02:30+02:00", "2026-10-25 02:45+01:00"),
    ],
    ids=["in the gap: before", "in the gap: behind", "ends in it", "starts in it", "ends twice", "not yet", "twice"],
)
def test_a_window_over_a_change_of_the_clock_is_quiet_for_all_that_the_clock_shows(
    text: str, at: str, until: str | None
) -> None:
    assert quiet([hours(text)], 3, utc(at)) == (None if until is None else utc(until))


def test_where_the_clock_goes_back_over_midnight_a_window_of_another_day_may_hold() -> None:
    sunday = [hours("00:00-00:30", "sun", "America/Goose_Bay")]  # from 00:01 back to 23:01 on Saturday
    assert quiet(sunday, 3, utc("2010-11-06 23:59:59-03:00")) is None
    assert quiet(sunday, 3, utc("2010-11-06 23:30-04:00")) == utc("2010-11-07 00:30-04:00")
    friday = [hours("23:30-23:30", "fri", "America/Goose_Bay")]
    assert quiet(friday, 3, utc("2010-11-07 00:00:30-03:00")) == utc("2010-11-06 23:30-04:00")


def test_the_days_are_those_on_which_it_begins() -> None:
    weekend = [hours("22:00-07:00", "fri sat")]
    assert quiet(weekend, 3, utc("2026-05-09 03:00+02:00")) == utc("2026-05-09 07:00+02:00")  # a Saturday
    assert quiet(weekend, 3, utc("2026-05-10 03:00+02:00")) == utc("2026-05-10 07:00+02:00")
    assert quiet(weekend, 3, utc("2026-05-10 23:00+02:00")) is None


def test_windows_that_touch_are_one() -> None:
    both = [hours("12:00-13:00"), hours("13:00-14:30"), hours("15:00-16:00")]
    assert quiet(both, 3, utc("2026-05-04 12:10+02:00")) == utc("2026-05-04 14:30+02:00")


def test_a_window_that_ends_when_it_starts_lasts_a_day() -> None:
    sunday = [hours("00:00-00:00", "sun")]
    assert quiet(sunday, 3, utc("2026-05-09 23:59+02:00")) is None
    assert quiet(sunday, 3, utc("2026-05-10 00:00+02:00")) == utc("2026-05-11 00:00+02:00")


def test_the_urgent_pass_each_window_by_its_own_measure() -> None:
    both = [hours("00:00-02:00", bypass_priority=2), hours("01:00-03:00", bypass_priority=1)]
    at = utc("2026-05-04 01:30+02:00")
    assert quiet(both, 1, at) is None
    assert quiet(both, 2, at) == utc("2026-05-04 03:00+02:00")
    assert quiet(both[:1], 2, at) is None
    assert quiet(both[:1], 3, at) == utc("2026-05-04 02:00+02:00")


def test_hours_without_end_are_answered_with_a_time_to_ask_again() -> None:
    always, at = [hours("00:00-12:00"), hours("12:00-00:00")], utc("2026-05-04 01:30+02:00")
    until = quiet(always, 3, at)
    assert until is not None
    assert FORESEEN < until - at < FORESEEN + timedelta(days=1)
    assert quiet(always, 3, until) is not None


MINUTES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
WINDOWS = st.builds(
    lambda start, end, days, where: QuietHours(start=start, end=end, days=tuple(days), time_zone=where),
    MINUTES,
    MINUTES,
    st.sets(st.sampled_from(DAYS), max_size=3),
    st.sampled_from(["Europe/Berlin", "UTC", "America/New_York", "Australia/Lord_Howe"]),
)
# Around the days in 2026 on which the clocks of these places change, and in between.
INSTANTS = st.builds(
    lambda day, minutes: utc(day) + timedelta(minutes=minutes),
    st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-06-15"]),
    st.integers(-1440, 2880),
)


def shows(window: QuietHours, at: datetime) -> bool:
    """Whether the clock shows a time within the window."""
    wall = at.astimezone(ZoneInfo(window.time_zone))
    text, today = f"{wall:%H:%M}", wall.date()

    def begins(day: date) -> bool:
        return not window.days or DAYS[day.weekday()] in window.days

    if window.start < window.end:
        return begins(today) and window.start <= text < window.end
    yesterday = today - timedelta(days=1)
    return (begins(today) and window.start <= text) or (begins(yesterday) and text < window.end)


def changes_near(window: QuietHours, at: datetime) -> bool:
    where = ZoneInfo(window.time_zone)
    return len({(at + timedelta(days=days)).astimezone(where).utcoffset() for days in (-1.2, 0, 1.2)}) > 1


@given(st.lists(WINDOWS, min_size=1, max_size=3), INSTANTS)
def test_what_the_clock_shows_is_what_is_quiet(windows: list[QuietHours], at: datetime) -> None:
    until = quiet(windows, 3, at)
    if any(shows(window, at) for window in windows):
        assert until is not None
    elif not any(changes_near(window, at) for window in windows):
        assert until is None
    if until is not None and until - at <= FORESEEN:
        assert until > at
        assert quiet(windows, 3, until) is None
        assert quiet(windows, 3, until - timedelta(microseconds=1)) == until
