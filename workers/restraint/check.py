"""What a channel, a silence or an inhibition asks for that can never be, though its fields are right one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.alert import AlertKind
from schemas.channel import Channel
from schemas.reasons import RefusalReason
from schemas.silence import Inhibition, Matcher, MatcherOp, Silence
from workers.errors import Refused
from workers.restraint.clock import zone
from workers.restraint.quiet import FORESEEN, quiet

_SOME_WEEK = datetime(2024, 1, 8, tzinfo=UTC)  # no clock was changed in it, nor in the one behind it
_LEAST_URGENT = 5
_VALUES = {"priority": tuple("12345"), "kind": tuple(kind.value for kind in AlertKind)}


def check_channel(channel: Channel) -> None:
    """Raises Refused with the first thing that is wrong with its times, and the remedy."""
    for hours in channel.quiet:
        zone(hours.time_zone)
    digest = channel.digest
    if digest is not None:
        zone(digest.time_zone)
        if digest.days and digest.every_s is not None and digest.every_s > 86_400:
            raise _refused(
                f"a digest every {digest.every_s:g} s may never fall on {', '.join(digest.days)}",
                "name the times of the day with `at`, or leave `days` out",
            )
    until = quiet(channel.quiet, _LEAST_URGENT, _SOME_WEEK)
    if until is not None and until - _SOME_WEEK > FORESEEN:
        raise _refused(
            "the quiet hours never end: alerts would wait for ever", "leave a gap, or set `state` to `paused`"
        )


def check_silence(silence: Silence) -> None:
    """Raises Refused where a matcher compares with what no alert can have."""
    _check(silence.matchers)


def check_inhibition(inhibition: Inhibition) -> None:
    """Raises Refused where a matcher compares with what no alert can have."""
    _check((*inhibition.source, *inhibition.target))


def _check(matchers: Iterable[Matcher]) -> None:
    for each in matchers:
        values = _VALUES.get(each.field)
        if values and each.op in (MatcherOp.IS, MatcherOp.IS_NOT) and each.value not in values:
            raise _refused(f"no alert has the {each.field} {each.value!r}", f"it is one of {', '.join(values)}")


def _refused(message: str, hint: str) -> Refused:
    return Refused(message, reason=RefusalReason.WRONG_FIELD, hint=hint)
