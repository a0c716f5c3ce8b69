"""Tools on kafka-python: topics, small reads and writes. Synchronous, for commands and the demo, not for the stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import (
    InvalidReplicationFactorError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NodeNotReadyError,
    TopicAlreadyExistsError,
)
from kafka.partitioner.default import murmur2

from schemas.envelope import Incoming, Outgoing
from schemas.reasons import RefusalReason
from schemas.topic import Topic
from workers.errors import Refused, Unavailable
from workers.streams.history import Place, in_time_order

POLL_MS = 200
FETCH_BYTES = 16 * 1024 * 1024
BATCH_BYTES = 256 * 1024
REQUEST_BYTES = 17 * 1024 * 1024
_AWAY = (KafkaTimeoutError, KafkaConnectionError, NodeNotReadyError, OSError)


class Admin(AbstractContextManager["Admin"]):
    """One connection for the tools. Every method raises Unavailable when the broker does not answer."""

    def __init__(self, bootstrap: str, prefix: str, timeout_s: float = 10.0) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._timeout_s = timeout_s
        self._timeout_ms = int(timeout_s * 1000)
        self._delivery_s = timeout_s * 3  # with its repeats
        self._client: Any = None
        self._producer: Any = None
        self._known: set[str] = set()  # topics that are there

    def __enter__(self) -> Self:
        with self._translated():
            self._client = KafkaAdminClient(
                bootstrap_servers=self._bootstrap,
                request_timeout_ms=self._timeout_ms,
                bootstrap_timeout_ms=self._timeout_ms,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(KafkaError, OSError):  # what matters has been acknowledged, or told as failed
            if self._producer is not None:
                if error:
                    self._producer._sender.force_close()  # `close` alone raises, now and at the end
                self._producer.close(timeout=self._timeout_s)
        if self._client is not None:
            self._client.close()

    def topics(self) -> set[str]:
        """The names of the topics with our prefix, without it."""
        with self._translated():
            names = self._client.list_topics()
        return {name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix)}

    def describe(self, topics: Sequence[str]) -> dict[str, tuple[int, dict[str, str]]]:
        """Number of partitions and all settings in force, the broker's own among them, of those topics that exist."""
        full = [self._prefix + name for name in topics]
        with self._translated():
            found = [each for each in self._client.describe_topics(full) if not each["error_code"]]
            resources = [ConfigResource(ConfigResourceType.TOPIC, each["name"]) for each in found]
            configs = self._client.describe_configs(resources, config_filter="all")["topic"] if resources else {}
        return {
            each["name"].removeprefix(self._prefix): (
                len(each["partitions"]),
                {key: value["value"] for key, value in configs.get(each["name"], {}).items()},
            )
            for each in found
        }

    def create(self, topics: Sequence[Topic], partitions: int, replication: int) -> list[str]:
        """Make those that are not there. Returns their names."""
        there = self.topics()
        made = [topic for topic in topics if topic.name not in there]
        with self._translated():
            for topic in made:
                self._create(topic, topic.partitions or partitions, replication)
            if made:
                self._client.wait_for_topics([self._prefix + topic.name for topic in made], self._timeout_ms)
        return [topic.name for topic in made]

    def _create(self, topic: Topic, partitions: int, replication: int) -> None:
        name = self._prefix + topic.name
        try:
            self._client.create_topics([NewTopic(name, partitions, replication, topic_configs=dict(topic.config))])
        except TopicAlreadyExistsError:
            return  # somebody else was quicker
        except InvalidReplicationFactorError as exc:
            raise Unavailable(
                f"Kafka at {self._bootstrap} has fewer than {replication} brokers, and topics.replication asks for "
                f"{replication}: start more brokers, or set WIREWATCH_TOPICS_REPLICATION"
            ) from exc

    def send(self, messages: Sequence[Outgoing], sent: Callable[[int], None] = lambda _: None) -> None:
        """Send all, in order, and wait until the broker has them; `sent` hears of each that is acknowledged.

        Headers have values here. Raises Refused for a message that is too large; those before it may have arrived.
        """
        with self._translated():
            futures = [self._sent(each) for each in messages]
            if self._producer is not None:
                self._producer.flush(timeout=self._delivery_s + self._timeout_s)
            for message, future in zip(messages, futures, strict=True):
                try:
                    future.get(timeout=self._delivery_s)
                except MessageSizeTooLargeError as exc:
                    raise self._too_large(message) from exc
                sent(1)

    def _sent(self, message: Outgoing) -> Any:
        topic = self._prefix + message.topic
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                max_request_size=REQUEST_BYTES,
                request_timeout_ms=self._timeout_ms,
                delivery_timeout_ms=int(self._delivery_s * 1000),
                max_block_ms=self._timeout_ms,
                linger_ms=5,
                batch_size=BATCH_BYTES,
                allow_auto_create_topics=False,
            )
        if topic not in self._known:
            if message.topic not in self.topics():
                raise self._no_topic(topic)
            self._known.add(topic)
        try:
            return self._producer.send(
                topic,
                value=message.value,
                key=message.key,
                headers=list(message.headers),
                partition=None if message.by is None else self._partition(topic, message.by),
            )
        except MessageSizeTooLargeError as exc:
            raise self._too_large(message) from exc

    def _partition(self, topic: str, by: bytes) -> int:
        """As the workers choose it, see Parcels."""
        numbers = sorted(self._producer.partitions_for(topic))
        return int(numbers[(murmur2(by) & 0x7FFFFFFF) % len(numbers)])

    def _too_large(self, message: Outgoing) -> Refused:
        key = message.key.decode("utf-8", "replace")
        return Refused(
            f"{len(message.value or b'')} bytes are too large for the topic {self._prefix + message.topic}: {key!r}",
            reason=RefusalReason.TOO_LARGE,
            hint="shorten it, or raise max.message.bytes of the topic",
        )

    def _no_topic(self, full_name: str) -> Unavailable:
        return Unavailable(f"Kafka at {self._bootstrap} has no topic {full_name}: wirewatch topics create")

    def read(self, topic: str) -> list[Incoming]:
        """Everything on a topic from its beginning to where it ends now."""
        with self._consumer([topic]) as consumer, self._translated():
            partitions = list(consumer.assignment())
            consumer.seek_to_beginning(*partitions)
            ends = consumer.end_offsets(partitions)
            records: list[Incoming] = []
            progress = time.monotonic()
            while any(consumer.position(each) < ends[each] for each in partitions):
                polled = self._polled(consumer)
                records += polled
                if polled:
                    progress = time.monotonic()
                elif time.monotonic() - progress > self._timeout_s:
                    raise KafkaTimeoutError(f"nothing came from {self._prefix + topic} for {self._timeout_s} s")
            return records

    def follow(self, topics: Sequence[str], from_beginning: bool, stop: Callable[[], bool]) -> Iterator[Incoming]:
        """Records as they come, until `stop` says so; first those that stand there, by their timestamps."""
        with self._consumer(topics) as consumer:
            partitions = list(consumer.assignment())
            with self._translated():
                (consumer.seek_to_beginning if from_beginning else consumer.seek_to_end)(*partitions)
                for each in partitions:
                    consumer.position(each)  # settles "the end" before anything else is done
            if from_beginning:
                yield from self._history(consumer, partitions, stop)
            while not stop():
                with self._translated():
                    records = self._polled(consumer)
                yield from records

    def _history(
        self, consumer: Any, partitions: Sequence[TopicPartition], stop: Callable[[], bool]
    ) -> Iterator[Incoming]:
        """What stands on the partitions now, in the order of time; the consumer goes on behind it."""
        places = {(each.topic.removeprefix(self._prefix), each.partition): each for each in partitions}
        with self._translated():
            ends = consumer.end_offsets(partitions)

        def fetch(wanted: Collection[Place]) -> Sequence[Incoming]:
            consumer.pause(*(each for place, each in places.items() if place not in wanted))
            consumer.resume(*(places[place] for place in wanted))
            with self._translated():
                return self._polled(consumer)

        def at_end(place: Place) -> bool:
            with self._translated():
                return bool(consumer.position(places[place]) >= ends[places[place]])

        yield from in_time_order(list(places), fetch, at_end, stop)
        consumer.resume(*partitions)

    def lag(self, group: str, topic: str) -> int | None:
        """Records that the group has not committed yet; None before its first commit on any partition."""
        with self._consumer([topic], group=self._prefix + group) as consumer, self._translated():
            partitions = list(consumer.assignment())
            committed = {each: consumer.committed(each) for each in partitions}
            ends = consumer.end_offsets(partitions)
        if all(offset is None for offset in committed.values()) and any(ends.values()):
            return None
        return int(sum(ends[each] - (committed[each] or 0) for each in partitions))

    def _polled(self, consumer: Any) -> list[Incoming]:
        return [
            Incoming(
                topic=partition.topic.removeprefix(self._prefix),
                partition=record.partition,
                offset=record.offset,
                timestamp_ms=record.timestamp,
                key=record.key,
                value=record.value,
                headers=tuple(record.headers),
            )
            for partition, records in consumer.poll(timeout_ms=POLL_MS).items()
            for record in records
        ]

    @contextmanager
    def _consumer(self, topics: Sequence[str], group: str | None = None) -> Iterator[Any]:
        with self._translated():
            consumer = KafkaConsumer(
                bootstrap_servers=self._bootstrap,
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=FETCH_BYTES,
                bootstrap_timeout_ms=self._timeout_ms,
                allow_auto_create_topics=False,
            )
        try:
            consumer.assign(self._partitions(consumer, topics))
            yield consumer
        finally:
            consumer.close()

    def _partitions(self, consumer: Any, topics: Sequence[str]) -> list[TopicPartition]:
        found = []
        there = self.topics()
        for name in topics:
            if name not in there:
                raise self._no_topic(self._prefix + name)
            with self._translated():
                numbers = consumer.partitions_for_topic(self._prefix + name)
            found += [TopicPartition(self._prefix + name, number) for number in sorted(numbers or ())]
        return found

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _AWAY as exc:
            raise Unavailable(
                f"Kafka at {self._bootstrap} does not answer: start it, or say where it is, "
                f"WIREWATCH_KAFKA=host:port ({_told(exc)})"
            ) from exc
        except KafkaError as exc:
            raise Unavailable(f"Kafka at {self._bootstrap} refuses: {_told(exc)}") from exc


def _told(error: Exception) -> str:
    """The error in one line, without its name twice."""
    name = type(error).__name__
    text = " ".join(str(error).split()).removeprefix(f"{name}: ")
    return f"{name}: {text}" if text and text != "None" else name
