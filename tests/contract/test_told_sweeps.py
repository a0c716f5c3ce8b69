"""What the memory of who was told keeps of kills that name no version, in this process and in Redis alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.article import ArticleStatus
from tests.contract.test_told import FIRST, LATEST, SECOND, URI, World, enter, known, leave, server, world
from workers.dedup import Departure, Known, Sweep, Told, Visit

__all__ = ["server", "world"]  # fixtures

pytestmark = pytest.mark.asyncio

SWEEP = Sweep(10_000, 9_000, ArticleStatus.CANCELED, "articles/0/1|é@1")


async def sweeps(told: Told, sweep: Sweep, holder: str) -> bool:
    (alone,) = await told.leave([Departure(Visit(URI, holder), LATEST, sweep=sweep)])
    return alone


@pytest.mark.parametrize("updated_ms", [9_000, -1, None])
async def test_a_kill_that_names_no_version_is_remembered_beside_the_version(
    world: World, updated_ms: int | None
) -> None:
    sweep = replace(SWEEP, updated_ms=updated_ms)
    await enter(world.told)
    assert await sweeps(world.told, sweep, FIRST)
    assert await known(world.other) == Known(LATEST, sweep=sweep)
    await leave(world.told, replace(LATEST, version=3), "articles/9/9@9")
    assert await known(world.other) == Known(replace(LATEST, version=3), sweep=sweep), "a newer version leaves it"


async def test_of_kills_that_name_no_version_the_latest_counts_whoever_was_alone(world: World) -> None:
    earlier, later = replace(SWEEP, at_ms=9_999), replace(SWEEP, at_ms=100_000)
    await enter(world.told)
    await sweeps(world.told, SWEEP, FIRST)
    await enter(world.told)
    assert await sweeps(world.told, earlier, FIRST)
    await world.told.restore({URI: Known(LATEST, sweep=earlier)})
    assert not await sweeps(world.other, earlier, SECOND)
    assert await known(world.told) == Known(LATEST, sweep=SWEEP)
    await world.told.restore({URI: Known(sweep=later)})
    assert await known(world.told) == Known(LATEST, sweep=later)
