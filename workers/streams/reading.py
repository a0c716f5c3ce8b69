"""Stretches for those who cannot wait for two things at once: commands, and the demo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from schemas.envelope import Incoming
from workers.streams.history import STAMPED, Moment, Place, in_time_order
from workers.streams.stretches import Stretch, StretchReader


class Reading(AbstractContextManager["Reading"]):
    """Reads within its block. Raises Unavailable when nothing comes for so long; where nothing stands, asks nobody."""

    def __init__(self, bootstrap: str, prefix: str, stretches: Sequence[Stretch], timeout_s: float) -> None:
        self._reader = StretchReader(bootstrap, prefix, stretches, timeout_s)
        self._block = ExitStack()
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> Self:
        if all(map(self._reader.at_end, self._reader.places)):
            return self
        with ExitStack() as block:
            runner = self._runner = block.enter_context(asyncio.Runner())
            block.callback(lambda: runner.run(self._reader.stop()))
            runner.run(self._reader.start())
            self._block = block.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._block.close()

    def records(self, moment: Moment = STAMPED, stop: Callable[[], bool] = lambda: False) -> Iterator[Incoming]:
        """In the order of their moments, at the same one in that of the stretches; each partition in its own."""
        yield from in_time_order(self._reader.places, self._fetch, self._reader.at_end, stop, moment)

    def reached(self) -> Mapping[Place, int]:
        """How far the records of each partition were given: behind all of them, where it ends."""
        return {place: self._reader.reached(place) for place in self._reader.places}

    def _fetch(self, wanted: Collection[Place]) -> Sequence[Incoming]:
        return self._runner.run(self._reader.fetch(wanted)) if self._runner else []
