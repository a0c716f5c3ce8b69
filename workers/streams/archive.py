"""What stands on topics, for those who account for it: read from a time on to the ends, in the order of time."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.streams.history import Place, in_time_order


class Archive(Protocol):
    """A broker's topics as they stand. Names are without the prefix; every method may raise Unavailable."""

    def topics(self) -> set[str]:
        """The topics that there are."""
        ...

    def kept_from_ms(self, topic: str, now_ms: int) -> int:
        """What is stamped before this may have been deleted for its age, or its topic's size; 0 where nothing was."""
        ...

    def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """For each partition that the group has committed at all: the offset that it reads next."""
        ...

    def size(self, topics: Sequence[str], since_ms: int) -> int:
        """About how many records `history` would give."""
        ...

    def history(self, topics: Sequence[str], since_ms: int) -> Iterator[Incoming]:
        """Everything that stands on these topics when reading begins, each partition from its first record stamped so.

        In the order of the records' timestamps, where they are the same in that of `topics`; each partition keeps its
        own order. Raises Unavailable for a topic that is not there.
        """
        ...


@dataclass(slots=True)
class MemoryArchive:
    """The twin in memory: records may be put in, and taken out by hand."""

    places: dict[Place, list[Incoming]] = field(default_factory=dict)
    commits: dict[tuple[str, str], dict[int, int]] = field(default_factory=dict)  # by group and topic
    kept_ms: dict[str, int] = field(default_factory=dict)  # for how long topics are kept

    def put(self, record: Incoming) -> None:
        """Behind those of its partition."""
        self.places.setdefault((record.topic, record.partition), []).append(record)

    def make(self, topic: str, partitions: int = 1) -> None:
        """A topic without records."""
        for partition in range(partitions):
            self.places.setdefault((topic, partition), [])

    def topics(self) -> set[str]:
        """Those with a partition."""
        return {topic for topic, _ in self.places}

    def kept_from_ms(self, topic: str, now_ms: int) -> int:
        """By `kept_ms`."""
        return max(now_ms - self.kept_ms[topic], 0) if topic in self.kept_ms else 0

    def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """By `commits`."""
        return self.commits.get((group, topic), {})

    def size(self, topics: Sequence[str], since_ms: int) -> int:
        """Exactly so many."""
        return sum(len(records) for records in self._from(topics, since_ms).values())

    def history(self, topics: Sequence[str], since_ms: int) -> Iterator[Incoming]:
        """In the order of time."""
        held = self._from(topics, since_ms)

        def fetch(wanted: Collection[Place]) -> Sequence[Incoming]:
            return [held[place].popleft() for place in wanted]

        yield from in_time_order(list(held), fetch, lambda place: not held[place], lambda: False)

    def _from(self, topics: Sequence[str], since_ms: int) -> dict[Place, deque[Incoming]]:
        found: dict[Place, deque[Incoming]] = {}
        for topic in topics:
            if topic not in self.topics():
                raise Unavailable(f"there is no topic {topic}: wirewatch topics create")
            for place in sorted(each for each in self.places if each[0] == topic):
                records = self.places[place]
                first = next((at for at, each in enumerate(records) if each.timestamp_ms >= since_ms), len(records))
                found[place] = deque(records[first:])
        return found
