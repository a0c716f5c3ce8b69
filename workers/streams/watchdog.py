"""The watchdog: a worker that has work before it and does not get on is ended.

Consumers can die quietly while the process lives. So a thread of its own, which a blocked event loop cannot stop,
looks at when the worker last got on; the loop asks the broker for the lag, and having none counts as getting on.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger("wirewatch.watchdog")

EXIT_CODE = 70  # EX_SOFTWARE: the supervisor starts the worker anew


class Progress:
    """When the worker last got on, seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_s = clock()

    def made(self) -> None:
        """A batch was committed, there is nothing to do, or we wait knowingly for Kafka or Redis."""
        self._last_s = self._clock()

    def silent_s(self) -> float:
        """Seconds since the last."""
        return self._clock() - self._last_s


class Watchdog:
    """Ends the process when nothing was got on with for too long."""

    def __init__(self, progress: Progress, stall_timeout_s: float, end: Callable[[int], None] = os._exit) -> None:
        self._progress = progress
        self._stall_timeout_s = stall_timeout_s
        self._end = end
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(min(1.0, self._stall_timeout_s / 4)):
            silent_s = self._progress.silent_s()
            if silent_s > self._stall_timeout_s:
                log.critical("no progress although there is work: the process is ended", silent_s=round(silent_s, 1))
                self._end(EXIT_CODE)
                return
