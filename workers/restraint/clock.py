"""What a clock on the wall says: times of the day in a time zone, as instants. Daylight saving is told here only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from schemas.channel import Weekday
from schemas.reasons import RefusalReason
from workers.errors import Refused

_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SECOND = timedelta(seconds=1)
# Names that mean another zone on each machine, or that count leap seconds, which nothing else here does.
_MACHINES_OWN = ("localtime", "posixrules", "Factory")
_LEAP_SECONDS = "right/"


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The time zone of that name in the IANA database. Raises Refused with the names that are like it."""
    try:
        if name not in _MACHINES_OWN and not name.startswith(_LEAP_SECONDS):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # none; a file that is no zone; a folder of zones
        pass
    raise Refused(
        f"there is no time zone {name!r}",
        reason=RefusalReason.WRONG_FIELD,
        hint=_like(name) or "name one of the IANA database, such as Europe/Berlin, America/New_York or UTC",
    )


def _like(name: str) -> str:
    names = sorted(available_timezones().difference(_MACHINES_OWN))
    known = {each.casefold(): each for each in names}
    last = {each.rpartition("/")[2].casefold(): each for each in reversed(names)}
    found = [known[each] for each in get_close_matches(name.casefold(), known, n=3, cutoff=0.8)]
    found += [last[each] for each in get_close_matches(name.casefold().replace(" ", "_"), last, n=1, cutoff=0.9)]
    return f"did you mean {' or '.join(dict.fromkeys(found))}?" if found else ""


def falls_on(day: date, days: Sequence[Weekday]) -> bool:
    """Is it one of these weekdays? None named means all."""
    return not days or _DAYS[day.weekday()] in days


@lru_cache(maxsize=8192)
def first_at(zone_name: str, day: date, time_of_day: str) -> datetime:
    """The first instant at which the clock has come so far, in UTC.

    A time that is left out (the clock goes forward) is the instant of the jump; one that comes twice is the first.
    So a later time of the day is never an earlier instant.
    """
    return _instant(zone(zone_name), day, time_of_day, fold=0)


@lru_cache(maxsize=8192)
def last_at(zone_name: str, day: date, time_of_day: str) -> datetime:
    """The same, but of a time that comes twice the second: from here on the clock does not go back behind it."""
    return _instant(zone(zone_name), day, time_of_day, fold=1)


def _instant(where: tzinfo, day: date, time_of_day: str, fold: int) -> datetime:
    wall = datetime.combine(day, time.fromisoformat(time_of_day), where)
    before, after = wall.replace(fold=0), wall.replace(fold=1)
    if (before.utcoffset() or timedelta()) < (after.utcoffset() or timedelta()):
        return _jump(where, wall.replace(tzinfo=None), after.astimezone(UTC), before.astimezone(UTC))
    return wall.replace(fold=fold).astimezone(UTC)


def _jump(where: tzinfo, wall: datetime, low: datetime, high: datetime) -> datetime:
    """The first second between these two, one before the jump and one behind it, at which the clock is past `wall`."""
    while high - low > _SECOND:
        middle = low + (high - low) // (2 * _SECOND) * _SECOND
        if middle.astimezone(where).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high
