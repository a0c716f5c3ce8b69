"""What a consumer group has committed and when, by the broker's own records of it.

The broker keeps commits on the topic `__consumer_offsets`, each with the time at which it took it. Read there they are
exact to the millisecond, alike for every client, and asking costs the one that is measured nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition

OFFSETS_TOPIC = "__consumer_offsets"
COMMIT_VERSIONS = (0, 1)  # of the key; others are about the members of a group
POLL_MS = 50

Mark = tuple[int, int]  # milliseconds since 1970, records committed on all partitions together


class Stalled(Exception):
    """The group did not get to the end."""


class CommitWatch:
    """Follows the commits of all groups from the moment it was made."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer

    def until(
        self,
        group: str,
        topic: str,
        records: int,
        clock: Callable[[], float],
        timeout_s: float,
        look: Callable[[], None],
    ) -> list[Mark]:
        """The marks of a group up to the one with so many records; `look` is called again and again meanwhile.

        Raises Stalled when it takes longer than `timeout_s`.
        """
        committed: dict[int, int] = {}
        marks: list[Mark] = []
        deadline = clock() + timeout_s
        while sum(committed.values()) < records:
            look()
            if clock() > deadline:
                raise Stalled(f"{group}: {sum(committed.values())} of {records} committed in {timeout_s:g} s")
            for timestamp_ms, partition, offset in self._commits(group, topic):
                committed[partition] = offset
                mark = (timestamp_ms, sum(committed.values()))
                if marks and marks[-1][0] == timestamp_ms:
                    marks[-1] = mark  # one request with several partitions
                else:
                    marks.append(mark)
        return marks

    def _commits(self, group: str, topic: str) -> Iterator[tuple[int, int, int]]:
        for records in self._consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                place = commit_place(record.key)
                if place is not None and place[:2] == (group, topic) and record.value is not None:
                    yield record.timestamp, place[2], struct.unpack_from(">q", record.value, 2)[0]


def commit_place(key: bytes) -> tuple[str, str, int] | None:
    """Group, topic and partition in the key of a commit; None for records of another kind."""
    (version,) = struct.unpack_from(">h", key)
    if version not in COMMIT_VERSIONS:
        return None
    group, place = _text(key, 2)
    topic, place = _text(key, place)
    return group, topic, struct.unpack_from(">i", key, place)[0]


def _text(key: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">h", key, place)
    return key[place + 2 : place + 2 + length].decode(), place + 2 + length


@contextmanager
def watch_commits(bootstrap: str) -> Iterator[CommitWatch]:
    """From now on. The offsets topic must be there: some group has committed before."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        partitions = [
            TopicPartition(OFFSETS_TOPIC, each) for each in consumer.partitions_for_topic(OFFSETS_TOPIC) or ()
        ]
        consumer.assign(partitions)
        consumer.seek_to_end(*partitions)
        for each in partitions:
            consumer.position(each)  # settles where "the end" is
        yield CommitWatch(consumer)
    finally:
        consumer.close()
