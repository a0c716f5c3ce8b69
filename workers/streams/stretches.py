"""Stretches of partitions, read fast and in any order that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from schemas.envelope import Incoming
from workers.errors import Broken, Unavailable
from workers.streams.bulk import within
from workers.streams.header_names import read_any
from workers.streams.history import Place
from workers.streams.records import incoming

log = structlog.get_logger("wirewatch.stretches")

POLL_MS = 200
FETCH_BYTES = 1024 * 1024  # of a partition; a larger record comes alone


@dataclass(frozen=True, slots=True)
class Stretch:
    """A partition from one offset to before another, or to where it ends when reading begins, if that is later.

    A broker may count the last batch of a partition as one record when it is asked where the partition ends; what it
    tells beside the records is right.
    """

    topic: str  # with the prefix
    partition: int
    begin: int
    end: int  # where this is not behind `begin`, nothing is read


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a partition from an offset on, and where the next begins."""

    due: int
    offsets: tuple[int, ...]
    behind: int


class StretchReader:
    """Gives the records of those partitions that are asked for, whatever was fetched of the others.

    kafka-python would pause the others for that, and then stands still for seconds again and again.

    Offsets without a record are passed over only when two answers running are without them: compaction leaves such
    gaps, and transactions do, but what one answer lacks may be there.
    """

    def __init__(self, bootstrap: str, prefix: str, stretches: Sequence[Stretch], timeout_s: float) -> None:
        self._bootstrap = bootstrap
        self._timeout_s = timeout_s
        self._stretches: dict[Place, Stretch] = {
            (each.topic.removeprefix(prefix), each.partition): each for each in stretches
        }
        self._partitions = {
            place: TopicPartition(each.topic, each.partition) for place, each in self._stretches.items()
        }
        self._next = {place: each.begin for place, each in self._stretches.items()}
        self._ends = {place: each.end for place, each in self._stretches.items()}
        self._settled: set[Place] = set()  # whose end is known from an answer
        self._lacking: dict[Place, Answer] = {}  # the last of each
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
            auto_offset_reset="none",  # whoever begins anew by himself skips, or gives twice
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=int(self._timeout_s * 1000),
        )
        with self._translated():
            async with asyncio.timeout(self._timeout_s):
                await consumer.start()
        consumer.assign(list(self._partitions.values()))
        for place, partition in self._partitions.items():
            consumer.seek(partition, self._next[place])

    async def stop(self) -> None:
        """Close the connection."""
        if self._consumer is not None:
            await within(self._timeout_s, self._consumer.stop())

    def at_end(self, place: Place) -> bool:
        """Whether all of the stretch was given."""
        return self._next[place] >= self._ends[place]

    def reached(self, place: Place) -> int:
        """The offset behind all that was given, and at the end of the stretch that of its end."""
        return min(self._next[place], self._ends[place])

    async def fetch(self, wanted: Collection[Place]) -> Sequence[Incoming]:
        """The next records of some of these, perhaps none where gaps are. Raises Unavailable when nothing comes."""
        consumer = self._consumer
        if consumer is None:
            raise Broken("to be read, stretches must be started")
        given: list[Incoming] = []
        with self._translated():
            async with asyncio.timeout(self._timeout_s):
                before = dict(self._next)
                while self._next == before:
                    polled = await self._polled(consumer, wanted)
                    for place in wanted:
                        given += await self._take(consumer, place, polled.get(self._partitions[place], ()))
        return given

    async def _polled(self, consumer: Any, wanted: Collection[Place]) -> dict[TopicPartition, Sequence[Any]]:
        """What came of these, perhaps nothing. Raises Unavailable when they have lost what was not read yet."""
        partitions = [self._partitions[place] for place in wanted]
        try:
            polled: dict[TopicPartition, Sequence[Any]] = await consumer.getmany(*partitions, timeout_ms=POLL_MS)
        except OffsetOutOfRangeError as exc:
            begins = await consumer.beginning_offsets(partitions)
            deleted = [place for place in wanted if begins[self._partitions[place]] > self._next[place]]
            if not deleted:
                raise Unavailable(f"a topic was cut or made anew while it was read: {exc}") from exc
            for place in deleted:
                begin = begins[self._partitions[place]]
                log.warning(
                    "deleted for their age before they were read",
                    topic=place[0],
                    partition=place[1],
                    offsets=begin - self._next[place],
                )
                self._next[place] = begin
                consumer.seek(self._partitions[place], begin)
            return {}
        return polled

    async def _take(self, consumer: Any, place: Place, records: Sequence[Any]) -> list[Incoming]:
        """Those of the records that were not given yet; where offsets are lacking, as far as that is confirmed."""
        partition, due = self._partitions[place], self._next[place]
        self._settle(place, consumer.highwater(partition))
        position = await consumer.position(partition)
        new = [each for each in records if each.offset >= due]
        behind = new[-1].offset + 1 if new else max(due, position)
        if behind - due > len(new):
            sure = self._confirmed(place, Answer(due, tuple(each.offset for each in new), behind))
            new, behind = new[: len(sure.offsets)], sure.behind
            consumer.seek(partition, behind)
        self._next[place] = behind
        return [incoming(each, place[0]) for each in new if each.offset < self._ends[place]]

    def _confirmed(self, place: Place, answer: Answer) -> Answer:
        """So much of it as the last answer from there had too: nothing where there was none."""
        last, self._lacking[place] = self._lacking.get(place), answer
        if last is None or last.due != answer.due:
            return Answer(answer.due, (), answer.due)
        if not answer.offsets and not last.offsets:
            return Answer(answer.due, (), min(answer.behind, last.behind))
        pairs = zip(answer.offsets, last.offsets, strict=False)
        same = tuple(offset for offset, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return Answer(answer.due, same, same[-1] + 1 if same else answer.due)

    def _settle(self, place: Place, told: int | None) -> None:
        """The first answer says where the partition ends; later ones would have us run after those who write."""
        if told is not None and place not in self._settled:
            self._settled.add(place)
            self._ends[place] = max(self._ends[place], told)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, TimeoutError) as exc:
            told = str(exc) or f"nothing came for {self._timeout_s:g} s"
            raise Unavailable(f"Kafka at {self._bootstrap} does not answer: {told}") from exc
