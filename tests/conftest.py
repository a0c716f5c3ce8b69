"""The servers of the tests, and how tests share a machine. One pair for a run, and pairs that a test may break.

With `-n` (pytest-xdist) tests run side by side, in processes that have a pair of servers each.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer
from tests.services.running import running
from tests.services.turns import turn

ONE_BY_ONE = "tests/acceptance/"  # long tests that share nothing: each goes to whoever is free


def pytest_configure() -> None:
    """A run that is told to end clears up as after Ctrl-C. No example of a property is judged by the clock."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings.register_profile("shared machine", deadline=None)
    settings.load_profile("shared machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need the machine for themselves come first: then nobody has to wait for what runs beside them."""
    items.sort(key=lambda item: item.get_closest_marker("alone") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that is marked `alone` runs while no other does."""
    side_by_side = hasattr(item.config, "workerinput")
    with turn(item.get_closest_marker("alone") is not None) if side_by_side else nullcontext():
        return (yield)


class Spread(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """File by file, for the fixtures that a file's tests share."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(ONE_BY_ONE) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    """In the order of the files: the long ones come first."""
    config.option.loadscopereorder = False
    return Spread(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Some tests wait more than they work, so there is one process more than there are cores."""
    return (os.cpu_count() or 1) + 1


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
