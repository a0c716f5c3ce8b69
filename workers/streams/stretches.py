"""Stretches of partitions, read fast and in any order that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import Incoming
from workers.errors import Broken, Unavailable
from workers.streams.bulk import within
from workers.streams.header_names import read_any
from workers.streams.history import Place
from workers.streams.records import incoming

POLL_MS = 200
FETCH_BYTES = 1024 * 1024  # of a partition; a larger record comes alone


@dataclass(frozen=True, slots=True)
class Stretch:
    """A partition from one offset to before another."""

    topic: str  # with the prefix
    partition: int
    begin: int
    end: int


class StretchReader:
    """Gives the records of those partitions that are asked for, whatever was fetched of the others.

    kafka-python would pause the others for that, and then stands still for seconds again and again: measured, 100,000
    records of four partitions took it 40 s in the order of time, and this 1.5 s.
    """

    def __init__(self, bootstrap: str, prefix: str, stretches: Sequence[Stretch], timeout_s: float) -> None:
        self._bootstrap = bootstrap
        self._timeout_s = timeout_s
        self._stretches: dict[Place, Stretch] = {
            (each.topic.removeprefix(prefix), each.partition): each for each in stretches
        }
        self._next = {place: each.begin for place, each in self._stretches.items()}
        self._consumer: AIOKafkaConsumer | None = None

    @property
    def places(self) -> list[Place]:
        """In the order of the stretches."""
        return list(self._stretches)

    async def start(self) -> None:
        """Connect. Raises Unavailable."""
        read_any()
        consumer = self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=int(self._timeout_s * 1000),
        )
        with self._translated():
            async with asyncio.timeout(self._timeout_s):
                await consumer.start()
        consumer.assign([TopicPartition(each.topic, each.partition) for each in self._stretches.values()])
        for each in self._stretches.values():
            consumer.seek(TopicPartition(each.topic, each.partition), each.begin)

    async def stop(self) -> None:
        """Close the connection."""
        if self._consumer is not None:
            await within(self._timeout_s, self._consumer.stop())

    def at_end(self, place: Place) -> bool:
        """Whether all of the stretch was given."""
        return self._next[place] >= self._stretches[place].end

    async def fetch(self, wanted: Collection[Place]) -> Sequence[Incoming]:
        """The next records of some of these, perhaps none where gaps are. Raises Unavailable when nothing comes."""
        consumer = self._consumer
        if consumer is None:
            raise Broken("to be read, stretches must be started")
        partitions = {
            TopicPartition(self._stretches[place].topic, self._stretches[place].partition): place for place in wanted
        }
        with self._translated():
            async with asyncio.timeout(self._timeout_s):
                before = dict(self._next)
                while self._next == before:
                    polled = await consumer.getmany(*partitions, timeout_ms=POLL_MS)
                    for partition, place in partitions.items():
                        self._next[place] = await consumer.position(partition)
        return [
            incoming(record, partitions[partition][0])
            for partition, records in polled.items()
            for record in records
            if record.offset < self._stretches[partitions[partition]].end
        ]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, TimeoutError) as exc:
            told = str(exc) or f"nothing came for {self._timeout_s:g} s"
            raise Unavailable(f"Kafka at {self._bootstrap} does not answer: {told}") from exc
