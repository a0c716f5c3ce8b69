"""What waits is found by its rule and story, as long as it does."""

from __future__ import annotations

from schemas.delivery import Notification
from schemas.reasons import HeldReason
from tests.unit.courier_world import NOON, alert, channel
from workers.delivery import dispatch
from workers.waits import Wait, Waits


def waiting(name: str, story: str, rule: str = "r1") -> Notification:
    """Of an alert."""
    (found,) = dispatch(alert(name, story=story, rule=rule), NOON, "alerts/0/0", {"desk": channel("a")}.get)
    return found


def test_what_waits_of_a_rule_on_a_story_is_found_in_its_order_until_it_ends() -> None:
    waits = Waits()
    first, other, third, last = waiting("1", "s"), waiting("2", "s", "r2"), waiting("3", "t"), waiting("4", "s")
    for each in (first, other, third, last):
        waits.add(Wait(each, HeldReason.GROUPED, None))
    assert waits.of("r1", "s") == [first, last]
    assert (waits.of("r2", "s"), waits.of("r2", "t")) == ([other], [])
    waits.end(first.key)
    assert waits.of("r1", "s") == [last]
    assert waits.end(first.key) is None
    waits.end(last.key)
    assert (waits.of("r1", "s"), [each.notification for each in waits]) == ([], [other, third])


def test_what_waits_for_something_else_now_is_found_once() -> None:
    waits, one = Waits(), waiting("1", "s")
    waits.add(Wait(one, HeldReason.QUIET_HOURS, NOON))
    waits.add(Wait(one, HeldReason.DIGESTED, None))
    assert waits.of("r1", "s") == [one]
    assert [each.reason for each in waits] == [HeldReason.DIGESTED]
    assert len(waits) == 1
