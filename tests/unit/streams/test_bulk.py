"""Which batches may be worked on and committed while partitions come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, NodeNotReadyError

from tests.contract.test_outbox import options
from workers.errors import Unavailable
from workers.streams.bulk import Batch, BulkConsumer, Rebalance, within

PARTITION = TopicPartition("articles", 0)


class Record:
    """As much of aiokafka's record as is read."""

    def __init__(self, offset: int, value: bytes = b"{}") -> None:
        self.partition, self.offset, self.timestamp = 0, offset, 0
        self.key, self.value, self.headers = b"k", value, ()


class Consumer:
    """aiokafka's consumer: polls are answered by the test."""

    def __init__(self) -> None:
        self.polls: asyncio.Queue[Sequence[Record]] = asyncio.Queue()
        self.asked = asyncio.Event()
        self.commits: list[dict[TopicPartition, int]] = []
        self.error: Exception | None = None
        self.hangs = False

    async def getmany(self, **_: Any) -> dict[TopicPartition, Sequence[Record]]:
        self.asked.set()
        return {PARTITION: await self.polls.get()}

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        self.commits.append(offsets)


class World:
    """A bulk consumer that polls the test's consumer."""

    def __init__(self, **changes: Any) -> None:
        self.batches: asyncio.Queue[Batch] = asyncio.Queue()
        self.consumer = Consumer()
        made = options("127.0.0.1:1", "")
        for name, value in changes.items():
            object.__setattr__(made, name, value)
        self.bulk = BulkConsumer("articles", made, self.batches.put)
        self.bulk._consumer = self.consumer
        self.rebalance = Rebalance(self.bulk)
        self._task = asyncio.create_task(self.bulk.poll())

    async def polled(self, *records: Record) -> Batch:
        await self.consumer.polls.put(records)
        async with asyncio.timeout(5):
            return await self.batches.get()

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_a_poll_that_spans_a_rebalance_brings_records_that_are_ours() -> None:
    """The position stands behind them: called stale, they would never be read again."""
    world = World()
    await world.rebalance.on_partitions_assigned([PARTITION])
    await world.consumer.asked.wait()
    await world.rebalance.on_partitions_revoked([PARTITION])
    await world.rebalance.on_partitions_assigned([PARTITION])
    batch = await world.polled(Record(0))
    assert world.bulk.is_current(batch)
    assert await world.bulk.commit(batch)
    assert world.consumer.commits == [{PARTITION: 1}]
    await world.end()


@pytest.mark.parametrize("moment", ["before the rebalance", "while partitions are being revoked"])
async def test_a_batch_polled_before_the_new_assignment_is_stale(moment: str) -> None:
    world = World()
    await world.rebalance.on_partitions_assigned([PARTITION])
    if moment == "before the rebalance":
        batch = await world.polled(Record(0))
        await world.rebalance.on_partitions_revoked([PARTITION])
    else:
        await world.rebalance.on_partitions_revoked([PARTITION])
        batch = await world.polled(Record(0))
    await world.rebalance.on_partitions_assigned([PARTITION])
    assert not world.bulk.is_current(batch)
    assert not await world.bulk.commit(batch)
    assert world.consumer.commits == []
    await world.end()


async def test_revoking_waits_for_the_batch_in_flight_and_its_commit() -> None:
    world = World()
    await world.rebalance.on_partitions_assigned([PARTITION])
    batch = await world.polled(Record(0))
    with world.bulk.in_flight():
        revoking = asyncio.create_task(world.rebalance.on_partitions_revoked([PARTITION]))
        await asyncio.sleep(0)
        assert not revoking.done()
        assert await world.bulk.commit(batch)
    await revoking
    assert not await world.bulk.commit(batch)
    await world.end()


async def test_a_batch_that_outlasts_the_rebalance_is_not_committed() -> None:
    world = World(rebalance_timeout_s=0.01)
    await world.rebalance.on_partitions_assigned([PARTITION])
    batch = await world.polled(Record(0))
    with world.bulk.in_flight():
        await world.rebalance.on_partitions_revoked([PARTITION])
        assert not await world.bulk.commit(batch)
    await world.end()


async def test_a_group_that_has_moved_on_is_told_from_a_broker_that_is_away() -> None:
    world = World()
    await world.rebalance.on_partitions_assigned([PARTITION])
    batch = await world.polled(Record(0))
    world.consumer.error = CommitFailedError()
    assert not await world.bulk.commit(batch)
    world.consumer.error = NodeNotReadyError()
    with pytest.raises(Unavailable):
        await world.bulk.commit(batch)
    await world.end()


async def test_a_commit_that_never_ends_is_a_broker_that_is_away() -> None:
    world = World(request_timeout_s=0.01)
    await world.rebalance.on_partitions_assigned([PARTITION])
    batch = await world.polled(Record(0))
    world.consumer.hangs = True
    with pytest.raises(Unavailable):
        await world.bulk.commit(batch)
    await world.end()


async def test_what_was_polled_is_cut_into_batches_by_size_and_each_commits_behind_its_own_records() -> None:
    world = World(batch_max_bytes=10)
    await world.rebalance.on_partitions_assigned([PARTITION])
    first = await world.polled(Record(0, b"x" * 6), Record(1, b"x" * 6), Record(2, b"x"))
    second = await world.batches.get()
    assert ([each.offset for each in first.records], first.next_offsets) == ([0, 1], {PARTITION: 2})
    assert ([each.offset for each in second.records], second.next_offsets) == ([2], {PARTITION: 3})
    await world.end()


async def test_after_a_failure_nothing_is_current_or_committed_any_more() -> None:
    world = World()
    await world.rebalance.on_partitions_assigned([PARTITION])
    batch = await world.polled(Record(0))
    world.bulk.abandon()
    later = await world.polled(Record(1))
    assert not world.bulk.is_current(batch)
    assert not world.bulk.is_current(later)
    assert not await world.bulk.commit(later)
    await world.end()


async def test_a_connection_that_was_cancelled_while_it_closed_cancels_nobody_else() -> None:
    async def stop() -> None:
        raise asyncio.CancelledError

    await within(5, stop())
