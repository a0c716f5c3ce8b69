"""A house of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.house import House, closing
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer


@pytest.fixture
def house(kafka: KafkaServer, redis_server: RedisServer, topic_prefix: str, tmp_path: Path) -> Iterator[House]:
    """On the session's broker and store, under a prefix of its own."""
    with closing(House(kafka.bootstrap, redis_server.url, topic_prefix, tmp_path)) as made:
        yield made


@pytest.fixture
def own_house(own_kafka: KafkaServer, own_redis: RedisServer, topic_prefix: str, tmp_path: Path) -> Iterator[House]:
    """On a broker and a store that the test may break."""
    with closing(House(own_kafka.bootstrap, own_redis.url, topic_prefix, tmp_path)) as made:
        yield made
