"""The way out on Kafka: idempotent, acknowledged by all replicas in sync, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from schemas.envelope import Outgoing
from workers.errors import Unavailable
from workers.streams.options import Options

LINGER_MS = 5
BATCH_BYTES = 262_144


class KafkaOutbox:
    """An idempotent producer that is made anew after a failure, so that no lost sequence number can block it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Send all and wait for the broker; see `Outbox`."""
        if not messages:
            return []
        try:
            producer = await self._started()
            async with asyncio.timeout(self._options.request_timeout_s * 2):
                return await self._send(producer, messages)
        except (KafkaError, OSError, TimeoutError) as exc:
            await self.stop()
            raise Unavailable(f"Kafka at {self._options.bootstrap} did not take the messages: {exc!r}") from exc

    async def _send(self, producer: AIOKafkaProducer, messages: Sequence[Outgoing]) -> list[Outgoing]:
        refused, sent = [], []
        for message in messages:
            try:
                future = await producer.send(
                    self._options.full(message.topic), message.value, message.key, headers=list(message.headers)
                )
            except MessageSizeTooLargeError:
                refused.append(message)
            else:
                sent.append((message, future))
        if sent:
            await asyncio.wait([future for _, future in sent])
        for message, future in sent:
            error = future.exception()
            if isinstance(error, MessageSizeTooLargeError):
                refused.append(message)
            elif error is not None:
                raise error
        return refused

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            options = self._options
            producer = AIOKafkaProducer(
                bootstrap_servers=options.bootstrap,
                client_id=options.group,
                acks="all",
                enable_idempotence=True,
                linger_ms=LINGER_MS,
                max_batch_size=BATCH_BYTES,
                max_request_size=options.max_request_bytes,
                request_timeout_ms=int(options.request_timeout_s * 1000),
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def stop(self) -> None:
        """Close the connection; what is not acknowledged is not told as sent."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(self._options.request_timeout_s):
                    await producer.stop()
