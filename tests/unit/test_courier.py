"""The courier: what goes to which endpoint, in what order, whatever fails and whenever it is restarted."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from schemas.alert import AlertKind
from schemas.delivery import AttemptOutcome, DeliveryState, EndpointHealth
from schemas.silence import Matcher, Silence
from tests.unit.courier_world import NOON, Partition, alert, channel, endpoint

ACCEPTED, BUSY, GONE, REJECTED = (
    AttemptOutcome.ACCEPTED,
    AttemptOutcome.BUSY,
    AttemptOutcome.GONE,
    AttemptOutcome.REJECTED,
)
RETRACTED = AlertKind.RETRACTED


def test_an_alert_goes_to_each_endpoint_once() -> None:
    world = Partition(channel("a", "b"))
    world.dispatch(alert("1"), alert("2"))
    world.settle()
    assert world.got("a") == world.got("b") == ["al_1", "al_2"]
    assert set(world.states().values()) == {DeliveryState.DELIVERED}


def test_a_successor_sends_nothing_again_of_what_was_recorded() -> None:
    world = Partition(channel("a", "b"))
    world.dispatch(alert("1"))
    world.settle()
    world.restart()
    world.settle()
    assert world.got("a") == ["al_1"]


def test_what_was_sent_and_not_recorded_is_sent_again_under_the_same_id() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    assert world.send() == 1  # killed before the record
    world.restart()
    world.settle()
    assert world.got("a") == ["al_1", "al_1"]


def test_a_failed_attempt_is_repeated_by_the_schedule_and_given_up_at_its_end() -> None:
    world = Partition(channel("a"), answers=lambda *_: REJECTED)
    world.dispatch(alert("1"))
    world.after(days=3)
    assert len(world.sent) == 8
    assert world.states() == {"a:al_1": DeliveryState.GIVEN_UP}
    assert world.reasons() == ["given_up"]


def test_attempts_go_on_where_the_worker_before_has_left_off() -> None:
    world = Partition(channel("a"), answers=lambda *_: REJECTED)
    world.dispatch(alert("1"))
    world.after(seconds=6)
    assert len(world.sent) == 2
    world.commit()
    world.restart()
    world.after(seconds=280)
    assert len(world.sent) == 2, "the third is due five minutes after the second"
    world.after(seconds=40)
    assert len(world.sent) == 3


def test_a_dead_endpoint_holds_up_no_other() -> None:
    world = Partition(channel("a", "b"), answers=lambda name, *_: REJECTED if name == "a" else ACCEPTED)
    world.dispatch(*(alert(str(number)) for number in range(50)))
    world.settle()
    assert len(world.got("b")) == 50


def test_a_retraction_waits_behind_the_alert_that_it_withdraws() -> None:
    down = {"a"}
    world = Partition(channel("a"), answers=lambda name, *_: REJECTED if name in down else ACCEPTED)
    world.dispatch(alert("1"))
    world.settle()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    assert [webhook_id for _, webhook_id, _ in world.sent] == ["al_1"]
    down.clear()
    world.after(seconds=10)
    assert world.got("a") == ["al_1", "al_1_retracted"]


def test_an_alert_that_was_never_tried_is_taken_back_with_its_retraction() -> None:
    world = Partition(
        channel(endpoint("a", strict_order=True), "b"), answers=lambda name, *_: BUSY if name == "a" else ACCEPTED
    )
    world.dispatch(alert("0"))
    world.settle()
    world.dispatch(alert("1"))
    world.settle()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    assert world.got("b") == ["al_0", "al_1", "al_1_retracted"]
    states = world.states()
    assert states["a:al_1"] is DeliveryState.HELD
    world.answers = lambda *_: ACCEPTED
    world.after(hours=2)
    assert world.got("a") == ["al_0"]
    assert world.states()["a:al_1_retracted"] is DeliveryState.HELD


def test_what_a_killed_worker_may_have_sent_is_not_taken_back() -> None:
    world = Partition(channel("a", "b"))
    world.dispatch(alert("1"))
    world.send(most=1)
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.restart()
    world.settle()
    assert world.got("a") == ["al_1", "al_1", "al_1_retracted"]
    assert world.got("b") == ["al_1", "al_1_retracted"]


def test_a_retraction_of_what_waits_since_before_a_kill_comes_behind_it() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.send(most=1)
    world.restart()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    assert world.got("a") == ["al_1", "al_1", "al_1_retracted"]


def test_a_retraction_goes_only_where_the_alert_went() -> None:
    world = Partition(channel("a", "b"), answers=lambda name, *_: REJECTED if name == "a" else ACCEPTED)
    world.dispatch(alert("1"))
    world.after(days=3)
    world.answers = lambda *_: ACCEPTED
    world.commit()
    world.restart()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    answer_from_the_beginning(world)
    assert world.got("a") == []
    assert world.got("b") == ["al_1", "al_1_retracted"]


def answer_from_the_beginning(world: Partition) -> None:
    while asked := world.courier.asking():
        world.courier.answer(
            asked, [each for each in world.records() if not isinstance(each, EndpointHealth)], world.now
        )
        world.settle()


def test_a_retraction_looks_up_the_whole_chain_where_nothing_of_it_is_known_any_more() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    world.silences.put(silence())
    world.dispatch(alert("1", AlertKind.UPDATED, previous="al_1"))
    world.settle()
    world.silences.drop("hush")
    world.commit()
    world.restart()
    world.dispatch(alert("1", RETRACTED, previous="al_1_updated"), alert("2", RETRACTED, previous="al_2"))
    world.settle()
    assert world.got("a") == ["al_1"]
    answer_from_the_beginning(world)
    assert world.got("a") == ["al_1", "al_1_retracted"]
    assert world.notifications()["desk/al_2_retracted"].held == "taken_back"


def test_an_endpoint_that_came_later_gets_no_retraction_of_what_it_never_got() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    late = endpoint("b", created=NOON + timedelta(minutes=1))
    world.channels["desk"] = channel("a", late)
    world.courier.change("desk", world.now)
    world.after(minutes=5)
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    assert world.got("a") == ["al_1", "al_1_retracted"]
    assert world.got("b") == []


def test_an_update_and_a_retraction_reach_through_an_update_that_was_not_sent() -> None:
    world = Partition(channel("a"))
    world.dispatch(alert("1"))
    world.settle()
    world.silences.put(silence())
    world.dispatch(alert("1", AlertKind.UPDATED, previous="al_1"))
    world.settle()
    world.silences.drop("hush")
    world.dispatch(alert("1", RETRACTED, previous="al_1_updated"))
    world.settle()
    assert world.got("a") == ["al_1", "al_1_retracted"]


def silence(**fields: object) -> Silence:
    return Silence.model_validate(
        {
            "id": "hush",
            "matchers": (Matcher(field="rule", value="r1"),),
            "author": "ada",
            "reason": "a drill",
            "starts": NOON - timedelta(hours=1),
            "ends": NOON + timedelta(hours=1),
            **fields,
        }
    )


def test_a_silence_holds_everything_and_says_whose_word_it_was() -> None:
    world = Partition(channel("a"))
    world.silences.put(silence())
    world.dispatch(alert("1", priority=1), alert("2"))
    world.settle()
    assert world.sent == []
    assert world.reasons() == ["silenced", "silenced"]
    assert "ada" in world.decisions[0].detail


@pytest.mark.parametrize("fields", [{}, {"group": {"by": ["rule"], "wait_s": 5}}, {"digest": {"every_s": 60}}])
@pytest.mark.parametrize("seed", range(15))
def test_whatever_is_killed_each_alert_reaches_each_endpoint(seed: int, fields: dict[str, object]) -> None:
    dice = random.Random(seed)
    world = Partition(
        channel("a", endpoint("b", strict_order=True), **fields),
        answers=lambda *_: dice.choice([ACCEPTED, ACCEPTED, REJECTED, BUSY]),
    )
    for number in range(40):
        world.dispatch(alert(str(number)))
        for _ in range(dice.randrange(3)):
            world.send(most=dice.randrange(4))
        if dice.random() < 0.2:
            world.commit()
        if dice.random() < 0.2:
            world.courier.tick(world.now)
            world.restart()
        world.after(seconds=dice.randrange(20))
    world.restart()
    world.answers = lambda *_: ACCEPTED
    world.after(days=1)
    held = world.notifications()
    for name in ("a", "b"):
        told = set(world.got(name))
        for number in range(40):
            told_in = held[f"desk/al_{number}"].part_of
            assert (told_in or f"al_{number}") in told
    assert world.courier.lowest(world.now) == len(world.log), "nothing is open any more"


def test_what_is_written_again_for_one_endpoint_is_not_sent_again_to_those_that_got_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workers.courier.WRITE_AGAIN_BEHIND", 10)
    world = Partition(channel("a", "b"), answers=lambda to, *_: ACCEPTED if to == "a" else REJECTED)
    world.dispatch(alert("1"))
    world.settle()
    for number in range(2, 12):
        world.dispatch(alert(str(number)))
        world.settle()
        world.commit()
        world.settle()
    world.commit()
    world.restart()
    world.settle()
    assert world.committed > 2
    assert world.got("a") == [f"al_{number}" for number in range(1, 12)]
