"""The way out on Kafka: idempotent, acknowledged by all replicas in sync, in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from schemas.envelope import Outgoing
from workers.errors import Unavailable
from workers.streams.options import Options
from workers.streams.parcels import BATCH_BYTES, Parcels

log = structlog.get_logger("wirewatch.outbox")

ASK_AGAIN_S = 5.0


class KafkaOutbox:
    """An idempotent producer that is made anew after a failure, so that no lost sequence number can block it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._producer: AIOKafkaProducer | None = None
        self._one_at_a_time = asyncio.Lock()  # a failure closes the producer under whoever sends beside
        self._asked_s: dict[str, float] = {}  # topic that is missing -> when the broker was asked last

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Send all and wait for the broker; see `Outbox`."""
        if not messages:
            return []
        async with self._one_at_a_time, self._translated():
            async with self._limit():
                left = await self._send(messages)
            return [message for message in left if not await self._sent_alone(message)]

    async def missing(self, topics: Iterable[str]) -> frozenset[str]:
        """See `Outbox`. A topic that is missing is asked after again at most every ASK_AGAIN_S."""
        async with self._one_at_a_time, self._translated(), self._limit():
            client = (await self._started()).client
            names = {topic: self._options.full(topic) for topic in topics}
            await self._name_topics(client, names.values())
            absent = {topic for topic, name in names.items() if not client.cluster.partitions_for_topic(name)}
            now_s = time.monotonic()
            if any(now_s - self._asked_s.get(topic, -ASK_AGAIN_S) >= ASK_AGAIN_S for topic in absent):
                self._asked_s = dict.fromkeys(absent, now_s)
                await client.force_metadata_update()
                absent = {topic for topic in absent if not client.cluster.partitions_for_topic(names[topic])}
            return frozenset(absent)

    async def _send(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """What is to be sent again, alone, in the order given: one message too large takes its neighbours along.

        The refused batch has used up sequence numbers, so what comes behind it on its partition is not taken either.
        """
        producer = await self._started()
        await self._name_topics(producer.client, {self._options.full(message.topic) for message in messages})
        parcels = Parcels(producer, self._options)
        for message in messages:
            await parcels.add(message)
        futures = await parcels.sent()
        sent = {future for future in futures if future is not None}
        if sent:
            await asyncio.wait(sent)
        errors = [error for future in sent if (error := future.exception()) is not None]
        too_large = None in futures or any(isinstance(error, MessageSizeTooLargeError) for error in errors)
        if errors and not too_large:
            raise errors[0]
        if too_large:
            await self.stop()
        return [
            message
            for message, future in zip(messages, futures, strict=True)
            if future is None or future.exception() is not None
        ]

    async def _sent_alone(self, message: Outgoing) -> bool:
        async with self._limit():
            producer = await self._started()
            await self._name_topics(producer.client, [self._options.full(message.topic)])
            try:
                await producer.send_and_wait(
                    **self._record(message), partition=await Parcels(producer, self._options).partition(message)
                )
            except MessageSizeTooLargeError:
                await self.stop()
                return False
            return True

    def _record(self, message: Outgoing) -> dict[str, Any]:
        return {
            "topic": self._options.full(message.topic),
            "value": message.value,
            "key": message.key,
            "headers": list(message.headers),
        }

    def _limit(self) -> asyncio.Timeout:
        return asyncio.timeout(self._options.request_timeout_s * 2)

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except (KafkaError, OSError, TimeoutError) as exc:
            await self.stop()
            raise Unavailable(f"Kafka at {self._options.bootstrap} did not take the messages: {exc!r}") from exc

    @staticmethod
    async def _name_topics(client: AIOKafkaClient, topics: Iterable[str]) -> None:
        """Have the client keep in touch with these topics.

        It starts with all topics known and none named: the first that is made later would be named alone, and the
        others forgotten, with messages on their way to them, until the request's timeout.
        """
        for topic in topics:
            await client.add_topic(topic)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            options = self._options
            producer = AIOKafkaProducer(
                bootstrap_servers=options.bootstrap,
                client_id=options.group,
                acks="all",
                enable_idempotence=options.idempotent,
                max_batch_size=BATCH_BYTES,
                max_request_size=options.max_request_bytes,
                request_timeout_ms=int(options.request_timeout_s * 1000),
            )
            self._producer = producer
            try:
                await producer.start()
            except BaseException:
                await self.stop()
                raise
        return self._producer

    async def stop(self) -> None:
        """Close the connection; what is not acknowledged is not told as sent."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(self._options.request_timeout_s):
                await producer.stop()
        except TimeoutError:
            # Its stop waits for the broker first, and was cancelled before it had closed these.
            with suppress(KafkaError, OSError):
                await producer._sender.close()
                await producer.client.close()
        except (KafkaError, OSError) as exc:
            log.warning("the producer was not closed cleanly", error=repr(exc))
