"""The agent on the bulk channel never ends alone: nothing starts it anew in the place of what it left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.streams.test_batches import World
from workers.streams.bulk import Batch
from workers.streams.match_worker import handle_all


class App:
    """As much of faust's app as ends it."""

    def __init__(self, should_stop: bool = False) -> None:
        self.should_stop = should_stop
        self.reasons: list[BaseException] = []

    async def crash(self, reason: BaseException) -> None:
        self.reasons.append(reason)

    async def wait_until_stopped(self) -> None:
        """It has ended."""


async def run_agent(world: World, app: App, cancel: bool, *given: Batch) -> None:
    async def stream() -> Any:
        for each in given:
            yield each
        if cancel:
            raise asyncio.CancelledError

    await handle_all(app, world.batches, world.bulk, stream())  # type: ignore[arg-type]


@pytest.mark.parametrize("ended", ["cancelled", "out of batches", "failed"])
async def test_an_agent_that_ends_while_the_worker_should_run_ends_the_process(ended: str) -> None:
    world, app = World(), App()

    async def fail() -> None:
        raise ZeroDivisionError

    if ended == "failed":
        world.do = fail
    batch = await world.batch(0)
    later = await world.batch(1)
    await run_agent(world, app, ended == "cancelled", batch)
    (reason,) = app.reasons
    assert isinstance(reason, Exception)
    assert not world.bulk.is_current(later)


async def test_an_agent_that_is_cancelled_because_the_worker_stops_is_no_failure() -> None:
    world, app = World(), App(should_stop=True)
    with pytest.raises(asyncio.CancelledError):
        await run_agent(world, app, True)
    assert app.reasons == []
