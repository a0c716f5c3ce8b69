"""The courier where an endpoint is gone, fails for days, or cannot keep up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from schemas.alert import AlertKind
from schemas.delivery import Attempt, AttemptOutcome, DeliveryState, EventType, Notification
from tests.unit.courier_world import NOON, Partition, alert, channel, endpoint
from workers.delivery import WELL, Item, Queue, dispatch

ACCEPTED, BUSY, GONE, REJECTED = (
    AttemptOutcome.ACCEPTED,
    AttemptOutcome.BUSY,
    AttemptOutcome.GONE,
    AttemptOutcome.REJECTED,
)


def notifications(count: int) -> Iterator[Notification]:
    """Each of another story, for the endpoint a."""
    for number in range(count):
        yield from dispatch(alert(str(number)), NOON, "", {"desk": channel("a")}.get)


def test_410_disables_the_endpoint_and_holds_what_waits() -> None:
    world = Partition(channel(endpoint("a", strict_order=True)), answers=lambda *_: GONE)
    world.dispatch(alert("1"), alert("2"))
    world.settle()
    assert len(world.sent) == 1
    assert set(world.states().values()) == {DeliveryState.HELD}
    world.dispatch(alert("3"))
    world.restart()
    world.settle()
    assert len(world.sent) == 1
    assert set(world.reasons()) == {"endpoint_gone"}


def test_an_endpoint_that_fails_for_days_is_disabled_with_warnings_before() -> None:
    alarms = channel("ops", id="ops")
    world = Partition(
        channel("a", alarms="ops"), alarms, answers=lambda name, *_: REJECTED if name == "a" else ACCEPTED
    )
    for day in range(6):
        world.dispatch(alert(str(day)))
        world.after(days=1)
    events = [each for each in world.notifications().values() if each.channel == "ops"]
    assert [(each.type, each.data["percent"]) for each in events] == [
        (EventType.FAILING, 50),
        (EventType.FAILING, 70),
        (EventType.FAILING, 90),
        (EventType.DISABLED, 100),
    ]
    assert len(world.got("ops")) == 4
    before = len(world.sent)
    world.dispatch(alert("late"))
    world.after(days=1)
    assert len(world.sent) == before
    world.channels["desk"] = channel(endpoint("a", revived=world.now), alarms="ops")
    world.answers = lambda *_: ACCEPTED
    world.courier.change("desk", world.now)
    world.dispatch(alert("new"))
    world.settle()
    assert world.got("a") == ["al_new"]


def test_a_full_queue_holds_what_comes_and_says_so() -> None:
    world = Partition(channel("a"), answers=lambda *_: BUSY, queue_max=3)
    world.dispatch(*(alert(str(number)) for number in range(5)))
    world.settle()
    assert world.reasons() == ["queue_full", "queue_full"]


def test_a_retraction_goes_where_the_queue_is_full_of_other_things() -> None:
    world = Partition(channel("a"), answers=lambda *_: REJECTED, queue_max=3)
    world.dispatch(alert("1"), alert("2"), alert("3"))
    world.settle()
    world.dispatch(alert("1", AlertKind.RETRACTED, previous="al_1"), alert("4"), alert("5", priority=1))
    world.settle()
    assert [(each.article.uri, each.reason) for each in world.decisions] == [("wire:4", "queue_full")]
    world.answers = lambda *_: ACCEPTED
    world.after(hours=1)
    assert sorted(world.got("a")) == ["al_1", "al_1_retracted", "al_2", "al_3", "al_5"]


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_retraction_stays_behind_its_alert_when_strict_order_is_asked_for_or_no_more(is_strict: bool) -> None:
    down = True
    world = Partition(
        channel(endpoint("a", strict_order=not is_strict)),
        answers=lambda _, told, __: REJECTED if down and told.type is EventType.CREATED else ACCEPTED,
    )
    world.dispatch(alert("1"))
    world.settle()
    world.channels["desk"] = channel(endpoint("a", strict_order=is_strict))
    world.courier.change("desk", world.now)
    world.dispatch(alert("1", AlertKind.RETRACTED, previous="al_1"))
    world.settle()
    assert world.got("a") == []
    down = False
    world.after(hours=1)
    assert world.got("a") == ["al_1", "al_1_retracted"]


def test_what_is_under_way_when_strict_order_is_asked_for_is_not_tried_again_before_what_came_first() -> None:
    queue = Queue(endpoint("a"), 10)
    items = [Item(told, "a", number, NOON) for number, told in enumerate(notifications(3))]
    for item in items:
        queue.put(item)
    first, second = (queue.take(NOON, 8) for _ in range(2))
    assert (first, second) == (items[0], items[1])
    queue.again(items[0], NOON + timedelta(hours=1))
    queue.endpoint = endpoint("a", strict_order=True)
    queue.again(items[1], NOON)
    assert queue.next_due() == NOON + timedelta(hours=1)
    for item in items:
        assert queue.take(NOON + timedelta(hours=1), 8) is item
        queue.done(item)
    assert len(queue) == 0


def test_an_endpoint_that_was_disabled_taken_away_and_made_anew_is_no_longer_disabled() -> None:
    world = Partition(channel("a", "b"), answers=lambda name, *_: GONE if name == "a" else ACCEPTED)
    world.dispatch(alert("1"))
    world.settle()
    world.channels["desk"] = channel("b")
    world.courier.change("desk", world.now)
    world.after(days=1)
    world.answers = lambda *_: ACCEPTED
    world.channels["desk"] = channel(endpoint("a", created=world.now), "b")
    world.courier.change("desk", world.now)
    world.dispatch(alert("2"))
    world.settle()
    assert world.got("a") == ["al_2"]


def test_an_endpoint_that_is_disabled_stays_so_where_its_channel_is_edited_before_the_record_is_read_back() -> None:
    world = Partition(channel("a"), answers=lambda *_: REJECTED)
    world.dispatch(alert("1"))
    world.settle()
    world.answers = lambda *_: GONE
    world.dispatch(alert("2"))
    world.send()
    world.courier.change("desk", world.now)
    world.settle()
    tried = len(world.sent)
    world.dispatch(alert("3"))
    world.after(hours=1)
    assert len(world.sent) == tried


def test_an_endpoint_that_asks_for_an_hour_is_spared_for_an_hour_whatever_else_comes() -> None:
    tried = Attempt(number=1, at=NOON, outcome=BUSY, took_ms=0, status=429, retry_after_s=3600)
    assert WELL.after(tried, patience_s=5 * 86_400).not_before == NOON + timedelta(hours=1)
    for_ever = tried.model_copy(update={"retry_after_s": 1e9})
    assert WELL.after(for_ever, patience_s=5 * 86_400).not_before == NOON + timedelta(days=1)
