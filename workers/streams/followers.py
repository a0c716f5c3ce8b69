"""Compacted topics that every worker reads fully before it is ready, and then follows.

Rules depend on lists and channels. So before a rule record is applied, the lists and channels are read as far as the
broker had them then: whoever writes a channel and then a rule that names it, finds both in that order everywhere.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from schemas.envelope import Incoming
from workers.errors import Broken, Unavailable
from workers.streams.bulk import within
from workers.streams.header_names import read_any
from workers.streams.options import START_IT, Options
from workers.streams.records import incoming

log = structlog.get_logger("wirewatch.followers")

POLL_MS = 200
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 5.0
FETCH_BYTES = 16 * 1024 * 1024

T = TypeVar("T")


class Follower(Service):
    """Reads `first` topics before `then`, hands every record to `keep` in order, and goes on for ever.

    `keep` must not raise but when the process shall end.
    """

    def __init__(
        self,
        first: Sequence[str],
        then: Sequence[str],
        options: Options,
        keep: Callable[[Sequence[Incoming]], Awaitable[None]],
        besides: Sequence[str] = (),  # topics that the worker needs too
        heard: Callable[[bool], None] = lambda _: None,  # whether the broker has answered
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._first = first
        self._then = then
        self._besides = besides
        self._heard = heard
        self._options = options
        self._keep = keep
        self._consumer: AIOKafkaConsumer | None = None
        self.caught_up = asyncio.Event()

    @Service.task
    async def _follow(self) -> None:
        read_any()
        consumer = await self._connected()
        topics = await self._patient(consumer.topics)
        self._check_there(topics)
        first, then = self._partitions(self._first), self._partitions(self._then)
        consumer.assign(first + then)
        await self._check_alone(consumer, first + then)
        await self._read_to_end(consumer, first)
        await self._read_to_end(consumer, then)
        self.caught_up.set()
        while not self.should_stop:
            polled = await consumer.getmany(timeout_ms=POLL_MS)
            await self._apply({each: records for each, records in polled.items() if each in first})
            if any(each in then for each in polled):
                await self._read_to_end(consumer, first)
                await self._apply({each: records for each, records in polled.items() if each in then})

    async def _connected(self) -> AIOKafkaConsumer:
        options = self._options
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=options.bootstrap,
            client_id=options.group + "-follower",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=int(options.request_timeout_s * 1000),
        )
        await self._patient(self._consumer.start)
        return self._consumer

    def _check_there(self, known: set[str]) -> None:
        """All at once, before anybody waits for one of them without end. Raises Unavailable."""
        needed = dict.fromkeys(map(self._options.full, (*self._first, *self._then, *self._besides)))
        missing = [each for each in needed if each not in known]
        if missing:
            told = f"topic{'' if len(missing) == 1 else 's'} {', '.join(missing)}"
            raise Unavailable(f"Kafka at {self._options.bootstrap} has no {told}: wirewatch topics create")

    def _partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        return [TopicPartition(self._options.full(each), 0) for each in topics]  # one partition each, see the catalogue

    async def _check_alone(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        """Across several partitions nothing keeps the order of an id's records, and here only the first is read.

        Raises Broken for a topic that was made so by somebody else.
        """
        await self._patient(partial(consumer.end_offsets, partitions))  # the client knows the topics then
        for topic in (each.topic for each in partitions):
            numbers = consumer.partitions_for_topic(topic)
            if numbers != {0}:
                raise Broken(
                    f"the topic {topic} has {len(numbers or ())} partitions and must have one; "
                    "hint: keep what stands on it, delete it, wirewatch topics create, and apply that again"
                )

    async def _read_to_end(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        ends = await self._patient(partial(consumer.end_offsets, partitions))
        while not self.should_stop:
            behind = [each for each in partitions if await self._patient(partial(consumer.position, each)) < ends[each]]
            if not behind:
                return
            await self._apply(await consumer.getmany(*behind, timeout_ms=POLL_MS))

    async def _patient(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the broker until it answers: positions are kept, so nothing is read twice or passed over.

        Raises Unavailable when it has been away for longer than an outage may last.
        """
        started, pause_s = time.monotonic(), FIRST_RETRY_S
        while True:
            try:
                async with asyncio.timeout(self._options.request_timeout_s):  # aiokafka may wait without end
                    answer = await ask()
            except (KafkaError, OSError) as exc:
                self._heard(False)
                away_s = time.monotonic() - started
                if self._options.outage_timeout_s and away_s > self._options.outage_timeout_s:
                    raise Unavailable(
                        f"Kafka at {self._options.bootstrap} has not answered for {away_s:.0f} s: {START_IT}"
                    ) from exc
                log.warning("Kafka does not answer; asking again", error=repr(exc), away_s=round(away_s, 1))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
            else:
                self._heard(True)
                return answer

    async def _apply(self, polled: dict[TopicPartition, Sequence[Any]]) -> None:
        for partition, records in polled.items():
            topic = self._options.short(partition.topic)
            await self._keep([incoming(record, topic) for record in records])

    async def on_stop(self) -> None:
        """Close the connection."""
        if self._consumer is not None:
            await within(self._options.leave_timeout_s, self._consumer.stop())
