"""What holds for hushes, in this process and in Redis alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.services.redis import RedisServer
from workers.dedup.claims_redis import connect
from workers.errors import Unavailable
from workers.restraint.hushes import Hushes
from workers.restraint.hushes_memory import MemoryHushes
from workers.restraint.hushes_redis import RedisHushes

pytestmark = pytest.mark.asyncio

# By the store's own clock nothing may be over while a test runs.
NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
HOUR, MS = timedelta(hours=1), timedelta(milliseconds=1)
ONE, TWO = "5" * 32, "6" * 32


class World(Protocol):
    """A store, as two workers have it."""

    hushes: Hushes
    other: Hushes

    async def kept(self) -> int:
        """Of how many stories anything is kept."""


class MemoryWorld:
    def __init__(self) -> None:
        self._memory = MemoryHushes(lambda: NOW)
        self.hushes: Hushes = self._memory
        self.other: Hushes = self._memory

    async def kept(self) -> int:
        return len(self._memory)


class RedisWorld:
    def __init__(self, client: Redis, other: Redis, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self.hushes: Hushes = RedisHushes(client, prefix)
        self.other: Hushes = RedisHushes(other, prefix)

    async def kept(self) -> int:
        return len([key async for key in self._client.scan_iter(self._prefix + "*")])


@pytest_asyncio.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    url, prefix = request.getfixturevalue("redis_server").url, request.getfixturevalue("topic_prefix")
    async with connect(url, socket_timeout_s=5) as client, connect(url, socket_timeout_s=5) as other:
        yield RedisWorld(client, other, prefix)


async def test_what_is_noted_is_in_force_up_to_its_end(world: World) -> None:
    await world.hushes.note(ONE, {"i1": NOW + HOUR, "i2~both": NOW + 2 * HOUR})
    assert await world.other.noted([ONE], NOW) == {ONE: {"i1": NOW + HOUR, "i2~both": NOW + 2 * HOUR}}
    assert await world.other.noted([ONE], NOW + HOUR - MS) == {ONE: {"i1": NOW + HOUR, "i2~both": NOW + 2 * HOUR}}
    assert await world.other.noted([ONE], NOW + HOUR) == {ONE: {"i2~both": NOW + 2 * HOUR}}
    assert await world.other.noted([ONE], NOW + 2 * HOUR) == {ONE: {}}


async def test_of_two_ends_the_later_holds_in_whatever_order_they_come(world: World) -> None:
    await world.hushes.note(ONE, {"i1": NOW + 2 * HOUR, "i2": NOW + HOUR})
    await world.other.note(ONE, {"i1": NOW + HOUR, "i2": NOW + 2 * HOUR})
    assert await world.hushes.noted([ONE], NOW) == {ONE: {"i1": NOW + 2 * HOUR, "i2": NOW + 2 * HOUR}}


async def test_each_story_has_its_own_and_each_that_was_asked_for_is_answered(world: World) -> None:
    await world.hushes.note(ONE, {"i1": NOW + HOUR})
    await world.hushes.note(TWO, {"i2": NOW + HOUR})
    assert await world.hushes.noted([TWO, "7" * 32, ONE], NOW) == {
        TWO: {"i2": NOW + HOUR},
        "7" * 32: {},
        ONE: {"i1": NOW + HOUR},
    }


async def test_what_is_forgotten_is_in_force_no_more_until_it_is_noted_again(world: World) -> None:
    await world.hushes.note(ONE, {"i1": NOW + HOUR, "i2": NOW + HOUR})
    await world.hushes.note(TWO, {"i1": NOW + HOUR})
    await world.other.forget(ONE, ["i1", "i9"])
    assert await world.hushes.noted([ONE, TWO], NOW) == {ONE: {"i2": NOW + HOUR}, TWO: {"i1": NOW + HOUR}}
    await world.other.forget(ONE, ["i2"])
    await world.other.forget(ONE, ["i2"])
    await world.other.forget(ONE, [])
    assert (await world.hushes.noted([ONE], NOW), await world.kept()) == ({ONE: {}}, 1)
    await world.hushes.note(ONE, {"i1": NOW + HOUR})
    assert await world.hushes.noted([ONE], NOW) == {ONE: {"i1": NOW + HOUR}}


async def test_nothing_is_asked_of_the_store_for_nothing(world: World) -> None:
    await world.hushes.note(ONE, {})
    assert (await world.hushes.noted([], NOW), await world.kept()) == ({}, 0)


async def test_an_end_between_two_milliseconds_is_not_cut_short(world: World) -> None:
    await world.hushes.note(ONE, {"i1": NOW + timedelta(microseconds=1)})
    assert await world.hushes.noted([ONE], NOW) == {ONE: {"i1": NOW + MS}}


async def test_memory_forgets_stories_on_which_all_is_over() -> None:
    now = NOW
    hushes = MemoryHushes(lambda: now)
    for n in range(3_000):
        now += timedelta(seconds=1)
        await hushes.note(f"s{n}", {"i1": now + timedelta(seconds=10)})
    assert len(hushes) <= 1_025
    assert await hushes.noted(["s2999"], now) == {"s2999": {"i1": now + timedelta(seconds=10)}}


async def test_redis_forgets_a_story_when_the_last_is_over(redis_server: RedisServer, topic_prefix: str) -> None:
    async with connect(redis_server.url, socket_timeout_s=5) as client:
        hushes = RedisHushes(client, topic_prefix)
        for hours in (1, 3, 2):
            await hushes.note(ONE, {f"i{hours}": NOW + hours * HOUR})
        [key] = [key async for key in client.scan_iter(topic_prefix + "*")]
        assert key.decode() == f"{topic_prefix}hush:{{{ONE}}}"
        assert await client.pexpiretime(key) == (NOW + 3 * HOUR).timestamp() * 1000
        await hushes.note(TWO, {"i1": NOW - timedelta(days=2)})
        assert await client.exists(f"{topic_prefix}hush:{{{TWO}}}") == 0


async def test_a_store_that_is_away_is_told_as_such(own_redis: RedisServer) -> None:
    async with connect(own_redis.url, socket_timeout_s=5) as client:
        hushes = RedisHushes(client, "t:")
        await hushes.note(ONE, {"i1": NOW + HOUR})
        own_redis.kill()
        with pytest.raises(Unavailable, match="cannot be reached"):
            await hushes.note(ONE, {"i1": NOW + HOUR})
        with pytest.raises(Unavailable, match="cannot be reached"):
            await hushes.noted([ONE], NOW)
