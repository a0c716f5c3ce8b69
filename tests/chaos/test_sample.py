"""A sample of the faults, by fixed seeds: nothing is lost, wrong or out of order, and no more repeats than may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.chains import BLOCK
from tests.chaos.delivery.faults import BY_NAME as DELIVERY_FAULTS
from tests.chaos.delivery.faults import DeliveryFault
from tests.chaos.delivery.play import play as play_delivery
from tests.chaos.delivery.scene import SAMPLE as SMALL
from tests.chaos.delivery.scene import DeliveryScene
from tests.chaos.fault import Cost, Fault
from tests.chaos.faults import BY_NAME
from tests.chaos.play import play
from tests.chaos.scene import Scene, Stage
from tests.chaos.shim import FORGET, LOSE, SKIP
from tests.services.running import running

# Those that other tests do not have: these kill at each step, stop Redis and the broker, and send poison.
SAMPLE = {
    1: ("zombie-claimed", "kafka-forgotten", "redis-half-open"),
    2: ("group-kill", "coordinator-move", "redis-noscript"),
    3: ("redis-disk-full", "clock-forward", "article-flood"),
    4: ("redis-flushall", "kill-published", "kafka-cut"),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(Stage) as made:
        yield made


@pytest.mark.parametrize("seed", list(SAMPLE), ids=lambda seed: "+".join(SAMPLE[seed]))
def test_what_breaks_under_load_loses_nothing(stage: Stage, seed: int) -> None:
    outcome = play(stage, [BY_NAME[name] for name in SAMPLE[seed]], seed)
    assert not outcome.complaints, "\n".join(outcome.complaints)


def test_a_worker_that_loses_messages_is_found_out(stage: Stage) -> None:
    def strike(scene: Scene) -> None:
        scene.fleet.launch({LOSE: "5"})
        scene.fleet.kill(scene.fleet.members[0])

    liar = Fault("liar", "one message in five is acknowledged and not sent", Cost.BATCH, strike)
    outcome = play(stage, [liar], seed=5)
    assert outcome.lost
    assert [each for each in outcome.complaints if each.startswith("lost")]
    assert [each for each in outcome.complaints if each.startswith("channels unlike alerts")]


def test_a_worker_that_forgets_retractions_is_found_out(stage: Stage) -> None:
    def strike(scene: Scene) -> None:
        scene.fleet.launch({FORGET: '"kind":"retracted"'})
        scene.fleet.kill(scene.fleet.members[0])
        sent = scene.flow.sent
        scene.until(lambda: scene.flow.sent > sent + BLOCK)  # whatever there is to take back comes once in a block

    forgetful = Fault("forgetful", "retractions are acknowledged and not sent", Cost.BATCH, strike)
    outcome = play(stage, [forgetful], seed=6)
    assert outcome.untold
    assert [each for each in outcome.complaints if each.startswith("due and not told")]
    assert not [each for each in outcome.complaints if each.startswith("channels unlike alerts")]


def test_what_breaks_while_alerts_are_delivered_loses_none_and_no_retraction(stage: Stage) -> None:
    faults = [DELIVERY_FAULTS["deliver-kill-sent"]]
    outcome = play_delivery(stage, faults, 7, SMALL)
    assert not outcome.complaints, "\n".join(outcome.complaints)


def test_a_worker_that_keeps_back_one_delivery_in_fifty_is_found_out(stage: Stage) -> None:
    def strike(scene: DeliveryScene) -> None:
        scene.fleet.launch({SKIP: "50"})
        scene.fleet.kill(scene.fleet.members[0])
        scene.blow()

    liar = DeliveryFault("liar", "one attempt in fifty is told as accepted and not made", "nothing", strike)
    outcome = play_delivery(stage, [liar], 8, SMALL)
    assert outcome.lost
    assert [each for each in outcome.complaints if each.startswith("lost")]
    assert [each for each in outcome.complaints if each.startswith("records unlike the receiver")]
