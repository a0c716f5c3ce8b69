"""A worker that was frozen wakes up behind its successor: what it decided does not count, what it delivered does."""

from __future__ import annotations

import random

import pytest

from schemas.alert import AlertKind
from schemas.delivery import Attempt, AttemptOutcome, DeliveryState, EventType
from tests.unit.courier_world import Partition, alert, channel, endpoint, world_of
from workers.courier import Courier
from workers.delivery import Item

ACCEPTED, REJECTED, BUSY = AttemptOutcome.ACCEPTED, AttemptOutcome.REJECTED, AttemptOutcome.BUSY
RETRACTED = AlertKind.RETRACTED


def taken(world: Partition, endpoint_id: str = "a") -> Item:
    """What the worker tries next; how that ends is told by hand."""
    item = world.courier.desk("desk", world.now).take(endpoint_id, world.now)
    assert item is not None
    return item


def end(world: Partition, courier: Courier, item: Item, outcome: AttemptOutcome) -> None:
    world.sent.append((item.endpoint, item.notification.id, outcome))
    courier.ended(item, Attempt(number=item.attempts + 1, at=world.now, outcome=outcome, took_ms=1))


def test_a_failure_of_one_that_was_frozen_does_not_undo_what_its_successor_has_delivered() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.commit()
    frozen, item = world.courier, taken(world)
    world.restart()
    world.settle()
    end(world, frozen, item, REJECTED)
    assert world.write(frozen)
    world.after(hours=1)
    assert world.states() == {"a:al_1": DeliveryState.DELIVERED}
    assert world.got() == ["al_1"]
    world.restart()
    world.after(hours=1)
    assert world.got() == ["al_1"]


def test_what_one_that_was_frozen_took_back_is_followed_by_its_retraction_where_it_went_out() -> None:
    world = Partition(channel(endpoint("a", concurrency=1)))
    world.dispatch(alert("0"), alert("1"))
    world.commit()
    frozen, busy, read = world.courier, taken(world), len(world.log)
    assert busy.notification.id == "al_0"
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    frozen.apply(list(world.incoming(read)), world.now)  # it takes back what waits, and freezes before it says so
    world.restart()
    end(world, world.courier, taken(world), ACCEPTED)
    own = taken(world)
    assert own.notification.id == "al_1", "taken over, and perhaps sent before: it is not taken back"
    world.write(frozen)
    world.settle()
    end(world, world.courier, own, ACCEPTED)
    world.settle()
    assert world.got() == ["al_0", "al_1", "al_1_retracted"]
    assert set(world.states().values()) == {DeliveryState.DELIVERED}
    assert world.notifications()["desk/al_1_retracted"].held is None


def test_what_one_that_was_frozen_has_delivered_is_not_tried_any_more() -> None:
    world = Partition(channel("a"), answers=lambda *_: REJECTED)
    world.dispatch(alert("1"))
    world.commit()
    frozen, item = world.courier, taken(world)
    world.restart()
    world.settle()
    end(world, frozen, item, ACCEPTED)
    world.write(frozen)
    world.after(days=1)
    assert world.states() == {"a:al_1": DeliveryState.DELIVERED}
    assert len(world.sent) == 2


def test_an_attempt_that_fails_after_another_worker_has_delivered_changes_nothing() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.commit()
    frozen, item = world.courier, taken(world)
    world.restart()
    own = taken(world)
    end(world, frozen, item, ACCEPTED)
    world.write(frozen)
    world.settle()
    end(world, world.courier, own, REJECTED)
    world.after(days=1)
    assert world.states() == {"a:al_1": DeliveryState.DELIVERED}
    assert len(world.sent) == 2


@pytest.mark.parametrize("answer", [REJECTED, AttemptOutcome.GONE])
def test_what_was_delivered_stays_so_though_another_record_comes_behind(answer: AttemptOutcome) -> None:
    world = Partition(channel("a", "b"))
    world.dispatch(alert("1"))
    world.commit()
    frozen, item = world.courier, taken(world)
    world.restart()
    own = taken(world)
    end(world, world.courier, own, answer)
    end(world, frozen, item, ACCEPTED)
    world.write(frozen)  # before what the successor has to say of its own
    world.after(days=1)
    assert set(world.states().values()) == {DeliveryState.DELIVERED}
    world.restart()
    world.after(days=1)
    assert world.got("a") == ["al_1"]


def test_a_digest_of_one_that_was_frozen_is_not_sent() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}))
    world.dispatch(alert("1"))
    world.commit()
    frozen = world.courier
    world.restart()
    world.after(minutes=59)
    world.dispatch(alert("2"))
    world.after(minutes=1)
    frozen.tick(world.now)
    assert world.write(frozen)
    world.after(hours=2)
    digests = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert sorted(alert.id for each in digests for alert in each.alerts) == ["al_1", "al_2"]
    assert sorted(world.got()) == sorted(each.id for each in digests)


