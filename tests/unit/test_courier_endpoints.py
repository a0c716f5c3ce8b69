"""The courier where an endpoint is gone, fails for days, or cannot keep up."""

from __future__ import annotations

from schemas.delivery import AttemptOutcome, DeliveryState, EventType
from tests.unit.courier_world import Partition, alert, channel, endpoint

ACCEPTED, BUSY, GONE, REJECTED = (
    AttemptOutcome.ACCEPTED,
    AttemptOutcome.BUSY,
    AttemptOutcome.GONE,
    AttemptOutcome.REJECTED,
)


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
