"""An alert that is put to its channel once more, when nothing is known of it any more, is looked up."""

from __future__ import annotations

import pytest

from schemas.alert import AlertKind
from schemas.delivery import AttemptOutcome, DeliveryState, EventType
from schemas.reasons import HeldReason
from tests.unit.courier_world import Partition, alert, channel

RETRACTED = AlertKind.RETRACTED


def forget(world: Partition) -> None:
    """Another worker begins behind all that is done; an alert that comes then tells it how far the others were."""
    world.committed = len(world.log)
    world.restart()
    world.dispatch(alert("9"))
    world.settle()
    assert world.courier.asking() == {}


@pytest.mark.parametrize("is_restarted", [False, True])
def test_one_that_was_delivered_is_not_sent_again(is_restarted: bool) -> None:
    world = Partition(channel("a", "b"))
    world.dispatch(alert("1"))
    world.settle()
    forget(world)
    world.dispatch(alert("1"))
    if is_restarted:
        world.restart()
    world.settle()
    assert set(world.courier.asking()) == {"desk"}
    world.look_up()
    assert world.got("a") == world.got("b") == ["al_1", "al_9"]
    assert world.courier.lowest(world.now) == len(world.log), "nothing is open any more"


def test_one_that_was_taken_back_is_not_sent() -> None:
    world = Partition(channel("a", group={"by": ["rule"], "wait_s": 30}))
    world.dispatch(alert("1"))
    world.settle()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.after(minutes=5)
    forget(world)
    world.dispatch(alert("1"))
    world.settle()
    world.look_up()
    world.after(hours=2)
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert ([each.id for each in digest.alerts], world.got()) == (["al_9"], [digest.id])
    assert world.notifications()["desk/al_1"].held is HeldReason.TAKEN_BACK


def test_one_that_was_delivered_to_one_endpoint_and_held_at_another_goes_to_neither() -> None:
    world = Partition(
        channel("a", "b"), answers=lambda to, *_: AttemptOutcome.ACCEPTED if to == "a" else AttemptOutcome.GONE
    )
    world.dispatch(alert("1"))
    world.after(days=1)
    world.answers = lambda *_: AttemptOutcome.ACCEPTED
    forget(world)
    world.dispatch(alert("1"))
    world.settle()
    world.look_up()
    assert world.got("a") == ["al_1", "al_9"]
    assert world.got("b") == ["al_9"]
    assert world.states()["b:al_1"] is DeliveryState.HELD


def test_what_follows_on_it_waits_for_the_answer_too() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    forget(world)
    world.dispatch(alert("1"), alert("1", RETRACTED, previous="al_1"))
    world.settle()
    assert world.got() == ["al_1", "al_9"]
    world.look_up()
    assert world.got() == ["al_1", "al_9", "al_1_retracted"]


def test_what_was_written_again_has_not_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.courier.WRITE_AGAIN_BEHIND", 8)
    world = Partition(channel("a", digest={"every_s": 86_400}))
    world.dispatch(alert("1"))
    for number in range(2, 9):
        world.dispatch(alert(str(number), priority=3 if number == 5 else 1))
        world.settle()
        world.commit()
    read = [each.value or b"" for each in world.incoming(world.committed)]
    first = {
        name: next(at for at, value in enumerate(read) if b'"record":"notification","id":"%b"' % name in value)
        for name in (b"al_1", b"al_5")
    }
    assert first[b"al_5"] < first[b"al_1"]
    world.restart()
    assert world.courier.asking() == {}
