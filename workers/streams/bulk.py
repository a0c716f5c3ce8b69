"""The bulk channel: whole batches of a high-rate topic for a faust agent.

faust's own topic consumer makes tasks for each message and acknowledges what it should not. This service polls
aiokafka's `getmany` with auto-commit off and puts one event a batch into a small channel; the agent on it tells of the
batch, and only then are its offsets committed, in order.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    IllegalStateError,
    KafkaError,
    UnknownMemberIdError,
)
from mode import Service

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.streams.header_names import read_any
from workers.streams.options import START_IT, Options
from workers.streams.records import incoming

log = structlog.get_logger("wirewatch.bulk")

T = TypeVar("T")

POLL_MS = 200
PARTITION_FETCH_BYTES = 2 * 1024 * 1024  # a single larger record still comes, alone
RETRY_S = 0.5
CANCEL_S = 0.5  # so long is waited for what was given up
NOT_OURS = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError, IllegalStateError)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of some partitions, each in its order; `epoch` counts the assignments and revocations before."""

    epoch: int
    records: tuple[Incoming, ...]
    next_offsets: dict[TopicPartition, int]


class BulkConsumer(Service):
    """One member of the consumer group; `put` takes a batch and waits while the channel is full."""

    def __init__(self, topic: str, options: Options, put: Callable[[Batch], Awaitable[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._topic = topic
        self._options = options
        self._put = put
        self._epoch = 0
        self._lost_epoch = -1  # batches up to this one may not be committed any more
        self._unfinished = 0  # records that were polled, and their batches not committed nor passed over
        self._idle = asyncio.Event()
        self._idle.set()
        self._given_up = asyncio.Event()
        self._consumer: AIOKafkaConsumer | None = None

    async def on_start(self) -> None:
        """Join the group. Raises Unavailable when the broker is away for longer than an outage may last."""
        read_any()
        started_s = time.monotonic()
        while not self.should_stop:
            consumer = self._consumer = self._member()
            try:
                async with asyncio.timeout(self._options.rebalance_timeout_s + self._options.request_timeout_s):
                    await consumer.start()
                return
            except (KafkaError, OSError) as exc:
                away_s = time.monotonic() - started_s
                await within(CANCEL_S, consumer.stop())
                if self._options.outage_timeout_s and away_s > self._options.outage_timeout_s:
                    raise Unavailable(
                        f"Kafka at {self._options.bootstrap} has not let this worker join its group "
                        f"for {away_s:.0f} s: {START_IT} ({exc!r})"
                    ) from exc
                log.warning("cannot join the group; trying again", error=repr(exc), away_s=round(away_s, 1))
                await self.sleep(RETRY_S)

    def _member(self) -> AIOKafkaConsumer:
        options = self._options
        consumer = AIOKafkaConsumer(
            **options.membership(),
            fetch_max_wait_ms=options.batch_max_wait_ms,
            fetch_max_bytes=options.batch_max_bytes,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
        )
        consumer.subscribe([options.full(self._topic)], listener=Rebalance(self))
        return consumer

    @Service.task
    async def _poll(self) -> None:
        await self.poll()

    async def poll(self) -> None:
        """Poll and put until the service stops.

        A poll may span a rebalance. What it then brings is of the new assignment, so the epoch is read behind it.
        """
        while not self.should_stop:
            polled = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=self._options.batch_max_records)
            self._unfinished += sum(map(len, polled.values()))
            for batch in self._batches(self._epoch, polled):
                await self._put(batch)

    def _batches(self, epoch: int, polled: dict[TopicPartition, Sequence[Any]]) -> Iterator[Batch]:
        """Cut what was polled so that no batch is larger than the setting, but by its last record."""
        records: list[Incoming] = []
        next_offsets: dict[TopicPartition, int] = {}
        size = 0
        for partition, found in polled.items():
            for record in found:
                records.append(incoming(record, self._topic))
                next_offsets[partition] = record.offset + 1
                size += len(record.value or b"")
                if size >= self._options.batch_max_bytes:
                    yield Batch(epoch, tuple(records), next_offsets)
                    records, next_offsets, size = [], {}, 0
        if records:
            yield Batch(epoch, tuple(records), next_offsets)

    @property
    def consumer(self) -> AIOKafkaConsumer:
        """The member, once started."""
        if self._consumer is None:
            raise Unavailable("the consumer is not started")
        return self._consumer

    def is_current(self, batch: Batch) -> bool:
        """False for a batch of partitions that were revoked since: another worker reads it again."""
        return self._lost_epoch < batch.epoch == self._epoch

    def is_lost(self, batch: Batch) -> bool:
        """True for a batch that may not be committed any more, in flight or not."""
        return batch.epoch <= self._lost_epoch

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """While a batch is in work, revoking partitions waits for it."""
        self._idle.clear()
        self._given_up.clear()
        try:
            yield
        finally:
            self._idle.set()

    async def unless_given_up(self, work: Coroutine[Any, Any, T], batch: Batch) -> T | None:
        """What the work for the batch in flight returns; None, at once, when the batch is given up meanwhile."""
        task = asyncio.create_task(work)
        given_up = asyncio.create_task(self._given_up.wait())
        try:
            if not self.is_lost(batch):
                await asyncio.wait({task, given_up}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            given_up.cancel()
            if task.cancel():
                await asyncio.wait({task}, timeout=CANCEL_S)  # clients hold on at times

    def passed(self, batch: Batch) -> None:
        """The batch is committed or passed over: its records count no more."""
        self._unfinished -= len(batch.records)

    async def commit(self, batch: Batch) -> bool:
        """Commit behind the batch. False when the group has moved on: another worker repeats the batch.

        Raises Unavailable when the broker cannot be asked.
        """
        if self.is_lost(batch):
            log.warning("not committed: the batch took longer than the rebalance, it is repeated elsewhere")
            return False
        try:
            async with asyncio.timeout(self._options.request_timeout_s):  # aiokafka looks for a coordinator without end
                await self.consumer.commit(batch.next_offsets)
        except NOT_OURS as exc:
            log.warning("not committed: the group has moved on, the batch is repeated elsewhere", error=repr(exc))
            return False
        except (KafkaError, OSError) as exc:  # TimeoutError is an OSError
            raise Unavailable(
                f"Kafka at {self._options.bootstrap} did not take the offsets: {START_IT} ({exc!r})"
            ) from exc
        return True

    async def lag(self) -> int:
        """Records up to the ends of our partitions that are not committed or passed over. Raises Unavailable.

        0 means that there is nothing to do: neither with the broker nor in a batch that waits here.
        """
        try:
            async with asyncio.timeout(self._options.request_timeout_s):  # a position may be waited for without end
                partitions = list(self.consumer.assignment())
                ends = await self.consumer.end_offsets(partitions) if partitions else {}
                ahead = sum([await self._ahead(each, ends[each]) for each in partitions])
        except IllegalStateError:
            ahead = 0  # revoked while we asked
        except (KafkaError, OSError) as exc:
            raise Unavailable(f"Kafka at {self._options.bootstrap} does not answer: {START_IT} ({exc!r})") from exc
        return int(ahead) + self._unfinished

    async def _ahead(self, partition: TopicPartition, end: int) -> int:
        """Records between us and the end; what came with records may know of a later end than the broker tells."""
        position = int(await self.consumer.position(partition))
        if partition not in self.consumer.assignment():
            raise IllegalStateError(f"{partition} was revoked while it was asked after")
        return max(end, self.consumer.highwater(partition) or 0) - position

    def abandon(self) -> None:
        """After a failure nothing more may be taken up or committed in this process."""
        self._epoch += 1
        self._lost_epoch = sys.maxsize
        self._given_up.set()

    def take_up(self) -> None:
        """Partitions are ours: what was polled before this moment is stale, they are read from what is committed."""
        self._epoch += 1

    async def let_go(self) -> None:
        """Partitions are being revoked: batches that wait are stale at once, the one in flight may finish."""
        await self._finish(self._options.rebalance_timeout_s / 2)

    async def _finish(self, patience_s: float) -> None:
        self._epoch += 1
        try:
            async with asyncio.timeout(patience_s):
                await self._idle.wait()
        except TimeoutError:
            log.warning("the batch in flight is given up: it is repeated", patience_s=patience_s)
        self._lost_epoch = max(self._epoch, self._lost_epoch)
        self._given_up.set()  # nobody may wait for Redis or Kafka for its sake any more

    async def on_stop(self) -> None:
        """Drain: finish the batch in flight, then leave the group."""
        await self._finish(self._options.drain_timeout_s)
        if self._consumer is not None:
            await within(self._options.leave_timeout_s, self._consumer.stop())


async def within(timeout_s: float, closing: Coroutine[Any, Any, object]) -> None:
    """Close a connection; what does not close in time, or fails to, is left to the end of the process."""
    task = asyncio.create_task(closing)
    done, _ = await asyncio.wait({task}, timeout=timeout_s)
    error: BaseException | None
    if not done:
        error = TimeoutError(f"not within {timeout_s:g} s")
    else:  # a client that was cancelled by its own timeout must not pass for us
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is not None:
        log.warning("a connection did not close", error=repr(error))
        task.cancel()


class Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Tells the consumer of partitions that go and come."""

    def __init__(self, bulk: BulkConsumer) -> None:
        self._bulk = bulk

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Called before the group is joined again."""
        if revoked:
            await self._bulk.let_go()

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Called with all partitions that are ours now, before anything of them can have been read."""
        self._bulk.take_up()
        log.info("partitions assigned", partitions=sorted(each.partition for each in assigned))
