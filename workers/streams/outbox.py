"""The way out: messages on to topics, acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from schemas.envelope import Outgoing


class Outbox(Protocol):
    """Sends messages; the order of messages with one key is kept."""

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Send all and wait until the broker has acknowledged them (all replicas in sync).

        Returns those that the broker refused for their size; all others are safe.
        Raises Unavailable when it cannot be told whether all arrived: send all again.
        """
        ...

    async def missing(self, topics: Iterable[str]) -> frozenset[str]:
        """Those of the topics that do not exist, as far as is known. Raises Unavailable."""
        ...


class MemoryOutbox:
    """The twin in memory: keeps what was sent, by topic."""

    def __init__(self, max_bytes: int = 1_048_576) -> None:
        self.topics: dict[str, list[Outgoing]] = {}
        self.absent: set[str] = set()
        self._max_bytes = max_bytes

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Keep the messages."""
        refused = []
        for message in messages:
            if len(message.value or b"") > self._max_bytes:
                refused.append(message)
            else:
                self.topics.setdefault(message.topic, []).append(message)
        return refused

    async def missing(self, topics: Iterable[str]) -> frozenset[str]:
        """Those that are said to be absent."""
        return frozenset(self.absent.intersection(topics))
