"""What the workers write themselves is stamped by the broker: it refuses what a clock an hour ahead stamps."""

from __future__ import annotations

import pytest

from config.topics import ALERTS, DEAD_LETTERS, DECISIONS, HELD, KILLS, channel_topic
from schemas.topic import Topic


@pytest.mark.parametrize(
    "topic", [ALERTS, DECISIONS, DEAD_LETTERS, HELD, KILLS, channel_topic("desk")], ids=lambda topic: topic.name
)
def test_no_batch_waits_for_the_clock_of_its_worker(topic: Topic) -> None:
    assert topic.config["message.timestamp.type"] == "LogAppendTime"


def test_kills_are_kept_as_long_as_alerts() -> None:
    """Together they tell what a Redis knew that has lost it."""
    assert KILLS.config["retention.ms"] == ALERTS.config["retention.ms"]
