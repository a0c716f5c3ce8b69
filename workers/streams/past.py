"""What stands on topics, read at full speed: for a worker that must know what was told before it can go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.streams.bulk import within
from workers.streams.options import Options
from workers.streams.stretches import Stretch, StretchReader


class Past:
    """Reads topics from a time on, to where they end when reading begins. Keeps nothing; one fetch is in memory."""

    def __init__(self, options: Options) -> None:
        self._options = options

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        """Records stamped so or later, in pieces, each partition in its order.

        Raises Unavailable when the broker does not answer, or nothing comes for its request timeout.
        """
        options = self._options
        reader: StretchReader | None = None
        try:
            async with asyncio.timeout(options.request_timeout_s):
                stretches = await self._stretches(topics, time_ms)
            if all(each.begin >= each.end for each in stretches):
                return
            reader = StretchReader(options.bootstrap, options.prefix, stretches, options.request_timeout_s)
            await reader.start()
            while waiting := [place for place in reader.places if not reader.at_end(place)]:
                if piece := await reader.fetch(waiting):
                    yield piece
        except (KafkaError, OSError) as exc:  # TimeoutError is an OSError
            raise Unavailable(f"Kafka at {options.bootstrap} does not tell what was told: {exc!r}") from exc
        finally:
            if reader is not None:
                await reader.stop()

    async def _stretches(self, topics: Sequence[str], time_ms: int) -> list[Stretch]:
        """From the first record of each partition that is stamped so, as far as there is any."""
        options = self._options
        consumer = AIOKafkaConsumer(
            bootstrap_servers=options.bootstrap,
            client_id=options.group + "-past",
            enable_auto_commit=False,
            request_timeout_ms=int(options.request_timeout_s * 1000),
        )
        try:
            await consumer.start()
            partitions = await self._partitions(consumer, topics)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
            begins: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
            if time_ms > 0 and partitions:
                found = await consumer.offsets_for_times(dict.fromkeys(partitions, time_ms))
                begins = {each: found[each].offset if found.get(each) else ends[each] for each in partitions}
        finally:
            await within(options.leave_timeout_s, consumer.stop())
        return [Stretch(each.topic, each.partition, begins[each], ends[each]) for each in partitions]

    async def _partitions(self, consumer: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
        known = await consumer.topics()
        names = [name for name in map(self._options.full, topics) if name in known]
        consumer.assign([TopicPartition(name, 0) for name in names])
        await consumer.end_offsets([TopicPartition(name, 0) for name in names])  # the client knows the topics then
        return [TopicPartition(name, each) for name in names for each in consumer.partitions_for_topic(name) or ()]
