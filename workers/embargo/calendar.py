"""What is held on some partitions of `held`, by the time at which it is due. Pure; the articles stay there."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b

from schemas.envelope import Incoming
from workers.embargo.hold import due_of, named_by, version_held

AT_ONCE_MS = 0


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A record of `held` and its time."""

    due_ms: int
    partition: int
    offset: int
    name: bytes  # of its uri
    version: int
    plain: bool  # whether its key is the uri alone


class Calendar:
    """Keeps some 350 bytes for each article that is held, however large it is; of an article its newest version."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, bytes], Due] = {}
        self._heap: list[Due] = []  # those that are not due, and some that stand no more
        self._due: list[Due] = []

    def __len__(self) -> int:
        """How many are held and not released yet."""
        return len(self._held)

    def read(self, record: Incoming) -> None:
        """A record of `held`. The newest version of a uri counts, and of a version its latest record.

        A tombstone ends its version. What is older and stands all the same was overtaken, and nobody knew that it was
        held: it is due at once, and the match worker, who knows, lets it go (or, if he does not, holds it again). So is
        whatever stands when a tombstone under the uri alone comes: a kill of all versions.
        What we did not write is passed over.
        """
        uri, named = named_by(record.key)
        place = (record.partition, blake2b(uri, digest_size=16).digest())
        standing = self._held.get(place)
        due_ms = due_of(record) if record.value is not None else None
        version = named if named is not None else version_held(record) or 0
        if due_ms is not None:
            if standing is None or standing.version <= version:
                self._put(place, Due(due_ms, record.partition, record.offset, place[1], version, named is None))
        elif standing is not None:
            if standing.plain if named is None else standing.version == named and not standing.plain:
                del self._held[place]
            elif named is None or named >= standing.version:
                self._put(place, replace(standing, due_ms=AT_ONCE_MS))

    def _put(self, place: tuple[int, bytes], due: Due) -> None:
        self._held[place] = due
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
