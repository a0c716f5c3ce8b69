"""How far the workers are behind, asked by kafka-python on a connection that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

TIMEOUT_MS = 5_000


class Lag:
    """Of one group on one topic. While the broker is away nobody knows: then it answers None."""

    def __init__(self, bootstrap: str, group: str, topic: str, partitions: int) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._partitions = [TopicPartition(topic, number) for number in range(partitions)]
        self._consumer: Any = None

    def ends(self) -> dict[int, int] | None:
        """Where each partition ends now."""
        return self._asked(
            lambda consumer: {at.partition: end for at, end in consumer.end_offsets(self._partitions).items()}
        )

    def committed(self) -> dict[int, int] | None:
        """What the group has committed; 0 where it has nothing."""
        return self._asked(lambda consumer: {at.partition: consumer.committed(at) or 0 for at in self._partitions})

    def behind(self, ends: Mapping[int, int] | None = None) -> int | None:
        """Records before these ends, those of now if none are given, that are not committed."""
        wanted = self.ends() if ends is None else ends
        committed = self.committed()
        if wanted is None or committed is None:
            return None
        return sum(max(0, end - committed[number]) for number, end in wanted.items())

    def close(self) -> None:
        """Close the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False)

    def _asked(self, ask: Any) -> dict[int, int] | None:
        try:
            if self._consumer is None:
                self._consumer = KafkaConsumer(
                    bootstrap_servers=self._bootstrap,
                    group_id=self._group,
                    enable_auto_commit=False,
                    request_timeout_ms=TIMEOUT_MS,
                    bootstrap_timeout_ms=TIMEOUT_MS,
                )
            answer: dict[int, int] = ask(self._consumer)
        except (KafkaError, OSError, AssertionError):
            self.close()
            return None
        return answer
