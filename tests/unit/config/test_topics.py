"""What the workers write themselves is stamped by the broker: it refuses what a clock an hour ahead stamps."""

from __future__ import annotations

import pytest

from config.topics import ALERTS, DEAD_LETTERS, DECISIONS, HELD, channel_topic
from schemas.topic import Topic


@pytest.mark.parametrize(
    "topic", [ALERTS, DECISIONS, DEAD_LETTERS, HELD, channel_topic("desk")], ids=lambda topic: topic.name
)
def test_no_batch_waits_for_the_clock_of_its_worker(topic: Topic) -> None:
    assert topic.config["message.timestamp.type"] == "LogAppendTime"
