"""A process that has imported what a worker imports, and forks workers: `python -m tests.chaos.nursery MODULE…`.

A run starts workers again and again, and each would spend seconds on the same imports. What is forked differs from what
`python -m MODULE` would have started in one thing that a test could care for: all children of one nursery hash strings
alike, so what depends on the order of a set comes out the same. For that reason `nurslings.py`, which speaks to it, has
two of them.

It is asked on its standard input, a JSON object a line: `environment`, all of it; `log`, the file that both outputs are
appended to; `module` and `arguments`. It answers on its standard output: {"pid": …} of what was forked, in the order in
which it was asked, and {"pid": …, "code": …} when that has ended, with the negative number of a signal. When the input
ends it kills what still runs, and ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

READ_BYTES = 1 << 16
TASKS = Path("/proc/self/task")

Handler = Any  # what signal.getsignal gives


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    environment: dict[str, str]
    log: str
    module: str
    arguments: list[str]


class Nursery:
    """Tends its children until the input ends; in a child, `tend` returns what that child shall be."""

    def __init__(self, interrupted: Handler) -> None:
        """`interrupted` is what a child does at SIGINT."""
        self._interrupted = interrupted
        self._children: set[int] = set()
        self._heard = b""
        self._wakes, self._woken = socket.socketpair()
        for end in (self._wakes, self._woken):
            end.setblocking(False)

    def tend(self) -> Order | None:
        """None where this is the nursery and nobody asks any more."""
        signal.set_wakeup_fd(self._woken.fileno())
        signal.signal(signal.SIGCHLD, _nothing)
        while True:
            ready, _, _ = select.select([sys.stdin.fileno(), self._wakes], [], [])
            if self._wakes in ready:
                self._wakes.recv(READ_BYTES)
                self._reap(os.WNOHANG)
            if sys.stdin.fileno() not in ready:
                continue
            read = os.read(sys.stdin.fileno(), READ_BYTES)
            if not read:
                self._end()
                return None
            *lines, self._heard = (self._heard + read).split(b"\n")
            for line in lines:
                order = Order(**json.loads(line))
                if self._forked():
                    self._leave(order)
                    return order

    def _forked(self) -> bool:
        """Whether this is the child."""
        alone()
        pid = os.fork()
        if pid:
            self._children.add(pid)
            _tell({"pid": pid})
        return not pid

    def _leave(self, order: Order) -> None:
        """Become what subprocess.Popen would have started."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, self._interrupted)
        self._wakes.close()
        self._woken.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        for given, wanted in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(given, wanted)
        os.close(nothing)
        os.close(log)
        os.environ.clear()
        os.environ.update(order.environment)

    def _reap(self, options: int) -> None:
        """Tell of all that have ended."""
        while self._children:
            pid, status = os.waitpid(-1, options)
            if not pid:
                return
            self._children.remove(pid)
            _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})

    def _end(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        self._reap(0)


def alone() -> None:
    """What a thread holds at the time of a fork is held for ever in the child: there must be none."""
    count = len(list(TASKS.iterdir())) if TASKS.exists() else 1  # a library's own threads too
    assert threading.active_count() == count == 1, f"a nursery with {count} threads: {threading.enumerate()}"


def _tell(said: dict[str, int]) -> None:
    with suppress(BrokenPipeError):  # nobody listens: the input has ended too
        os.write(sys.stdout.fileno(), json.dumps(said).encode() + b"\n")  # so short that it is written at once


def _nothing(_: int, __: FrameType | None) -> None:
    """That the signal has come is told by the wakeup descriptor."""


def main() -> None:
    """Import, tend; and in a child be what was asked for, with nothing of the nursery below it."""
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who end what they have started
    for name in sys.argv[1:]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that no collection in a child writes to the memory that all share
    order = Nursery(interrupted).tend()
    if order is not None:
        sys.argv[1:] = order.arguments
        runpy.run_module(order.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
