"""What is open for long is written again, so that a successor need not read from where it stood first."""

from __future__ import annotations

import pytest

from schemas.alert import AlertKind
from schemas.delivery import AttemptOutcome, DeliveryState
from tests.unit.courier_world import Partition, alert, channel

SHORT = 20


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Partition:
    """Its endpoint `a` is down, and `b` is up."""
    monkeypatch.setattr("workers.courier.WRITE_AGAIN_BEHIND", SHORT)
    rejected, accepted = AttemptOutcome.REJECTED, AttemptOutcome.ACCEPTED
    return Partition(
        channel("a"), channel("b", id="other"), answers=lambda name, *_: rejected if name == "a" else accepted
    )


def others(world: Partition, count: int) -> None:
    """Alerts of another channel on the partition."""
    for number in range(count):
        made = alert(f"other{number}").model_copy(update={"channels": ("other",)})
        world.dispatch(made)
        world.settle()


def test_a_successor_reads_no_more_than_the_bound_however_long_something_is_open(world: Partition) -> None:
    world.dispatch(alert("1"))
    world.settle()
    for _ in range(5):
        others(world, SHORT)
        world.commit()
        world.settle()
    world.commit()
    assert len(world.log) - world.committed <= 3 * SHORT
    world.restart()
    world.answers = lambda *_: AttemptOutcome.ACCEPTED
    world.after(days=1)
    assert world.got("a") == ["al_1"]
    attempts = [webhook_id for name, webhook_id, _ in world.sent if name == "a"]
    assert len(attempts) < 8, "the attempts went on where they were, and did not begin anew"


def test_an_alert_that_was_written_again_still_goes_before_its_retraction(world: Partition) -> None:
    world.dispatch(alert("1"))
    world.settle()
    others(world, SHORT // 2)
    world.dispatch(alert("1", AlertKind.RETRACTED, previous="al_1"))
    world.settle()
    others(world, SHORT // 2)
    world.commit()
    world.settle()
    world.restart()
    world.answers = lambda *_: AttemptOutcome.ACCEPTED
    world.after(days=1)
    assert world.got("a") == ["al_1", "al_1_retracted"]
    assert world.states()["a:al_1"] is DeliveryState.DELIVERED
