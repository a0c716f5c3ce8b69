"""Is it quiet, and until when? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from schemas.channel import QuietHours
from workers.restraint.clock import falls_on, first_at, last_at, zone

_DAY = timedelta(days=1)
FORESEEN = 8 * _DAY  # hours that go on for longer are answered with a time to ask again


def quiet(hours: Sequence[QuietHours], priority: int, at: datetime) -> datetime | None:
    """Until when an alert of this priority waits, in UTC; None where it need not.

    Windows that touch or overlap are one. A window holds from its start up to its end, which is not quiet any more;
    one that ends at the time at which it starts lasts a day. Where the clock goes back over a start, the first counts,
    and over an end, the second: whatever the clock shows twice is quiet twice. What is left out is left out.

    Hours that never end are answered with a time more than `FORESEEN` later. Raises Refused for an unknown time zone.
    """
    those = [each for each in hours if each.bypass_priority < priority]
    until = at
    while until - at <= FORESEEN:
        end = max((end for each in those for end in _ends(each, until)), default=None)
        if end is None:
            break
        until = end
    return until if until > at else None


def _ends(hours: QuietHours, at: datetime) -> Iterator[datetime]:
    """Of the windows that `at` is in. One may have begun on the next day by the clock, if the clock went back."""
    today = at.astimezone(zone(hours.time_zone)).date()
    over_midnight = hours.end <= hours.start
    for day in (today - 2 * _DAY, today - _DAY, today, today + _DAY):
        if falls_on(day, hours.days) and first_at(hours.time_zone, day, hours.start) <= at:
            end = last_at(hours.time_zone, day + _DAY if over_midnight else day, hours.end)
            if at < end:
                yield end
