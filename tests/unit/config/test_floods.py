"""What libraries repeat is told once in a while; ours is always told."""

from __future__ import annotations

import logging

import pytest

from config import floods
from config.floods import Dam


class Clock:
    """Stands still until it is set."""

    now_s = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now_s


def record(template: object, *args: object, logger: str = "aiokafka") -> logging.LogRecord:
    return logging.LogRecord(logger, logging.ERROR, "", 0, template, args, None)


def test_a_repeat_within_ten_seconds_is_held_back_and_counted() -> None:
    clock = Clock()
    dam = Dam(now_s=clock)
    assert dam.filter(record("node %s is away", 1))
    assert [dam.filter(record("node %s is away", number)) for number in range(7)] == [False] * 7
    clock.now_s += 9.9
    assert not dam.filter(record("node %s is away", 1))
    clock.now_s += 0.1
    again = record("node %s is away", 2)
    assert dam.filter(again)
    assert again.getMessage() == "node 2 is away (and 8 more like it)"


def test_after_a_pause_without_repeats_nothing_is_said_of_more() -> None:
    clock = Clock()
    dam = Dam(now_s=clock)
    for _ in range(3):
        clock.now_s += 10
        told = record("100% of %s", "it")
        assert dam.filter(told)
        assert told.args == ("it",)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(record("another"), id="another text"),
        pytest.param(record("same", logger="aiokafka.conn"), id="another logger"),
    ],
)
def test_another_message_is_not_held_back(other: logging.LogRecord) -> None:
    dam = Dam(now_s=Clock())
    assert dam.filter(record("same"))
    assert dam.filter(other)


def test_our_own_lines_always_pass() -> None:
    dam = Dam(now_s=Clock())
    assert all(dam.filter(record({"event": "waiting"}, logger="wirewatch.match")) for _ in range(20))


def test_messages_of_endless_kinds_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "KINDS_MAX", 2)
    dam = Dam(now_s=Clock())
    for text in ("a", "a", "b", "c"):
        dam.filter(record(text))
    assert dam.filter(record("a"))
    assert not dam.filter(record("c"))
