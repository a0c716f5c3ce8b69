"""Times of the day in a zone, as instants: told apart from a clock that is watched minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.restraint.said import utc
from workers.errors import Refused
from workers.restraint.clock import first_at, last_at, zone

# Days on which clocks go forward, back, back over midnight, by half an hour, and one that was left out.
ODD_DAYS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/Goose_Bay", date(2010, 11, 7)),
    ("America/Havana", date(2026, 3, 8)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 7, 1)),
]


@cache
def watched(where: str, day: date) -> list[tuple[datetime, datetime]]:
    """Minute by minute, from two days before to two days behind it: the instant, and what the clock shows."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    instants = [at + timedelta(minutes=minute) for minute in range(5 * 24 * 60)]
    return [(instant, instant.astimezone(ZoneInfo(where)).replace(tzinfo=None)) for instant in instants]


@given(st.sampled_from(ODD_DAYS), st.integers(0, 24 * 60 - 1), st.integers(-1, 1))
def test_a_time_is_when_a_watched_clock_first_and_last_comes_to_it(
    place: tuple[str, date], minute: int, beside: int
) -> None:
    where, day = place[0], place[1] + timedelta(days=beside)
    text = f"{minute // 60:02}:{minute % 60:02}"
    wanted = datetime.fromisoformat(f"{day} {text}")
    seen = watched(where, day)
    assert first_at(where, day, text) == next(instant for instant, wall in seen if wall >= wanted)
    before = max(instant for instant, wall in seen if wall < wanted)
    assert last_at(where, day, text) == before + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("where", "day", "text", "first", "last"),
    [
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 03:00+02:00", "2026-03-29 03:00+02:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00"),
        ("Europe/Berlin", "2026-07-01", "02:30", "2026-07-01 02:30+02:00", "2026-07-01 02:30+02:00"),
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-31 00:00+14:00", "2011-12-31 00:00+14:00"),
    ],
    ids=["left out", "twice", "once", "a day left out"],
)
def test_what_is_left_out_is_the_jump_and_what_comes_twice_has_a_first_and_a_last(
    where: str, day: str, text: str, first: str, last: str
) -> None:
    assert first_at(where, date.fromisoformat(day), text) == utc(first)
    assert last_at(where, date.fromisoformat(day), text) == utc(last)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Berlin", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin"),
        ("New_York", "did you mean America/New_York?"),
        ("PST", "name one of the IANA database"),
        ("America", "name one of the IANA database"),
        ("localtime", "name one of the IANA database"),
        ("right/Europe/Berlin", ""),
        ("../../etc/passwd", "name one of the IANA database"),
    ],
)
def test_a_name_that_is_no_zone_is_refused_with_what_to_write_instead(name: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        zone(name)
    assert refused.value.message == f"there is no time zone {name!r}"
    assert refused.value.hint.startswith(hint or "did you mean Europe/Berlin")
