"""When a channel's next digest is due. Pure.

`every_s` is counted from 1970-01-01 00:00 UTC, not from the first alert that waits: every hour is on the hour, whoever
asks. So it needs no memory, and a restart or another worker comes to the same times; an alert waits half as long on the
average, and never longer. The price: channels with the same `every_s` have their digests at the same moment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from schemas.channel import Digest
from workers.restraint.clock import falls_on, first_at, zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def next_digest(digest: Digest, after: datetime) -> datetime:
    """The first time behind `after`, in UTC.

    A time of the day that is left out (the clock goes forward) is the instant of the jump, together with others that
    are; one that comes twice is the first, once. `days` are those of the digest's time zone; they hold for `every_s` up
    to a day, since a longer one might never fall on them. Raises Refused for an unknown time zone.
    """
    if digest.every_s is not None:
        return _next_of(digest, timedelta(seconds=digest.every_s), after)
    times = sorted(digest.at)
    today = after.astimezone(zone(digest.time_zone)).date()
    days = (day for day in (today + n * _DAY for n in count()) if falls_on(day, digest.days))
    instants = (first_at(digest.time_zone, day, each) for day in days for each in times)
    return next(instant for instant in instants if instant > after)


def _next_of(digest: Digest, every: timedelta, after: datetime) -> datetime:
    where = zone(digest.time_zone)
    due = _multiple(every, after)
    while every <= _DAY and not falls_on(due.astimezone(where).date(), digest.days):
        tomorrow = first_at(digest.time_zone, due.astimezone(where).date() + _DAY, "00:00")
        due = max(_multiple(every, tomorrow - datetime.resolution), due + every)
    return due


def _multiple(every: timedelta, after: datetime) -> datetime:
    return _EPOCH + ((after - _EPOCH) // every + 1) * every
