"""What a worker says is missing while it starts."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.streams.test_batches import World, nothing
from workers.errors import Unavailable
from workers.health import Missing


async def test_a_start_without_redis_names_redis_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for what in (Missing.RULES, Missing.PARTITIONS):
        world.health.lacks(what, True)
    world.changes.clear()

    async def away() -> None:
        raise Unavailable("away", what="store")

    world.store = away
    monkeypatch.setattr(world.batches, "add_runtime_dependency", nothing)
    world.batches._follower.caught_up.set()
    async with asyncio.timeout(5):
        await world.batches.on_start()
    assert not any(Missing.BROKER in each for each in world.changes)
    assert world.changes[-1] == {Missing.STORE}
