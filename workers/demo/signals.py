"""Ctrl-C at any moment: the first signal ends the demo, later ones do not disturb its clearing up."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals(AbstractContextManager["Signals"]):
    """Within it the first of SIGNALS raises KeyboardInterrupt, inside of `held()` at its end; later ones do nothing."""

    def __init__(self) -> None:
        self.heard: signal.Signals | None = None
        self._holders = 0
        self._raised = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for each in SIGNALS:
            before = signal.getsignal(each)
            if before is not signal.SIG_IGN:  # as with nohup
                self._before[each] = before
                signal.signal(each, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)

    def _hear(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # what signal.signal hands over
        self.heard = self.heard or signal.Signals(number)
        self._raise()

    def _raise(self) -> None:
        if self.heard and not self._holders and not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raises KeyboardInterrupt once a signal was heard: the handler's own is lost where a finalizer runs."""
        if self.heard:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """What must not be left half done: a signal waits for its end."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
        self._raise()
