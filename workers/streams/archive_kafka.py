"""A broker's topics as they stand: synchronous, for commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kafka import TopicPartition
from kafka.errors import CoordinatorNotAvailableError, GroupIdNotFoundError, KafkaError

from schemas.envelope import Incoming
from workers.streams.admin import Admin
from workers.streams.stretches import Stretch

ASK_AGAIN_S = 0.2


class KafkaArchive(Admin):
    """Archive on Kafka; to be entered with `with`, as Admin. It holds some MiB of each partition while it reads."""

    def kept_from_ms(self, topic: str, now_ms: int) -> int:
        """As the topic's settings say, and where its size is limited too, as far as it goes back."""
        _, config = self.describe([topic]).get(topic, (0, {}))
        if "delete" not in config.get("cleanup.policy", "delete"):
            return 0
        kept_ms = int(config.get("retention.ms") or -1)
        oldest_ms = max(now_ms - kept_ms, 0) if kept_ms >= 0 else 0
        by_size = int(config.get("retention.bytes") or -1) >= 0
        return max(oldest_ms, self._cut_off_ms(topic)) if by_size else oldest_ms

    def _cut_off_ms(self, topic: str) -> int:
        """The latest first timestamp of partitions that have lost their beginning; 0 where none has."""
        with self._consumer([topic]) as consumer, self._translated():
            begins = consumer.beginning_offsets(list(consumer.assignment()))
            cut = [each for each, offset in begins.items() if offset > 0]
            found = consumer.offsets_for_times(dict.fromkeys(cut, 0)) if cut else {}
        return max((int(each.timestamp) for each in found.values() if each is not None), default=0)

    def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """As the group's coordinator has them."""
        with self._consumer([topic], group=self._prefix + group) as consumer, self._translated():
            offsets = {each.partition: consumer.committed(each) for each in consumer.assignment()}
        return {partition: offset for partition, offset in offsets.items() if offset is not None}

    def members(self, group: str) -> int | None:
        """How many the group has now; None where the broker does not tell."""
        until_s = time.monotonic() + self._timeout_s
        while True:
            try:
                found = self._client.describe_groups([self._prefix + group]).get(self._prefix + group, {})
            except CoordinatorNotAvailableError:  # a broker that has never had a group makes room for the first
                if time.monotonic() > until_s:
                    return None
                time.sleep(ASK_AGAIN_S)
                continue
            except (KafkaError, OSError, ValueError):  # the demo's broker allows what the client has no name for
                return None
            error = found.get("error") or ""
            is_told = not error or GroupIdNotFoundError.__name__ in error
            return len(found.get("members") or ()) if is_told else None

    def answers(self, topic: str, ask: Callable[[], None], stop: Callable[[], bool]) -> Iterator[Incoming]:
        """What comes on a topic from the moment on at which it is asked for, until `stop` says so."""
        with self._consumer([topic]) as consumer:
            with self._translated():
                consumer.seek_to_end(*consumer.assignment())
                for each in consumer.assignment():
                    consumer.position(each)  # settles "the end" before anything is sent
            ask()
            while not stop():
                with self._translated():
                    polled = self._polled(consumer, [topic])
                for records in polled:
                    yield from records

    def size(self, topics: Sequence[str], since_ms: int) -> int:
        """By offsets: on a compacted topic there are fewer records."""
        with self._consumer(topics) as consumer, self._translated():
            ends = self._seek(consumer, list(consumer.assignment()), since_ms)
            return sum(end - int(consumer.position(partition)) for partition, end in ends.items())

    def history(self, topics: Sequence[str], since_ms: int) -> Iterator[Incoming]:
        """In the order of time. Raises Unavailable when nothing comes for the connection's timeout."""
        with self._consumer(topics) as consumer, self._translated():
            ends = self._seek(consumer, self._ranked(consumer, topics), since_ms)
            stretches = [
                Stretch(each.topic, each.partition, int(consumer.position(each)), end) for each, end in ends.items()
            ]
        with self._translated(), self._reading(stretches) as reading:
            yield from reading.records()

    @staticmethod
    def _seek(consumer: Any, partitions: Sequence[TopicPartition], since_ms: int) -> dict[TopicPartition, int]:
        """To the first record of each that is stamped so, or to its end; hands back the ends."""
        ends = consumer.end_offsets(list(partitions))
        if since_ms <= 0:
            consumer.seek_to_beginning(*partitions)
        else:
            found = consumer.offsets_for_times(dict.fromkeys(partitions, since_ms))
            for each in partitions:
                consumer.seek(each, ends[each] if found[each] is None else found[each].offset)
        return {each: ends[each] for each in partitions}
