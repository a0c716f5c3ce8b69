"""`tail` says when Kafka is away, once, and when it is back."""

from __future__ import annotations

from typing import Any

import pytest

from workers.commands import tail
from workers.errors import Unavailable


class Broker:
    """Answers or not, as the test says."""

    def __init__(self) -> None:
        self.there = True
        self.asked = 0

    def topics(self) -> set[str]:
        """Its topics."""
        self.asked += 1
        if not self.there:
            raise Unavailable("Kafka does not answer")
        return set()


def test_an_outage_is_told_once_and_its_end_too(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "LOOK_EVERY_S", 0)
    broker: Any = Broker()
    lookout = tail.Lookout(broker)
    told = []
    for broker.there in (True, False, False, True, True):
        assert lookout.stop() is False
        told.append(capfd.readouterr().err)
    assert told == ["", "waiting: Kafka does not answer\n", "", "Kafka answers again\n", ""]


def test_kafka_is_not_asked_at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LOOK_EVERY_S", 3600)
    broker: Any = Broker()
    lookout = tail.Lookout(broker)
    assert not any(lookout.stop() for _ in range(10))
    assert broker.asked == 0
