"""The worker's day: which batches are worked on, how long is waited, what the watchdog and the world hear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import NodeNotReadyError

from schemas.envelope import Incoming
from tests.contract.test_outbox import options
from tests.unit.streams.test_bulk import PARTITION, Consumer, Record
from workers.embargo import Calendar
from workers.errors import Unavailable
from workers.health import Health, Missing
from workers.streams import batches
from workers.streams.batches import Batches, Work
from workers.streams.bulk import Batch, BulkConsumer, Rebalance
from workers.streams.followers import Follower
from workers.streams.holder import Holder
from workers.streams.watchdog import Progress


async def nothing(*_: object) -> None:
    """Done."""


class Broker(Consumer):
    """Also knows where the topic ends."""

    def __init__(self) -> None:
        super().__init__()
        self.end = self.at = 0
        self.told: int | None = None  # beside records
        self.revoked_while_asked = False
        self._asked = False

    def highwater(self, partition: TopicPartition) -> int | None:
        assert partition in self.assignment(), "Partition is not assigned"  # as aiokafka does
        return self.told

    def assignment(self) -> set[TopicPartition]:
        return set() if self._asked and self.revoked_while_asked else {PARTITION}

    async def end_offsets(self, _: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if self.error is not None:
            raise self.error
        self._asked = True
        return {PARTITION: self.end}

    async def position(self, _: TopicPartition) -> int:
        return self.at

    async def stop(self) -> None:
        """Closed."""


class World:
    """Batches on a broker in memory; the test says what telling does."""

    def __init__(self, **changes: Any) -> None:
        made = options("127.0.0.1:1", "")
        for name, value in changes.items():
            object.__setattr__(made, name, value)
        self.broker = Broker()
        self.polled: asyncio.Queue[Batch] = asyncio.Queue()
        self.bulk = BulkConsumer("articles", made, self.polled.put)
        self.bulk._consumer = self.broker
        self.bulk.take_up()
        self.rebalance = Rebalance(self.bulk)
        self.now_s = 0.0
        self.progress = Progress(lambda: self.now_s)
        self.changes: list[frozenset[Missing]] = []
        self.health = Health(set(), self.changes.append)
        self.told: list[int] = []
        self.committed: list[int] = []
        self.lags: list[int] = []
        self.do: Callable[[], Awaitable[None]] = nothing
        self.store: Callable[[], Awaitable[None]] = nothing
        work = Work(
            keep=nothing,
            loaded=nothing,
            tell=self._tell,
            lag=self.lags.append,
            store=self._ask_store,
            health=self.health,
            progress=self.progress,
            beside=nothing,
            close=nothing,
        )
        self.batches = Batches(
            made, self.bulk, Follower((), (), made, nothing), (Holder(made, Calendar(), nothing),), work
        )

    async def _tell(self, records: Sequence[Incoming]) -> Callable[[], None]:
        self.told += [each.offset for each in records]
        await self.do()
        return lambda: self.committed.extend(each.offset for each in records)

    async def _ask_store(self) -> None:
        await self.store()

    async def batch(self, *offsets: int) -> Batch:
        """Polled, and in the channel."""
        polling = asyncio.create_task(self.bulk.poll())
        await self.broker.polls.put([Record(each) for each in offsets])
        async with asyncio.timeout(5):
            found = await self.polled.get()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        self.broker.at = self.broker.end = max(self.broker.end, offsets[-1] + 1)
        return found

    async def look(self) -> float:
        """One look at the lag and the store; for how long nothing has been got on with behind it."""
        self.now_s += 1
        await self.batches._look(Missing.BROKER, self.batches._look_at_lag)
        await self.batches._look(Missing.STORE, self.store)
        return self.progress.silent_s()


async def test_a_batch_is_told_committed_and_counted_in_this_order() -> None:
    world = World()
    await world.batches.handle(await world.batch(0, 1))
    assert (world.told, world.broker.commits, world.committed) == ([0, 1], [{PARTITION: 2}], [0, 1])


async def test_a_batch_of_partitions_that_were_revoked_is_passed_over() -> None:
    world = World()
    batch = await world.batch(0)
    await world.rebalance.on_partitions_revoked([PARTITION])
    world.bulk.take_up()
    await world.batches.handle(batch)
    assert (world.told, world.broker.commits) == ([], [])
    assert await world.bulk.lag() == 0


async def test_a_partition_that_is_revoked_while_it_is_asked_after_counts_not() -> None:
    world = World()
    world.broker.end, world.broker.revoked_while_asked = 5, True
    assert await world.bulk.lag() == 0


async def test_the_lag_reaches_to_the_end_that_is_told_beside_records() -> None:
    world = World()
    world.broker.end, world.broker.at, world.broker.told = 5, 4, None
    assert await world.bulk.lag() == 1
    world.broker.told = 9
    assert await world.bulk.lag() == 5
    world.broker.at = 9  # the broker itself would still say 5 when it is asked
    assert await world.bulk.lag() == 0


@pytest.mark.parametrize("ending", ["rebalance", "stop"])
async def test_while_the_batch_in_flight_is_finished_no_other_is_taken_up(ending: str) -> None:
    world = World()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await go_on.wait()

    world.do = slow
    first, second = await world.batch(0), await world.batch(1)
    handling = asyncio.create_task(world.batches.handle(first))
    await begun.wait()
    end = world.rebalance.on_partitions_revoked([PARTITION]) if ending == "rebalance" else world.bulk.stop()
    ended = asyncio.create_task(end)
    await asyncio.sleep(0)
    await world.batches.handle(second)
    go_on.set()
    async with asyncio.timeout(5):
        await asyncio.gather(handling, ended)
    assert (world.told, world.committed) == ([0], [0])


async def test_what_is_told_and_not_committed_is_not_counted() -> None:
    world = World(rebalance_timeout_s=0.01)

    async def revoked() -> None:
        await world.rebalance.on_partitions_revoked([PARTITION])

    world.do = revoked
    await world.batches.handle(await world.batch(0))
    assert (world.told, world.committed, world.broker.commits) == ([0], [], [])


@pytest.mark.parametrize("hanging", [False, True], ids=["refused again and again", "no answer"])
@pytest.mark.parametrize("ending", ["rebalance", "stop"])
async def test_a_batch_given_up_is_waited_for_no_longer(ending: str, hanging: bool) -> None:
    world = World(rebalance_timeout_s=0.02, stop_timeout_s=0.02, outage_timeout_s=0)
    begun = asyncio.Event()

    async def away() -> None:
        begun.set()
        if hanging:
            await asyncio.Event().wait()
        raise Unavailable("away", what="store")

    world.do = away
    handling = asyncio.create_task(world.batches.handle(await world.batch(0)))
    await begun.wait()
    async with asyncio.timeout(5):
        await (world.rebalance.on_partitions_revoked([PARTITION]) if ending == "rebalance" else world.bulk.stop())
        await handling
    assert world.broker.commits == []


async def test_what_is_away_is_named_and_there_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "FIRST_RETRY_S", 0)
    for what in (Missing.STORE, Missing.BROKER):
        world = World()
        failures = [Unavailable("away", what=what)]

        async def away(failures: list[Unavailable] = failures) -> None:
            if failures:
                raise failures.pop()

        world.do = away
        await world.batches.handle(await world.batch(0))
        assert world.changes == [frozenset({what}), frozenset()]
        assert world.committed == [0]


async def test_an_outage_beyond_the_limit_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "FIRST_RETRY_S", 0)
    world = World(outage_timeout_s=0.001)

    async def away() -> None:
        raise Unavailable("away")

    world.do = away
    with pytest.raises(Unavailable):
        await world.batches.handle(await world.batch(0))
    assert world.broker.commits == []


async def test_the_watchdog_hears_of_no_progress_while_a_batch_waits_that_nobody_takes() -> None:
    world = World()
    await world.batch(0)  # its agent is dead: position and end are the same, and it stays in the channel
    assert await world.look() == 1
    assert await world.look() == 2
    assert world.lags == [1, 1]


async def test_the_watchdog_hears_of_no_progress_while_records_wait_at_the_broker() -> None:
    world = World()
    world.broker.end = 5
    assert await world.look() == 1
    assert world.lags == [5]


async def test_nothing_to_do_counts_as_getting_on() -> None:
    world = World()
    await world.batches.handle(await world.batch(0))
    assert await world.look() == 0
    assert world.lags == [0]


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


async def looked_for_ever(world: World) -> None:
    while True:
        await world.look()
        await asyncio.sleep(0)


@pytest.mark.parametrize("what", [Missing.STORE, Missing.BROKER])
async def test_an_idle_worker_says_what_is_away_and_ends_when_it_lasts(what: Missing) -> None:
    world = World(outage_timeout_s=0.001)

    async def away() -> None:
        raise Unavailable("away", what="store")

    if what is Missing.STORE:
        world.store = away
    else:
        world.broker.error = NodeNotReadyError()
    await world.look()
    assert world.changes == [frozenset({what})]
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await looked_for_ever(world)


async def test_a_broker_that_leaves_a_question_open_is_away() -> None:
    world = World(request_timeout_s=0.01)

    async def never(_: object) -> int:
        await asyncio.Event().wait()
        return 0

    world.broker.position = never  # type: ignore[method-assign]
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await world.bulk.lag()
