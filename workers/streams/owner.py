"""Partitions that are state: read from where the worker before has said, to the end, and followed from there.

What is committed is no receipt but the offset at which a successor must begin to read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from mode import Service

from schemas.envelope import Incoming
from workers.streams.bulk import NOT_OURS, within
from workers.streams.header_names import read_any
from workers.streams.options import Options
from workers.streams.records import incoming

log = structlog.get_logger("wirewatch.owner")

POLL_MS = 100
FETCH_BYTES = 4 * 1024 * 1024
COMMIT_EVERY_S = 2.0
RETRY_S = 0.5
READ_AT_ONCE = 200  # records; heartbeats come in between, however much there is to read


@dataclass(frozen=True, slots=True)
class Estate:
    """What is done with the partitions."""

    opened: Callable[[int], None]  # the partition is ours; its records follow
    read: Callable[[int, Sequence[Incoming]], None]
    live: Callable[[int, int], None]  # what stood there when it became ours was read, to this end; it is ours still
    closed: Callable[[Sequence[int], float], Awaitable[None]]  # they go: finish within so many seconds
    lowest: Callable[[int], int]  # where a successor must begin to read; asked until it is opened again


class Owner(Service):
    """One member of the group that shares the partitions."""

    def __init__(self, topic: str, options: Options, estate: Estate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._topic = topic
        self._options = options
        self._estate = estate
        self._consumer: AIOKafkaConsumer | None = None
        self._ends: dict[TopicPartition, int] = {}  # of those that are not read so far yet
        self._ours: set[TopicPartition] = set()
        self._new: set[TopicPartition] = set()
        self._committed: dict[TopicPartition, int] = {}
        self._committed_at_s = 0.0
        self._known_at_s = float("-inf")  # when the group last knew us
        self.patience_s = options.rebalance_timeout_s / 2

    @Service.task
    async def _follow(self) -> None:
        read_any()
        while not self.should_stop:
            consumer = self._consumer = self._member()
            try:
                async with asyncio.timeout(self._options.rebalance_timeout_s + self._options.request_timeout_s):
                    await consumer.start()
                coordinator = consumer._coordinator  # aiokafka has no other way to hear of heartbeats
                coordinator._do_heartbeat = self.watch(coordinator._do_heartbeat)
                break
            except (KafkaError, OSError) as exc:
                log.warning("cannot join the group; trying again", error=repr(exc))
                await within(RETRY_S, consumer.stop())
                await self.sleep(RETRY_S)
        while not self.should_stop:
            try:
                await self._turn()
            except ConsumerStoppedError:
                if not self.should_stop:  # else the client is closed under it
                    raise

    def holds(self) -> bool:
        """Whether the partitions are ours for certain: a worker that was frozen may have been replaced meanwhile."""
        return time.monotonic() - self._known_at_s < self._options.session_timeout_s

    async def _turn(self) -> None:
        consumer = self._consumer
        assert consumer is not None  # noqa: S101 - it is started before
        if self._ours and not self.holds():
            await self.sleep(POLL_MS / 1000)  # until the group has answered, or taken them away
            return
        await self._look_how_far(consumer)
        polled = await consumer.getmany(timeout_ms=POLL_MS)
        for partition, records in polled.items():
            for at in range(0, len(records), READ_AT_ONCE):
                if partition not in self._ours:
                    break
                some = records[at : at + READ_AT_ONCE]
                self._estate.read(partition.partition, [incoming(each, self._topic) for each in some])
                await asyncio.sleep(0)
        for partition, end in list(self._ends.items()):
            is_read = await self._is_read(consumer, partition, end) and self.holds()  # only now, behind all it has read
            if is_read and self._ends.pop(partition, None) is not None:
                self._estate.live(partition.partition, end)
                await asyncio.sleep(0)
        if time.monotonic() - self._committed_at_s > COMMIT_EVERY_S:
            await self._commit()

    async def _is_read(self, consumer: AIOKafkaConsumer, partition: TopicPartition, end: int) -> bool:
        try:
            async with asyncio.timeout(self._options.request_timeout_s):  # a position may be waited for without end
                return int(await consumer.position(partition)) >= end
        except (IllegalStateError, TimeoutError):  # it is no longer ours
            return False

    async def _look_how_far(self, consumer: AIOKafkaConsumer) -> None:
        """Of partitions that have become ours: where they end now."""
        new = [each for each in self._new if each in self._ours]
        if not new:
            return
        try:
            async with asyncio.timeout(self._options.request_timeout_s):
                ends = await consumer.end_offsets(new)
        except (KafkaError, OSError) as exc:
            log.warning("Kafka does not tell where partitions end; asking again", error=repr(exc))
            await self.sleep(RETRY_S)
            return
        self._new.difference_update(new)
        self._ends.update(ends)

    def _member(self) -> AIOKafkaConsumer:
        options = self._options
        consumer = AIOKafkaConsumer(
            **options.membership(), fetch_max_wait_ms=POLL_MS, max_partition_fetch_bytes=FETCH_BYTES
        )
        consumer.subscribe([options.full(self._topic)], listener=_Rebalance(self))
        return consumer

    def watch(self, beat: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
        """The consumer's heartbeat; one that the group has answered proves that we were known when it was sent."""

        async def beat_and_note() -> bool:
            began_s = time.monotonic()
            is_known = await beat()
            if is_known:
                self._known_at_s = began_s
            return is_known

        return beat_and_note

    async def _commit(self) -> None:
        self._committed_at_s = time.monotonic()
        read = [each for each in self._ours if each not in self._ends and each not in self._new]
        lowest = {each: self._estate.lowest(each.partition) for each in read}
        moved = {each: offset for each, offset in lowest.items() if self._committed.get(each) != offset}
        if not moved or self._consumer is None:
            return
        try:
            async with asyncio.timeout(self._options.request_timeout_s):
                await self._consumer.commit(moved)
        except NOT_OURS as exc:
            log.warning("not committed: the group has moved on", error=repr(exc))
        except (KafkaError, OSError) as exc:  # a successor reads more than it must
            log.warning("Kafka did not take the offsets", error=repr(exc))
        else:
            self._committed.update(moved)

    async def take_up(self, partitions: Sequence[TopicPartition]) -> None:
        """They are ours now."""
        self._known_at_s = time.monotonic()
        for partition in partitions:
            self._ours.add(partition)
            self._new.add(partition)
            self._estate.opened(partition.partition)
        log.info("partitions assigned", topic=self._topic, partitions=sorted(each.partition for each in partitions))

    async def let_go(self, patience_s: float) -> None:
        """They are ours no more: finish, and say where whoever comes must begin."""
        if not self._ours:
            return
        going = sorted(each.partition for each in self._ours)
        await self._estate.closed(going, patience_s)
        await self._commit()
        self._ours.clear()
        self._new.clear()
        self._ends.clear()
        self._committed.clear()

    async def on_stop(self) -> None:
        """Finish what is under way, then leave the group."""
        await self.let_go(self._options.drain_timeout_s)
        if self._consumer is not None:
            await within(self._options.leave_timeout_s, self._consumer.stop())


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Tells the owner of partitions that go and come."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Called before the group is joined again."""
        if revoked:
            await self._owner.let_go(self._owner.patience_s)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Called with all partitions that are ours now."""
        await self._owner.take_up(list(assigned))
