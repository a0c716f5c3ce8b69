"""Run what blocks in a thread of its own, so that neither the worker nor its end waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def apart(function: Callable[[], Found], finished: Callable[[], None]) -> asyncio.Future[Found]:
    """What the function returns or raises, once it does. `finished` is called in the loop then, whoever still waits.

    The thread is a daemon: a process that ends does not wait for it, as it would for those of an executor.
    Raises OSError where the machine has no thread left.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Found] = loop.create_future()

    def tell(deliver: Callable[[], None]) -> None:
        finished()
        if not future.done():  # nobody may wait any more
            deliver()

    def work() -> None:
        try:
            found = function()
        except BaseException as exc:  # noqa: BLE001 - it is raised again where the future is awaited
            failure = exc
            call = lambda: tell(lambda: future.set_exception(failure))  # noqa: E731
        else:
            call = lambda: tell(lambda: future.set_result(found))  # noqa: E731
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there to be told
            loop.call_soon_threadsafe(call)

    try:
        threading.Thread(target=work, name="wirewatch-apart", daemon=True).start()
    except RuntimeError as exc:
        finished()
        raise OSError("no thread can be started") from exc
    return future
