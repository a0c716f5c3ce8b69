"""The servers of the tests. One pair for the whole run, and pairs that a test may break."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer
from tests.services.running import running


def pytest_configure() -> None:
    """A run that is told to end clears up as after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """The broker of the whole run. Leave it as it is; take `topic_prefix` for what you make on it."""
    with running(lambda: KafkaServer(eager=True)) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The store of the whole run. Leave it as it is; take `topic_prefix` for your keys."""
    with running(RedisServer) as server:
        yield server


@pytest.fixture
def own_kafka() -> Iterator[KafkaServer]:
    """A broker that the test may stop, kill and pause."""
    with running(lambda: KafkaServer(eager=True)) as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A store that the test may stop, kill, pause and flush."""
    with running(RedisServer) as server:
        yield server


@pytest.fixture
def topic_prefix() -> str:
    """Stands in front of this test's topics, groups and keys; no other test has it."""
    return f"t{uuid4().hex[:12]}."
