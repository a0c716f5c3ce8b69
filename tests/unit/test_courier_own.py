"""The courier knows its own records when it reads them back, and reads all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.delivery import Attempt, AttemptOutcome, DeliveryRecord
from schemas.envelope import Incoming, Outgoing
from tests.unit.courier_world import NOON, alert, begin, channel, world_of
from workers.courier import Courier
from workers.delivery import dispatch


class Reader:
    """A courier with three endpoints, one notification that has come, and what was read as JSON since."""

    def __init__(self) -> None:
        self.read: list[bytes | None] = []
        channels = {"desk": channel("a", "b", "c")}
        world = world_of(channels)

        def read(value: bytes | None) -> DeliveryRecord:
            self.read.append(value)
            return world.read(value)

        self.courier = Courier(replace(world, read=read))
        begin(self.courier)
        (notification,) = dispatch(alert("1"), NOON, "alerts/0/0", channels.get)
        self.take_in([notification.model_dump_json().encode()])
        self.read.clear()

    def take_in(self, values: Sequence[bytes | None]) -> None:
        self.courier.apply([Incoming("deliveries", 0, at, 0, b"", each) for at, each in enumerate(values)], NOON)

    def send(self) -> list[Outgoing]:
        """To all endpoints; what is to be written of it."""
        desk = self.courier.desk("desk", NOON)
        for endpoint_id in ("a", "b", "c"):
            item = desk.take(endpoint_id, NOON)
            assert item is not None
            attempt = Attempt(number=1, at=NOON, outcome=AttemptOutcome.ACCEPTED, took_ms=1.5, status=200)
            self.courier.ended(item, attempt)
        return self.courier.take_written()


def test_its_own_outcomes_are_known_when_they_are_read_back() -> None:
    reader = Reader()
    written = reader.send()
    reader.take_in([each.value for each in written])
    assert not reader.read
    assert len(written) == 3
    assert not len(reader.courier)


def test_a_record_that_comes_twice_is_read_the_second_time() -> None:
    reader = Reader()
    written = reader.send()
    reader.take_in([written[0].value, written[0].value])
    assert reader.read == [written[0].value]


def test_records_of_another_worker_are_read() -> None:
    reader, other = Reader(), Reader()
    values = [each.value for each in other.send()]
    reader.take_in(values)
    assert reader.read == values


def test_no_more_are_kept_than_may_be_on_their_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.courier.MOST_OWN", 2)
    reader = Reader()
    values = [each.value for each in reader.send()]
    reader.take_in(values)
    assert reader.read == values[2:]
