"""Tools on kafka-python: topics, small reads and writes. Synchronous, for commands and the demo, not for the stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from heapq import merge
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
from workers.streams.history import STAMPED, Moment, smoothed
from workers.streams.reading import Reading
from workers.streams.records import incoming
from workers.streams.stretches import Stretch

POLL_MS = 200
SMOOTHED = 1000  # records between two of one partition that are told the other way round
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
            stretches = self._stretches(consumer, [topic])
        with self._reading(stretches) as reading:
            return list(reading.records())

    def follow(
        self, topics: Sequence[str], from_beginning: bool, stop: Callable[[], bool], moment: Moment = STAMPED
    ) -> Iterator[Incoming]:
        """Records as they come, until `stop` says so; first those that stand there, in the order of their moments.

        At the same moment those of the topic come first that is named first. What comes later is in this order as far
        as it comes together.
        """
        with self._consumer(topics) as consumer:
            with self._translated():
                stretches = self._stretches(consumer, topics, last=not from_beginning)
            with self._reading(stretches) as reading:
                records = smoothed(reading.records(moment, stop), moment, topics, SMOOTHED)
                yield from (record for record in records if from_beginning)
            for (topic, partition), offset in reading.reached().items():
                consumer.seek(TopicPartition(self._prefix + topic, partition), offset)
            while not stop():
                with self._translated():
                    polled = self._polled(consumer, topics)
                yield from merge(*polled, key=moment)

    def lag(self, group: str, topic: str) -> int | None:
        """Records that the group has not committed yet; None before its first commit on any partition."""
        with self._consumer([topic], group=self._prefix + group) as consumer, self._translated():
            committed = {(topic, each.partition): consumer.committed(each) for each in consumer.assignment()}
            stretches = self._stretches(consumer, [topic], last=True)
        with self._reading(stretches) as reading:
            deque(reading.records(), maxlen=0)
        ends = reading.reached()
        if all(offset is None for offset in committed.values()) and any(ends.values()):
            return None
        return sum(max(end - (committed[place] or 0), 0) for place, end in ends.items())

    def _reading(self, stretches: Sequence[Stretch]) -> Reading:
        return Reading(self._bootstrap, self._prefix, stretches, self._timeout_s)

    def _stretches(self, consumer: Any, topics: Sequence[str], *, last: bool = False) -> list[Stretch]:
        """All that stands there now, or only the last record of each partition: enough to be told where it ends.

        The broker's word on the end alone is not enough, see Stretch.
        """
        partitions = self._ranked(consumer, topics)
        ends = consumer.end_offsets(partitions)
        begins = consumer.beginning_offsets(partitions)
        if last:
            begins = {each: max(begin, ends[each] - 1) for each, begin in begins.items()}
        return [Stretch(each.topic, each.partition, int(begins[each]), int(ends[each])) for each in partitions]

    def _ranked(self, consumer: Any, topics: Sequence[str]) -> list[TopicPartition]:
        """What the consumer reads, in the order of the topics."""
        ranks = {self._prefix + topic: rank for rank, topic in enumerate(topics)}
        return sorted(consumer.assignment(), key=lambda each: (ranks[each.topic], each.partition))

    def _polled(self, consumer: Any, topics: Sequence[str]) -> list[list[Incoming]]:
        """What has come of each partition, in the order of the topics."""
        polled = consumer.poll(timeout_ms=POLL_MS)
        return [
            [incoming(record, partition.topic.removeprefix(self._prefix)) for record in polled[partition]]
            for partition in self._ranked(consumer, topics)
            if partition in polled
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
