"""A test event is tried once: whoever sent it waits for the answer."""

from __future__ import annotations

from schemas.delivery import AttemptOutcome, DeliveryState, EventType, Notification
from tests.unit.courier_world import NOON, Partition, channel


def test_a_test_event_that_fails_is_not_tried_again() -> None:
    desk = Partition(channel("a"), answers=lambda *_: AttemptOutcome.REJECTED)
    event = Notification(id="te_1", type=EventType.TEST, channel="desk", endpoints=("a",), made=NOON)
    desk.log.append(event.model_dump_json().encode())
    desk.after(days=3)
    assert desk.sent == [("a", "te_1", AttemptOutcome.REJECTED)]
    assert desk.states() == {"a:te_1": DeliveryState.GIVEN_UP}
