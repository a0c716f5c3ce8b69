"""What follows on an alert neither overtakes it nor goes where it has not gone, whatever it waits for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.alert import AlertKind
from schemas.delivery import AttemptOutcome, DeliveryState, EndpointHealth, EventType
from schemas.reasons import HeldReason
from tests.unit.courier_world import Partition, alert, channel, endpoint, world_of
from workers.courier import Courier

UPDATED, RETRACTED = AlertKind.UPDATED, AlertKind.RETRACTED
ACCEPTED, REJECTED = AttemptOutcome.ACCEPTED, AttemptOutcome.REJECTED


def answer(world: Partition) -> None:
    """What is asked for is found on the topic."""
    while asked := world.courier.asking():
        found = [each for each in world.records() if not isinstance(each, EndpointHealth)]
        world.courier.answer(asked, found, world.now)
        world.settle()


def test_an_outcome_that_is_read_without_its_notification_does_not_end_the_chain() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    world.channels["desk"] = channel(endpoint("a", enabled=False))
    world.courier.change("desk", world.now)
    world.dispatch(alert("1", UPDATED, previous="al_1"))
    world.settle()
    assert world.states()["a:al_1_updated"] is DeliveryState.HELD
    world.channels["desk"] = channel("a")
    world.courier.change("desk", world.now)
    world.committed = len(world.log) - 1  # the outcome of the update alone
    world.restart()
    world.dispatch(alert("1", RETRACTED, previous="al_1_updated"))
    world.settle()
    answer(world)
    assert world.got("a") == ["al_1", "al_1_retracted"]


def test_a_retraction_waits_for_the_digest_that_tells_its_alert_to_stand_on_the_topic() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}))
    world.dispatch(alert("1"))
    world.settle()
    world.now += timedelta(hours=1)
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.courier.tick(world.now)  # the digest is written, and the retraction is read before it
    world.settle()
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert world.got("a") == [digest.id, "al_1_retracted"]


@pytest.mark.parametrize("skew_s", [-5, 5])
def test_a_digest_keeps_its_place_behind_what_came_before_whatever_the_clocks_say(skew_s: float) -> None:
    down = [True]
    world = Partition(
        channel("a", group={"by": ["rule"], "wait_s": 0, "interval_s": 1}),
        answers=lambda *_: REJECTED if down[0] else ACCEPTED,
    )
    world.dispatch(alert("1", priority=1))
    world.settle()
    world.now += timedelta(seconds=skew_s)
    world.dispatch(alert("1", UPDATED, previous="al_1"))
    world.after(seconds=abs(skew_s) + 1)
    world.restart()
    down[0] = False
    world.after(hours=1)
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert world.got("a") == ["al_1", digest.id]


def test_a_retraction_takes_along_an_update_about_which_is_asked() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    world.commit()
    world.restart()
    world.dispatch(alert("1", UPDATED, previous="al_1"), alert("1", RETRACTED, previous="al_1_updated"))
    world.settle()
    answer(world)
    assert world.got("a") == ["al_1", "al_1_retracted"]
    assert world.states()["a:al_1_updated"] is DeliveryState.HELD


def test_a_correction_waits_behind_an_update_about_which_is_asked() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    world.commit()
    world.restart()
    world.dispatch(alert("1", UPDATED, previous="al_1"), alert("1", AlertKind.CORRECTED, previous="al_1_updated"))
    world.settle()
    answer(world)
    assert world.got("a") == ["al_1", "al_1_updated", "al_1_corrected"]


def test_what_a_pause_has_held_up_goes_before_what_follows_on_it() -> None:
    world = Partition(channel("a", state="paused"))
    world.dispatch(alert("1"), alert("2"))
    world.settle()
    world.channels["desk"] = channel("a")
    world.courier.change("desk", world.now)
    world.dispatch(alert("1", UPDATED, previous="al_1"))
    world.send()
    world.settle()
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert world.got("a") == [digest.id, "al_1_updated"]


def test_an_urgent_update_takes_the_alert_that_waits_along() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}))
    world.dispatch(alert("1"))
    world.settle()
    world.dispatch(alert("1", UPDATED, previous="al_1", priority=1))
    world.settle()
    assert world.got("a") == ["al_1", "al_1_updated"]


def test_a_second_retraction_does_not_take_back_the_first() -> None:
    world = Partition(channel(endpoint("a", strict_order=True)))
    world.dispatch(alert("1", story="s"))
    world.settle()
    world.answers = lambda *_: REJECTED
    world.dispatch(alert("0", rule="other"))
    world.settle()
    first = alert("1", RETRACTED, previous="al_1", story="s")
    again, second = alert("1b", story="s"), alert("1b", RETRACTED, previous="al_1b", story="s")
    world.dispatch(first, again, second)
    world.settle()
    world.answers = lambda *_: ACCEPTED
    world.after(hours=1)
    assert world.got("a") == ["al_1", "al_0", "al_1_retracted"]


def test_what_is_known_to_be_done_when_it_comes_again_is_only_said_again_by_a_successor() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    outcome = len(world.log) - 1
    world.dispatch(alert("1"))  # by a worker that has not committed it
    successor = Courier(world_of(world.channels), 0, "successor")
    successor.apply(list(world.incoming(outcome)), world.now)
    successor.take_over(len(world.log))
    world.write(successor)
    successor.apply(list(world.incoming())[-1:], world.now)
    assert successor.desk("desk", world.now).take("a", world.now) is None
    assert [each.topic for each in successor.take_written()] == ["deliveries"]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_an_alert_that_was_taken_back_and_is_put_to_its_channel_once_more_is_not_sent(is_restarted: bool) -> None:
    world = Partition(channel("a", group={"by": ["rule"], "wait_s": 30}))
    world.dispatch(alert("1"))
    world.settle()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.after(minutes=5)
    world.dispatch(alert("1"))  # by a worker that was frozen
    if is_restarted:
        world.restart()
    world.after(minutes=5)
    assert world.sent == []
    assert world.notifications()["desk/al_1"].held is HeldReason.TAKEN_BACK


def test_what_follows_on_a_digest_of_which_the_outcome_is_known_before_it_is_read_goes_on() -> None:
    other, world = (Partition(channel("a", digest={"every_s": 3600})) for _ in range(2))
    for each in (other, world):
        each.dispatch(alert("1"))
        each.settle()
    other.after(hours=1)
    world.log.append(other.log[-1])  # that it was delivered
    world.settle()
    world.now += timedelta(hours=1)
    world.courier.tick(world.now)
    written = [each for each in world.courier.take_written() if each.topic == "deliveries"]
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    assert world.sent == []
    for record in written:
        world.write_down(record)
    world.settle()
    assert world.got() == ["al_1_retracted"]


def test_a_successor_tells_why_what_is_in_a_digest_has_waited() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}))
    world.dispatch(alert("1"))
    world.settle()
    world.now += timedelta(hours=1)
    world.courier.tick(world.now)
    digest, *_ = [each for each in world.courier.take_written() if each.topic == "deliveries"]
    world.write_down(digest)  # killed before it could write that of the alert
    world.restart()
    world.settle()
    assert world.notifications()["desk/al_1"].held is HeldReason.DIGESTED


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_retraction_follows_an_alert_that_is_being_replayed(is_restarted: bool, is_accepted: bool) -> None:
    world = Partition(channel(endpoint("a", enabled=False)), answers=lambda *_: REJECTED)
    world.dispatch(alert("1"))
    world.settle()
    assert world.states() == {"a:al_1": DeliveryState.HELD}
    world.channels["desk"] = channel("a")
    world.courier.change("desk", world.now)
    (held,) = world.notifications().values()
    world.log.append(held.model_copy(update={"replay": "again", "held": None}).model_dump_json().encode())
    world.settle()
    if is_restarted:
        world.commit()
        world.restart()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    world.look_up()
    if is_accepted:
        world.answers = lambda *_: ACCEPTED
    world.after(days=3)
    assert world.got("a") == (["al_1", "al_1_retracted"] if is_accepted else [])
    assert world.states()["a:al_1_retracted"] is (DeliveryState.DELIVERED if is_accepted else DeliveryState.HELD)
