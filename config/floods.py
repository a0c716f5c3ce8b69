"""A library that says the same thing again and again is heard once in a while."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

EVERY_S = 10.0
KINDS_MAX = 1000  # remembered; a library has some dozens


class Dam(logging.Filter):
    """Lets a library's message pass once in `every_s` seconds, counted by logger and template; ours pass always.

    The next that passes says how many were held back. Ours are known by their form: structlog hands on a mapping.
    """

    def __init__(self, every_s: float = EVERY_S, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._every_s = every_s
        self._now_s = now_s
        self._passed: dict[tuple[str, str], float] = {}  # when one passed, the longest ago first
        self._held: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it passes; its text may get an end."""
        if not isinstance(record.msg, str):
            return True
        kind = (record.name, record.msg)
        with self._lock:
            now_s = self._now_s()
            if kind in self._passed and now_s - self._passed[kind] < self._every_s:
                self._held[kind] = self._held.get(kind, 0) + 1
                return False
            self._passed.pop(kind, None)
            self._passed[kind] = now_s
            held = self._held.pop(kind, 0)
            if len(self._passed) > KINDS_MAX:
                oldest = next(iter(self._passed))
                del self._passed[oldest]
                self._held.pop(oldest, None)
        if held:
            record.msg, record.args = f"{record.getMessage()} (and {held} more like it)", ()
        return True
