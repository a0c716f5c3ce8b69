"""`wirewatch run deliver` on a real broker: signed events at real HTTP receivers, whatever is killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.house import House, Row
from tests.acceptance.receivers import KEY, Receiver, receiver_at, sealed_secret

ARTICLE = {"uri": "wire:1", "title": "Russia and North Korea sign a defence pact", "source": "wire"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback that keeps what it gets."""
    with receiver_at() as started:
        yield started


def to(receiver: Receiver) -> dict[str, object]:
    """Settings of a worker that may send there."""
    return {
        "deliver_secrets_key": KEY,
        "deliver_allow_http": "true",
        "deliver_allow_networks": "127.0.0.0/8",
        "deliver_allow_ports": receiver.port,
    }


def channel(receiver: Receiver, *endpoints: str, **fields: object) -> Row:
    """A channel whose endpoints are paths of the receiver."""
    return {
        "id": "desk",
        "endpoints": [
            {"id": name.strip("/").replace("/", "-"), "url": receiver.url(name), "secrets": [sealed_secret()]}
            for name in endpoints
        ],
        **fields,
    }


def test_an_alert_reaches_its_endpoint_signed(house: House, receiver: Receiver) -> None:
    house.create_topics(["desk"])
    house.send("channels", [("desk", channel(receiver, "/ok"))])
    house.apply({"id": "r1", "query": "russia AND korea", "channels": ["desk"]})
    deliver = house.start_deliver(**to(receiver))
    match = house.start()
    deliver.wait_ready()
    match.wait_ready()
    house.publish(ARTICLE)
    (event,) = receiver.wait_for(1)
    assert event.verified["type"] == "alert.created"
    assert event.verified["data"]["article"]["uri"] == "wire:1"
    assert deliver.terminate() == 0
    assert [row["state"] for row in house.rows("deliveries") if row["record"] == "delivery"] == ["delivered"]
    again = house.start_deliver(**to(receiver))
    again.wait_ready()
    house.publish({**ARTICLE, "status": "canceled"})
    (_, event) = receiver.wait_for(2)
    assert event.verified["type"] == "alert.retracted"
    assert again.terminate() == 0
