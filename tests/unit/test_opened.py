"""What is remembered of notifications that are done with: as much as may be needed again, and bounded."""

from __future__ import annotations

from schemas.delivery import Delivery, DeliveryState, EventType
from tests.unit.courier_world import NOON, alert, channel
from workers.delivery import dispatch
from workers.opened import OUTCOMES_EACH, Opened, Opens

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


def again(opens: Opens, name: str, *endpoints: str) -> Opened:
    """Its record comes again."""
    channels = {"desk": channel(*endpoints)}
    (notification,) = dispatch(alert(name), NOON, "alerts/0/0", channels.get)
    return opens.add(notification, 100, inherited=False)


def test_an_outcome_is_remembered_as_it_stands_on_the_topic() -> None:
    opens = Opens(MOST)
    deliveries = told(opens, "1", "a", "b")
    opened = again(opens, "1", "a", "b", "c")
    assert opened.left == {"c"}
    assert opened.told() == deliveries


def test_while_an_endpoint_is_left_nothing_is_forgotten_of_the_others() -> None:
    opens = Opens(MOST)
    opened = again(opens, "open", "a", "b")
    deliveries = told(opens, "open", "a")
    for number in range(OUTCOMES_EACH * MOST + 1):
        told(opens, str(number), "a")
    assert opened.told() == deliveries
    told(opens, "open", "b")
    opens.close("desk/al_open")
    assert again(opens, "open", "a", "b").left == set()


def test_of_the_oldest_nothing_is_remembered_when_there_are_too_many_notifications() -> None:
    opens = Opens(MOST)
    names = [str(number) for number in range(MOST + 1)]
    for name in names:
        told(opens, name, "a")
    assert [again(opens, name, "a").left for name in names] == [{"a"}, *[set()] * MOST]


def test_of_a_channel_with_many_endpoints_fewer_notifications_are_remembered() -> None:
    opens = Opens(MOST)
    ends = [f"e{number}" for number in range(OUTCOMES_EACH * MOST // 2)]
    for name in "123":
        told(opens, name, *ends)
        told(opens, name, *ends)  # written again: the same outcomes, not more
    assert [again(opens, name, *ends).left for name in "123"] == [set(ends), set(), set()]
