"""Tools on kafka-python: topics, small reads and writes. Synchronous, for commands and the demo, not for the stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import InvalidConfigurationError, KafkaError, TopicAlreadyExistsError

from schemas.envelope import Incoming, Outgoing
from schemas.topic import Topic
from workers.errors import Unavailable

POLL_MS = 200
FETCH_BYTES = 16 * 1024 * 1024
REQUEST_BYTES = 17 * 1024 * 1024
OPTIONAL_CONFIG = "max.decompressed.message.bytes"  # brokers before 4.4 do not know it


class Admin(AbstractContextManager["Admin"]):
    """One connection for the tools. Every method raises Unavailable when the broker does not answer."""

    def __init__(self, bootstrap: str, prefix: str, timeout_s: float = 10.0) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._timeout_ms = int(timeout_s * 1000)
        self._client: Any = None
        self._producer: Any = None

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
        for each in (self._producer, self._client):
            if each is not None:
                each.close()

    def topics(self) -> set[str]:
        """The names of the topics with our prefix, without it."""
        with self._translated():
            names = self._client.list_topics()
        return {name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix)}

    def describe(self, topics: Sequence[str]) -> dict[str, tuple[int, dict[str, str]]]:
        """Number of partitions and the settings that differ from the broker's own, of those topics that exist."""
        full = [self._prefix + name for name in topics]
        with self._translated():
            found = [each for each in self._client.describe_topics(full) if not each["error_code"]]
            resources = [ConfigResource(ConfigResourceType.TOPIC, each["name"]) for each in found]
            configs = self._client.describe_configs(resources)["topic"] if resources else {}
        return {
            each["name"].removeprefix(self._prefix): (
                len(each["partitions"]),
                {key: value["value"] for key, value in configs[each["name"]].items()},
            )
            for each in found
        }

    def create(self, topics: Sequence[Topic], partitions: int, replication: int) -> list[str]:
        """Make those that are not there. Returns their names."""
        there = self.topics()
        made = [topic for topic in topics if topic.name not in there]
        with self._translated():
            for topic in made:
                self._create(topic, partitions, replication, dict(topic.config))
            if made:
                self._client.wait_for_topics([self._prefix + topic.name for topic in made])
        return [topic.name for topic in made]

    def _create(self, topic: Topic, partitions: int, replication: int, config: dict[str, str]) -> None:
        number = topic.partitions or partitions
        new = NewTopic(self._prefix + topic.name, number, replication, topic_configs=config)
        try:
            self._client.create_topics([new])
        except TopicAlreadyExistsError:
            return  # somebody else was quicker
        except InvalidConfigurationError:
            if OPTIONAL_CONFIG not in config:
                raise
            self._create(topic, partitions, replication, {k: v for k, v in config.items() if k != OPTIONAL_CONFIG})

    def send(self, messages: Sequence[Outgoing], sent: Callable[[int], None] = lambda _: None) -> None:
        """Send all, in order, and wait until the broker has them; `sent` hears of each that is acknowledged."""
        with self._translated():
            if self._producer is None:
                self._producer = KafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    acks="all",
                    max_request_size=REQUEST_BYTES,
                    request_timeout_ms=self._timeout_ms,
                    delivery_timeout_ms=self._timeout_ms * 3,
                    linger_ms=5,
                )
            futures = [
                self._producer.send(
                    self._prefix + each.topic, value=each.value, key=each.key, headers=list(each.headers)
                )
                for each in messages
            ]
            self._producer.flush(timeout=self._timeout_ms / 1000)
            for future in futures:
                future.get(timeout=self._timeout_ms / 1000)
                sent(1)

    def read(self, topic: str) -> list[Incoming]:
        """Everything on a topic from its beginning to where it ends now."""
        with self._consumer([topic]) as consumer, self._translated():
            partitions = list(consumer.assignment())
            consumer.seek_to_beginning(*partitions)
            ends = consumer.end_offsets(partitions)
            records: list[Incoming] = []
            while any(consumer.position(each) < ends[each] for each in partitions):
                records += self._polled(consumer)
            return records

    def follow(self, topics: Sequence[str], from_beginning: bool, stop: Callable[[], bool]) -> Iterator[Incoming]:
        """Records as they come, until `stop` says so."""
        with self._consumer(topics) as consumer:
            partitions = list(consumer.assignment())
            with self._translated():
                (consumer.seek_to_beginning if from_beginning else consumer.seek_to_end)(*partitions)
                for each in partitions:
                    consumer.position(each)  # settles "the end" before anything else is done
            while not stop():
                with self._translated():
                    records = self._polled(consumer)
                yield from records

    def lag(self, group: str, topic: str) -> int | None:
        """Records that the group has not committed yet; None before its first commit on any partition."""
        with self._consumer([topic], group=self._prefix + group) as consumer, self._translated():
            partitions = list(consumer.assignment())
            committed = {each: consumer.committed(each) for each in partitions}
            ends = consumer.end_offsets(partitions)
        if all(offset is None for offset in committed.values()) and any(ends.values()):
            return None
        return sum(ends[each] - (committed[each] or 0) for each in partitions)

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
            )
        try:
            consumer.assign(self._partitions(consumer, topics))
            yield consumer
        finally:
            consumer.close()

    def _partitions(self, consumer: Any, topics: Sequence[str]) -> list[TopicPartition]:
        found = []
        deadline = time.monotonic() + self._timeout_ms / 1000
        for name in topics:
            numbers = consumer.partitions_for_topic(self._prefix + name)
            while numbers is None and time.monotonic() < deadline:
                consumer.poll(timeout_ms=50)
                numbers = consumer.partitions_for_topic(self._prefix + name)
            if not numbers:
                raise Unavailable(f"there is no topic {self._prefix + name}; hint: wirewatch topics create")
            found += [TopicPartition(self._prefix + name, number) for number in sorted(numbers)]
        return found

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, OSError) as exc:
            raise Unavailable(f"Kafka at {self._bootstrap} does not answer as it should: {exc!r}") from exc
