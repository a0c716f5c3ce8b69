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
            async with asyncio.timeout(self._options.request_timeout_s * 2):
                too_large = await self._send(messages)
            return [message for message in too_large if not await self._sent_alone(message)]
        except (KafkaError, OSError, TimeoutError) as exc:
            await self.stop()
            raise Unavailable(f"Kafka at {self._options.bootstrap} did not take the messages: {exc!r}") from exc

    async def _send(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Those of the batches that the broker found too large: one large message takes its neighbours along."""
        producer = await self._started()
        await self._name_topics(producer, messages)
        too_large, sent = [], []
        for message in messages:
            try:
                future = await producer.send(
                    self._options.full(message.topic), message.value, message.key, headers=list(message.headers)
                )
            except MessageSizeTooLargeError:
                too_large.append(message)
            else:
                sent.append((message, future))
        if sent:
            await asyncio.wait([future for _, future in sent])
        for message, future in sent:
            error = future.exception()
            if isinstance(error, MessageSizeTooLargeError):
                too_large.append(message)
            elif error is not None:
                raise error
        if too_large:
            await self.stop()  # the refused batch has used up sequence numbers, without which none would be taken
        return too_large

    async def _name_topics(self, producer: AIOKafkaProducer, messages: Sequence[Outgoing]) -> None:
        """Have the client keep in touch with these topics.

        It starts with all topics known and none named: the first that is made later would be named alone, and the
        others forgotten, with messages on their way to them, until the request's timeout.
        """
        for topic in {self._options.full(message.topic) for message in messages}:
            await producer.client.add_topic(topic)

    async def _sent_alone(self, message: Outgoing) -> bool:
        async with asyncio.timeout(self._options.request_timeout_s * 2):
            producer = await self._started()
            try:
                await producer.send_and_wait(
                    self._options.full(message.topic), message.value, message.key, headers=list(message.headers)
                )
            except MessageSizeTooLargeError:
                await self.stop()
                return False
            return True

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            options = self._options
            producer = AIOKafkaProducer(
                bootstrap_servers=options.bootstrap,
                client_id=options.group,
                acks="all",
                enable_idempotence=options.idempotent,
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
