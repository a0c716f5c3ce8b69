"""Is the worker ready, and if not, why not."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Missing(StrEnum):
    """What a worker that is not ready waits for."""

    ENGINE = "engine"  # the matching engine is not loaded yet
    RULES = "rules"  # the compacted topics are not read to their ends yet
    PARTITIONS = "partitions"  # not yet a member of the consumer group
    STORE = "store"  # Redis is away
    BROKER = "broker"  # Kafka is away


TOLD = {
    Missing.ENGINE: "loading the matching engine, or compiling it: once for each processor, some 20 s",
    Missing.RULES: "reading rules, lists and channels",
    Missing.PARTITIONS: "joining the consumer group",
    Missing.STORE: "Redis does not answer",
    Missing.BROKER: "Kafka does not answer",
}
"""What the worker is waiting for, for people."""


AT_FIRST = frozenset({Missing.ENGINE, Missing.RULES, Missing.PARTITIONS})
"""What is missing at a worker's start. Redis and Kafka are away only once they have not answered."""


class Health:
    """Keeps what is missing; tells when the worker becomes ready or ceases to be."""

    def __init__(self, missing: set[Missing], changed: Callable[[frozenset[Missing]], None]) -> None:
        self._missing = set(missing)
        self._changed = changed

    @property
    def missing(self) -> frozenset[Missing]:
        """Empty when ready."""
        return frozenset(self._missing)

    def lacks(self, what: Missing, lacking: bool) -> None:
        """Note that something is missing, or there."""
        before = self.missing
        (self._missing.add if lacking else self._missing.discard)(what)
        if self.missing != before:
            self._changed(self.missing)
