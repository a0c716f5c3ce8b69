"""What holds a channel's alerts back, in words, with the next time that something ends or goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.channel import Channel, ChannelState, Digest, Grouping, QuietHours
from workers.commands.durations import span_in_words, told_at
from workers.restraint import next_digest, quiet

_LEAST_URGENT = 5


def restraint_in_words(channel: Channel, now: datetime) -> Iterator[str]:
    """A line each; nothing where all goes out at once and alone."""
    if channel.state is ChannelState.PAUSED:
        yield "paused: alerts wait, and go out together when the channel is live again"
    for hours in channel.quiet:
        yield _quiet(hours)
    until = quiet(channel.quiet, _LEAST_URGENT, now)
    if until is not None:
        yield f"it is quiet now, until {told_at(until)}"
    if channel.digest:
        due = next_digest(channel.digest, now)
        yield f"{_digest(channel.digest)}; the next at {told_at(due)}, in {span_in_words(due - now)}"
    elif channel.group:
        yield _group(channel.group)
    if channel.throttle:
        throttle = channel.throttle
        yield f"of each rule {throttle.burst} at once, then {throttle.per_hour:g} an hour; what is above is left out"


def _quiet(hours: QuietHours) -> str:
    days = f" on {', '.join(hours.days)}" if hours.days else ""
    passing = f"priority {'1' if hours.bypass_priority == 1 else f'1 to {hours.bypass_priority}'} passes"
    return f"quiet from {hours.start} to {hours.end} {hours.time_zone}{days}; {passing}"


def _digest(digest: Digest) -> str:
    days = f" on {', '.join(digest.days)}" if digest.days else ""
    if digest.every_s is not None:
        return f"digest every {_span(digest.every_s)}{days}"
    return f"digest at {', '.join(digest.at)} {digest.time_zone}{days}"


def _group(group: Grouping) -> str:
    alike = " and ".join(group.by) or "nothing"
    again = f", said again after {_span(group.repeat_s)}" if group.repeat_s else ""
    wait, interval = _span(group.wait_s), _span(group.interval_s)
    return f"grouped by {alike}: the first message after {wait}, the next after {interval}{again}"


def _span(seconds: float) -> str:
    return span_in_words(timedelta(seconds=seconds))
