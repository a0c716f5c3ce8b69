"""Read what the worker says while it says it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from schemas.alert import Alert
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.envelope import Incoming
from workers.errors import Unavailable

KINDS: dict[str, type[Alert | Decision | DeadLetter]] = {
    "alerts": Alert,
    "decisions": Decision,
    "dead-letters": DeadLetter,
}
JOIN_S = 5.0


class Follows(Protocol):
    """Reads topics as records come."""

    def follow(self, topics: Sequence[str], from_beginning: bool, stop: Callable[[], bool]) -> Iterator[Incoming]:
        """Records until `stop` says so."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A record, and when it was read: seconds since 1970."""

    topic: str
    record: Alert | Decision | DeadLetter
    at_s: float


class Watcher(AbstractContextManager["Watcher"]):
    """A thread that follows the worker's topics within the block, from their beginning."""

    def __init__(self, topics: Follows) -> None:
        self._topics = topics
        self._seen: queue.SimpleQueue[Seen | Exception] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="watcher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(JOIN_S)

    def next(self, patience_s: float) -> Seen | None:
        """The next record, or None after so long. Raises what ended the thread."""
        try:
            seen = self._seen.get(timeout=max(patience_s, 0))
        except queue.Empty:
            return None
        if isinstance(seen, Exception):
            raise seen
        return seen

    def _follow(self) -> None:
        try:
            for record in self._topics.follow(list(KINDS), True, self._stop.is_set):
                read = KINDS[record.topic].model_validate_json(record.value or b"")
                self._seen.put(Seen(record.topic, read, time.time()))
        except (Unavailable, ValueError) as exc:
            self._seen.put(exc)
