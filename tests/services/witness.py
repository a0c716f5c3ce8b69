"""What is on the topics, read and written by kafka-python alone: none of our own code, so that it can be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

Header = tuple[str, bytes]
Message = tuple[bytes | None, bytes | None, Sequence[Header]]
FETCH_BYTES = 20 * 1024 * 1024
TIMEOUT_MS = 20_000


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the broker keeps it."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes
    headers: tuple[Header, ...]


def produce(
    bootstrap: str,
    topic: str,
    messages: Sequence[Message],
    partition: int | None = None,
    compression: str | None = None,
) -> None:
    """All of them, in order, acknowledged by the broker."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        linger_ms=5,
        max_request_size=FETCH_BYTES,
        compression_type=compression,
        request_timeout_ms=TIMEOUT_MS,
        delivery_timeout_ms=3 * TIMEOUT_MS,
    )
    try:
        futures = [
            producer.send(topic, value=value, key=key, headers=list(headers), partition=partition)
            for key, value, headers in messages
        ]
        producer.flush()
        for future in futures:
            future.get(timeout=TIMEOUT_MS / 1000)
    finally:
        producer.close()


def read_all(bootstrap: str, topic: str) -> list[Record]:
    """Every record up to where the topic ends now, partition after partition. A tombstone's value reads as empty."""
    with _consumer(bootstrap) as consumer:
        partitions = _partitions(consumer, topic)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        records: list[Record] = []
        while any(consumer.position(each) < ends[each] for each in partitions):
            polled = consumer.poll(timeout_ms=200)
            records += [_record(each) for found in polled.values() for each in found]
    records.sort(key=lambda record: (record.partition, record.offset))
    return records


def end_offsets(bootstrap: str, topic: str) -> dict[int, int]:
    """Where each partition ends now."""
    with _consumer(bootstrap) as consumer:
        ends = consumer.end_offsets(_partitions(consumer, topic))
    return {each.partition: offset for each, offset in ends.items()}


def committed(bootstrap: str, group: str, topic: str) -> dict[int, int]:
    """What a consumer group has committed, for each partition that it has committed at all."""
    with _consumer(bootstrap, group) as consumer:
        offsets = {each.partition: consumer.committed(each) for each in _partitions(consumer, topic)}
    return {number: offset for number, offset in offsets.items() if offset is not None}


class Lag:
    """How far a consumer group is behind on a topic, asked over one connection that is kept."""

    def __init__(self, bootstrap: str, group: str, topic: str) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._topic = topic
        self._link: ExitStack | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def records(self) -> int | None:
        """Records that the group has not committed. None while the broker does not know, or does not answer.

        A broker that was frozen names no broker at all, and so no topic, until its controller has heard of it again.
        """
        try:
            if self._link is None:
                self._link = ExitStack()
                self._consumer = self._link.enter_context(_consumer(self._bootstrap, self._group))
            numbers = self._consumer.partitions_for_topic(self._topic) or ()
            partitions = [TopicPartition(self._topic, number) for number in numbers]
            ends = self._consumer.end_offsets(partitions)
            behind = sum(end - (self._consumer.committed(at) or 0) for at, end in ends.items())
        except (KafkaError, OSError):
            self._close()
            return None
        return behind if partitions else None

    def _close(self) -> None:
        """The connection is made anew when it is asked again."""
        link, self._link = self._link, None
        if link is not None:
            link.close()


def _record(given: Any) -> Record:
    return Record(given.partition, given.offset, given.timestamp, given.key, given.value or b"", tuple(given.headers))


def _partitions(consumer: Any, topic: str) -> list[TopicPartition]:
    numbers = consumer.partitions_for_topic(topic)
    assert numbers, f"there is no topic {topic}"
    return [TopicPartition(topic, number) for number in sorted(numbers)]


@contextmanager
def _consumer(bootstrap: str, group: str | None = None) -> Iterator[Any]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        check_crcs=False,  # in plain Python they take longer than all the rest, and loopback damages nothing
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_bytes=2 * FETCH_BYTES,
        request_timeout_ms=TIMEOUT_MS,
    )
    try:
        yield consumer
    finally:
        consumer.close()
