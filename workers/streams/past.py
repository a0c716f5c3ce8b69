"""What stands on topics, read at full speed: for a worker that must know what was told before it can go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.streams.bulk import within
from workers.streams.header_names import read_any
from workers.streams.options import Options
from workers.streams.records import incoming

POLL_MS = 200
PIECE_RECORDS = 2_000


class Past:
    """Reads topics from a time on, to where they end when reading begins. Keeps nothing; one fetch is in memory."""

    def __init__(self, options: Options) -> None:
        self._options = options

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        """Records stamped so or later, in pieces, each partition in its order.

        Raises Unavailable when the broker does not answer, or nothing comes for its request timeout.
        """
        read_any()
        options = self._options
        consumer = AIOKafkaConsumer(
            bootstrap_servers=options.bootstrap,
            client_id=options.group + "-past",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=POLL_MS,
            fetch_max_bytes=options.batch_max_bytes,
            request_timeout_ms=int(options.request_timeout_s * 1000),
        )
        try:
            async with asyncio.timeout(options.request_timeout_s):
                await consumer.start()
                ends = await self._ends(consumer, topics, time_ms)
            while ends:
                async with asyncio.timeout(options.request_timeout_s):
                    piece = await self._piece(consumer, ends)
                yield piece
        except (KafkaError, OSError) as exc:  # TimeoutError is an OSError
            raise Unavailable(f"Kafka at {options.bootstrap} does not tell what was told: {exc!r}") from exc
        finally:
            await within(options.leave_timeout_s, consumer.stop())

    async def _ends(self, consumer: AIOKafkaConsumer, topics: Sequence[str], time_ms: int) -> dict[TopicPartition, int]:
        """Where those partitions end that hold anything to be read; the consumer stands at its beginning."""
        known = await consumer.topics()
        names = [name for name in map(self._options.full, topics) if name in known]
        consumer.assign([TopicPartition(name, 0) for name in names])
        await consumer.end_offsets([TopicPartition(name, 0) for name in names])  # the client knows the topics then
        partitions = [
            TopicPartition(name, each) for name in names for each in consumer.partitions_for_topic(name) or ()
        ]
        if not partitions:
            return {}
        consumer.assign(partitions)
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        begins = await consumer.beginning_offsets(partitions)
        if time_ms > 0:
            found = await consumer.offsets_for_times(dict.fromkeys(partitions, time_ms))
            begins = {each: found[each].offset if found.get(each) else ends[each] for each in partitions}
        for each in partitions:
            consumer.seek(each, begins[each])
        left = {each: end for each, end in ends.items() if begins[each] < end}
        consumer.pause(*(each for each in partitions if each not in left))
        return left

    async def _piece(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[Incoming]:
        """The next records, when some come. Partitions that are read to their ends are taken from `ends`."""
        records: list[Incoming] = []
        started_s = time.monotonic()
        while ends and not records and time.monotonic() - started_s < self._options.request_timeout_s:
            polled = await consumer.getmany(*ends, timeout_ms=POLL_MS, max_records=PIECE_RECORDS)
            for partition, found in polled.items():
                topic = self._options.short(partition.topic)
                records += [incoming(each, topic) for each in found if each.offset < ends[partition]]
            for partition in list(ends):
                if await consumer.position(partition) >= ends[partition]:
                    del ends[partition]
        return records
