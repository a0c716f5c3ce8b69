"""One thread for all thinking: reading, matching, composing, and the edits of what they go by.

A batch of large articles thinks for many seconds. On the event loop it would keep the worker from its heartbeats, and
the group would take it for dead. One thread, not several: the rules change between two articles, never within one.
And they do change between two: a batch is handed over in turns, so that an edit waits for one turn and for no batch.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

TURN_S = 0.05  # ends with the piece that passes it; hundreds of ordinary articles

T = TypeVar("T")


class Think(Protocol):
    """Does a piece of work that waits for nothing, and hands back what it returns or raises."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """One piece after the other, in the order of the calls."""
        ...


class Thinker:
    """The thread."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thinking")

    async def __call__(self, work: Callable[[], T]) -> T:
        """See Think."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Take no more work; a piece in work is not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)


async def each_in_turn(think: Think, pieces: Iterable[T], do: Callable[[T], None]) -> None:
    """Do each piece, in order, some at a time; other work that came meanwhile is done between two turns."""
    rest = iter(pieces)
    while await think(partial(_turn, rest, do)):
        pass


def _turn(rest: Iterator[T], do: Callable[[T], None]) -> bool:
    """Is there perhaps more to do?"""
    ends_s = time.monotonic() + TURN_S
    for piece in rest:
        do(piece)
        if time.monotonic() >= ends_s:
            return True
    return False


async def at_once(work: Callable[[], T]) -> T:
    """Think on the event loop: for tests and tools."""
    return work()
