"""Messages packed by topic and partition, as whole batches of records.

aiokafka's `send` makes a future and looks up much for each message; a batch has one future, and nothing waits for it to
fill: it is on its way when its `Parcels` are sent.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from struct import unpack_from
from typing import TYPE_CHECKING, TypeAlias

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from schemas.envelope import Outgoing
from workers.streams.options import Options

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer
    from aiokafka.producer.message_accumulator import BatchBuilder

BATCH_BYTES = 262_144
_M, _32_BITS = 0x5BD1E995, 0xFFFFFFFF

Sent: TypeAlias = "asyncio.Future[object]"


class Parcels:
    """Those of one call; messages keep their order within a partition."""

    def __init__(self, producer: AIOKafkaProducer, options: Options) -> None:
        self._producer = producer
        self._options = options
        self._open: dict[tuple[str, int], tuple[BatchBuilder, list[int]]] = {}
        self._partitions: dict[str, list[int]] = {}
        self._futures: list[Sent | None] = []

    async def add(self, message: Outgoing) -> None:
        """Pack one; what is full is sent meanwhile. The topic has been named to the client."""
        at = len(self._futures)
        self._futures.append(None)
        headers = list(message.headers)
        size = DefaultRecordBatchBuilder.estimate_size_in_bytes(message.key, message.value, headers)
        if size > self._options.max_request_bytes:
            return
        target = await self._target(message)
        while True:
            opened = self._open.get(target)
            if opened is None:
                opened = self._open[target] = self._producer.create_batch(), []
            builder, places = opened
            if builder.append(timestamp=None, key=message.key, value=message.value, headers=headers) is not None:
                places.append(at)
                return
            await self._send(target)

    async def sent(self) -> list[Sent | None]:
        """Send the rest. For each message what tells when its batch has arrived; None where it is too large."""
        for target in list(self._open):
            await self._send(target)
        return self._futures

    async def partition(self, message: Outgoing) -> int:
        """Of its topic."""
        return (await self._target(message))[1]

    async def _send(self, target: tuple[str, int]) -> None:
        builder, places = self._open.pop(target)
        builder.close()  # nothing is added, so nothing is waited for
        topic, partition = target
        future: Sent = await self._producer.send_batch(builder, topic, partition=partition)
        for place in places:
            self._futures[place] = future

    async def _target(self, message: Outgoing) -> tuple[str, int]:
        topic = self._options.full(message.topic)
        if message.partition is not None:
            return topic, message.partition
        partitions = self._partitions.get(topic)
        if partitions is None:
            partitions = self._partitions[topic] = sorted(await self._producer.partitions_for(topic))
        by = message.key if message.by is None else message.by
        return topic, partitions[hashed(by) % len(partitions)]


@lru_cache(maxsize=4096)
def hashed(key: bytes) -> int:
    """Kafka's hash of a key: murmur2 without its sign, as all clients choose partitions by it."""
    length = len(key)
    whole = length & ~3
    found = 0x9747B28C ^ length
    for word in unpack_from(f"<{whole // 4}I", key):
        mixed = word * _M & _32_BITS
        mixed = (mixed ^ mixed >> 24) * _M & _32_BITS
        found = found * _M & _32_BITS ^ mixed
    if length > whole:
        found = (found ^ int.from_bytes(key[whole:], "little")) * _M & _32_BITS
    found = (found ^ found >> 13) * _M & _32_BITS
    return (found ^ found >> 15) & 0x7FFFFFFF
