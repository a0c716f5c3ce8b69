"""Lets articles go whose embargo is over: reads the partitions of `held` that are its own, and publishes in time.

All workers share the partitions; each reads its own from their beginnings when they are assigned, and commits nothing,
as the topic itself says what is still held. In memory are times and offsets; an article's bytes are read again when it
is due. What two workers publish in a rebalance is a repeat, which dedup catches.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from mode import Service

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.streams.bulk import within
from workers.streams.header_names import read_any
from workers.streams.options import Options
from workers.streams.records import incoming

log = structlog.get_logger("wirewatch.holder")

TOPIC = "held"
POLL_MS = 200
RETRY_S = 1.0
AT_ONCE = 100  # articles that are published together; their bytes are in memory
PIECE_BYTES = 16 * 1024 * 1024  # of them; the last one may go beyond it
FAR = 500  # records that are rather jumped over than read
FETCH_BYTES = 2 * 1024 * 1024  # a single larger record still comes, alone


class Due(Protocol):
    """A record of `held` whose time has come."""

    @property
    def partition(self) -> int:
        """Where it stands."""

    @property
    def offset(self) -> int:
        """And where there."""


class Calendar(Protocol):
    """What is held, by its time."""

    def read(self, record: Incoming) -> None:
        """A record of `held`."""

    def drop(self, partitions: Iterable[int]) -> None:
        """Read by another worker from now on."""

    def due(self, now_ms: int, most: int) -> Sequence[Any]:
        """Those whose time has come."""

    def released(self, due: Any) -> None:
        """It is published."""


class Holder(Service):
    """One member of the group that shares `held`. `publish` raises Unavailable when it must be asked again."""

    def __init__(
        self,
        options: Options,
        calendar: Calendar,
        publish: Callable[[Sequence[Incoming]], Awaitable[None]],
        now_s: Callable[[], float] = time.time,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._options = options
        self._calendar = calendar
        self._publish = publish
        self._now_s = now_s
        self._ends: dict[int, int | None] = {}  # of partitions that are not read yet: where they end
        self._ours: set[int] = set()
        self._consumer: AIOKafkaConsumer | None = None
        self._reader: AIOKafkaConsumer | None = None

    @Service.task
    async def _hold(self) -> None:
        read_any()
        while not self.should_stop:
            try:
                await self._once()
            except (KafkaError, OSError, Unavailable, ConsumerStoppedError) as exc:
                if self.should_stop:  # its clients are closed under it
                    return
                log.warning("what is held cannot be seen to; trying again", error=repr(exc))
                await self._close()
                await self.sleep(RETRY_S)

    async def _once(self) -> None:
        """Join, and go on until something fails."""
        async with asyncio.timeout(self._options.rebalance_timeout_s + self._options.request_timeout_s):
            reader = self._reader = self._client(None)
            await reader.start()
            consumer = self._consumer = self._member()
            await consumer.start()
        while not self.should_stop:
            polled = await consumer.getmany(timeout_ms=POLL_MS)
            for partition, records in polled.items():
                if partition.partition in self._ours:
                    for record in records:
                        self._calendar.read(incoming(record, TOPIC))
            await self._look_for_ends(consumer)
            await self._release(reader)

    def _member(self) -> AIOKafkaConsumer:
        consumer = self._client(self._options.prefix + self._options.group + "-held")
        consumer.subscribe([self._options.full(TOPIC)], listener=_Rebalance(self.take_up, self.let_go))
        return consumer

    def _client(self, group: str | None) -> AIOKafkaConsumer:
        options = self._options
        return AIOKafkaConsumer(
            bootstrap_servers=options.bootstrap,
            group_id=group,
            client_id=options.group + "-held",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=options.batch_max_bytes,
            session_timeout_ms=int(options.session_timeout_s * 1000),
            rebalance_timeout_ms=int(options.rebalance_timeout_s * 1000),
            heartbeat_interval_ms=int(options.heartbeat_interval_s * 1000),
            max_poll_interval_ms=int((options.outage_timeout_s or 86_400) * 1000) + 60_000,
            request_timeout_ms=int(options.request_timeout_s * 1000),
        )

    def take_up(self, partitions: Iterable[int]) -> None:
        """These are ours from now on, and will be read from their beginnings."""
        for each in set(partitions) - self._ours:
            self._ours.add(each)
            self._ends[each] = None

    def let_go(self, partitions: Iterable[int]) -> None:
        """These are another worker's."""
        gone = set(partitions)
        self._ours -= gone
        for each in gone:
            self._ends.pop(each, None)
        self._calendar.drop(gone)

    async def _look_for_ends(self, consumer: AIOKafkaConsumer) -> None:
        """Before a partition is read to its end, what is held there may have been let go further on."""
        full = self._options.full(TOPIC)
        new = [TopicPartition(full, each) for each, end in self._ends.items() if end is None]
        if new:
            for partition, end in (await consumer.end_offsets(new)).items():
                if partition.partition in self._ends:
                    self._ends[partition.partition] = end
        assigned = consumer.assignment()
        for each, end in list(self._ends.items()):
            partition = TopicPartition(full, each)
            if end is not None and partition in assigned and await consumer.position(partition) >= end:
                self._ends.pop(each, None)

    async def _release(self, reader: AIOKafkaConsumer) -> None:
        due = self._calendar.due(int(self._now_s() * 1000), AT_ONCE)
        by_partition: dict[int, dict[int, Due]] = {}
        for each in due:
            if each.partition in self._ours and each.partition not in self._ends:
                by_partition.setdefault(each.partition, {})[each.offset] = each
        for number, wanted in by_partition.items():
            full = TopicPartition(self._options.full(TOPIC), number)
            records, passed = await self._read(reader, full, sorted(wanted))
            await self._publish(records)
            for offset in passed:  # what is not there any more was let go, or a newer one has come in its place
                self._calendar.released(wanted[offset])
            log.info("released", articles=len(records), partition=number)

    async def _read(
        self, reader: AIOKafkaConsumer, partition: TopicPartition, offsets: Sequence[int]
    ) -> tuple[list[Incoming], Sequence[int]]:
        """The records at these offsets, in order, but for those that compaction has taken; and how far it has come.

        What time or room does not suffice for stays due. Raises TimeoutError where it came nowhere.
        """
        records: list[Incoming] = []
        left = deque(offsets)
        try:
            async with asyncio.timeout(self._options.request_timeout_s):
                await self._gather(reader, partition, left, records)
        except TimeoutError:
            if len(left) == len(offsets):
                raise
        return records, offsets[: len(offsets) - len(left)]

    async def _gather(
        self, reader: AIOKafkaConsumer, partition: TopicPartition, left: deque[int], records: list[Incoming]
    ) -> None:
        """Takes from `left` what it has passed."""
        reader.assign([partition])
        room, at = PIECE_BYTES, -FAR
        while left and room > 0:
            if left[0] - at >= FAR or at > left[0]:
                reader.seek(partition, left[0])
            polled = await reader.getmany(partition, timeout_ms=POLL_MS, max_records=FAR)
            for found in polled.get(partition, ()):
                while left and left[0] < found.offset:
                    left.popleft()
                if room > 0 and left and left[0] == found.offset:
                    records.append(incoming(found, TOPIC))
                    room -= len(found.value or b"")
                    left.popleft()
            at = await reader.position(partition)

    async def on_stop(self) -> None:
        """Leave the group."""
        await self._close()

    async def _close(self) -> None:
        for consumer in (self._consumer, self._reader):
            if consumer is not None:
                await within(self._options.leave_timeout_s / 2, consumer.stop())
        self._consumer = self._reader = None
        self.let_go(set(self._ours))


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Tells of partitions that go and come."""

    def __init__(self, take_up: Callable[[Iterable[int]], None], let_go: Callable[[Iterable[int]], None]) -> None:
        self._take_up = take_up
        self._let_go = let_go

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Called before the group is joined again."""
        self._let_go({each.partition for each in revoked})

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Called before anything of them is read."""
        self._take_up({each.partition for each in assigned})
