"""What is held on some partitions of `held`, by the time at which it is due. Pure; the articles stay there."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from schemas.envelope import Incoming
from workers.embargo.hold import due_of


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A record of `held` and its time."""

    due_ms: int
    partition: int
    offset: int
    name: bytes  # of its key


class Calendar:
    """Keeps some 300 bytes for each article that is held, however large it is."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, bytes], Due] = {}
        self._heap: list[Due] = []  # those that are not due, and some that stand no more
        self._due: list[Due] = []

    def __len__(self) -> int:
        """How many are held and not released yet."""
        return len(self._held)

    def read(self, record: Incoming) -> None:
        """A record of `held`: the latest of a key counts, a tombstone ends it. What we did not write is passed over."""
        name = blake2b(record.key or b"", digest_size=16).digest()
        self._held.pop((record.partition, name), None)
        due_ms = due_of(record) if record.value is not None else None
        if due_ms is not None:
            due = self._held[record.partition, name] = Due(due_ms, record.partition, record.offset, name)
            heapq.heappush(self._heap, due)

    def drop(self, partitions: Iterable[int]) -> None:
        """These are read by another worker now."""
        gone = set(partitions)
        self._held = {key: due for key, due in self._held.items() if due.partition not in gone}
        self._heap = [due for due in self._heap if self._stands(due)]
        heapq.heapify(self._heap)

    def due(self, now_ms: int, most: int) -> list[Due]:
        """Those whose time has come, at most so many, the earliest first; each until it is released."""
        while self._heap and self._heap[0].due_ms <= now_ms:
            self._due.append(heapq.heappop(self._heap))
        self._due = [due for due in self._due if self._stands(due)]
        return self._due[:most]

    def released(self, due: Due) -> None:
        """It is published, and the broker has it. It stays on the topic until the match worker has told of it."""
        if self._stands(due):
            del self._held[due.partition, due.name]

    def _stands(self, due: Due) -> bool:
        """Whether nothing has come in its place."""
        return self._held.get((due.partition, due.name)) == due
