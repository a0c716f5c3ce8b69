"""What is remembered of notifications that are done with: as much as may be needed again, and bounded."""

from __future__ import annotations

from schemas.delivery import Delivery, DeliveryState, EventType
from tests.unit.courier_world import NOON, alert, channel
from workers.delivery import dispatch
from workers.opened import OUTCOMES_EACH, Opens

MOST = 4


def told(opens: Opens, name: str, *endpoints: str) -> list[Delivery]:
    """Each of the endpoints got it."""
    deliveries = [
        Delivery(
            notification=f"al_{name}",
            type=EventType.CREATED,
            channel="desk",
            endpoint=endpoint,
            alerts=(f"al_{name}",),
            state=DeliveryState.DELIVERED,
        )
        for endpoint in endpoints
    ]
    for offset, each in enumerate(deliveries):
        opens.tell(f"desk/al_{name}", each, offset, each.model_dump_json().encode())
    return deliveries


def left(opens: Opens, name: str, *endpoints: str) -> set[str]:
    """Endpoints that would get it, if its record came again."""
    channels = {"desk": channel(*endpoints)}
    (notification,) = dispatch(alert(name), NOON, "alerts/0/0", channels.get)
    return opens.add(notification, 100).left


def test_an_outcome_is_remembered_as_it_stands_on_the_topic() -> None:
    opens = Opens(MOST)
    deliveries = told(opens, "1", "a", "b")
    assert opens.outcomes("desk/al_1") == deliveries
    assert left(opens, "1", "a", "b", "c") == {"c"}


def test_of_the_oldest_nothing_is_remembered_when_there_are_too_many_notifications() -> None:
    opens = Opens(MOST)
    for number in range(MOST + 1):
        told(opens, str(number), "a")
    assert [bool(opens.outcomes(f"desk/al_{number}")) for number in range(MOST + 1)] == [False, *[True] * MOST]


def test_of_a_channel_with_many_endpoints_fewer_notifications_are_remembered() -> None:
    opens = Opens(MOST)
    ends = [f"e{number}" for number in range(OUTCOMES_EACH * MOST // 2)]
    for name in "123":
        told(opens, name, *ends)
        told(opens, name, *ends)  # written again: the same outcomes, not more
    assert [len(opens.outcomes(f"desk/al_{name}")) for name in "123"] == [0, len(ends), len(ends)]