def test_of_two_that_take_over_at_once_the_first_on_the_partition_acts_and_the_other_only_behind_it() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.commit()
    late = Courier(world_of(world.channels), 0, "late")
    late.apply(list(world.incoming()), world.now)
    late.take_over(len(world.log))
    world.restart()
    world.write(late)
    late.apply(list(world.incoming())[world.committed + 1 :], world.now)
    assert not late.is_live
    world.write(late)  # it has seen that another was first, and takes over behind it
    late.apply([list(world.incoming())[-1]], world.now)
    assert late.is_live
    world.settle()
    assert not world.courier.is_live


def test_one_that_reads_that_another_has_taken_over_begins_nothing() -> None:
    world = Partition(channel("a"))
    frozen, read = world.courier, len(world.log)
    world.restart()
    world.dispatch(alert("1"))
    frozen.apply(list(world.incoming())[read:], world.now)
    assert not frozen.is_live
    frozen.tick(world.now)
    assert frozen.take_written() == []


def test_a_partition_that_goes_before_its_beginning_is_read_back_does_not_begin() -> None:
    world = Partition(channel("a"))
    courier = Courier(world_of(world.channels))
    courier.take_over(0)
    (written,) = courier.take_written()
    courier.leave()
    world.write_down(written)
    courier.apply(list(world.incoming())[-1:], world.now)
    assert not courier.is_live


def test_whoever_takes_over_later_does_not_begin_at_a_record_that_was_overtaken() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}))
    world.dispatch(alert("1"))
    world.settle()
    world.commit()
    frozen = world.courier
    frozen.tick(world.now.replace(hour=world.now.hour + 1))  # it would tell it alone
    world.restart()
    world.dispatch(alert("2"))
    world.settle()
    world.commit()
    assert world.write(frozen)
    overtaken = len(world.log)
    for _ in range(3):
        world.commit()
    assert world.committed >= overtaken
    world.restart()
    world.after(hours=2)
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert world.got() == [digest.id]
    assert [each.id for each in digest.alerts] == ["al_1", "al_2"]


def judge(world: Partition, name: str) -> None:
    """What the records say is what the endpoint has got; a retraction came behind its alert, or neither."""
    notifications, states, got = world.notifications(), world.states(), world.got(name)
    for notification in notifications.values():
        if notification.part_of is None:
            is_sent = states.get(f"{name}:{notification.id}") is DeliveryState.DELIVERED
            assert (notification.id in got) == is_sent, notification
            assert is_sent or notification.held or states[f"{name}:{notification.id}"] is DeliveryState.HELD
    for number in range(40):
        told, retraction = notifications[f"desk/al_{number}"].part_of or f"al_{number}", f"al_{number}_retracted"
        if f"desk/{retraction}" not in notifications:
            assert told in got
        else:
            assert (told in got) == (retraction in got)
            assert told not in got or got.index(told) < got.index(retraction)


@pytest.mark.parametrize("fields", [{}, {"group": {"by": ["rule"], "wait_s": 5}}, {"digest": {"every_s": 60}}])
@pytest.mark.parametrize("seed", range(15))
def test_whoever_is_frozen_each_alert_reaches_each_endpoint_and_the_records_say_so(
    seed: int, fields: dict[str, object]
) -> None:
    dice = random.Random(seed)
    world = Partition(
        channel("a", endpoint("b", strict_order=True), **fields),
        answers=lambda *_: dice.choice([ACCEPTED, ACCEPTED, REJECTED, BUSY]),
    )
    frozen: list[tuple[Courier, list[Item]]] = []
    for number in range(40):
        world.dispatch(alert(str(number)))
        if number > 2 and dice.random() < 0.3:
            world.dispatch(alert(str(number - 2), RETRACTED, previous=f"al_{number - 2}"))
        for _ in range(dice.randrange(3)):
            world.send(most=dice.randrange(4))
        if dice.random() < 0.3:
            world.commit()
        if dice.random() < 0.2:
            desk = world.courier.desk("desk", world.now)
            under_way = [item for name in ("a", "b") if (item := desk.take(name, world.now)) is not None]
            world.courier.tick(world.now)
            frozen.append((world.courier, under_way))
            world.restart()
        while frozen and dice.random() < 0.5:
            courier, under_way = frozen.pop()
            for item in under_way:
                end(world, courier, item, dice.choice([ACCEPTED, REJECTED]))
            world.write(courier)
        world.after(seconds=dice.randrange(20))
        if dice.random() < 0.5:
            world.look_up()
    world.look_up()
    world.answers = lambda *_: ACCEPTED
    world.after(days=1)
    world.look_up()
    for name in ("a", "b"):
        judge(world, name)
    assert world.courier.lowest(world.now) == len(world.log), "nothing is open any more"
