"""One thread for all thinking: reading, matching, composing, and the edits of what they go by.

A batch of large articles thinks for many seconds. On the event loop it would keep the worker from its heartbeats, and
the group would take it for dead. One thread, not several: the rules change between two articles, never within one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

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


async def at_once(work: Callable[[], T]) -> T:
    """Think on the event loop: for tests and tools."""
    return work()
