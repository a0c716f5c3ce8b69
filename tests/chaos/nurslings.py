"""Workers that nurseries fork: what the harness has of them is as with subprocess.Popen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import cycle
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from tests.acceptance.house import ARGUMENTS, ROOT, Process, spawn
from tests.chaos.shim import CLOCK

# The pools of numpy and scipy are threads, and a nursery must have none.
THREADLESS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
NURSERIES = 2
# Not the modules that are run: those must be new to a process.
IMPORTED = ("workers.commands.menu", "config.logging", "workers.app", "workers.streams.match_worker")


class Nursling:
    """The part of subprocess.Popen that is made use of."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = Event()

    def poll(self) -> int | None:
        """Its exit code, once it has ended; the negative number of a signal."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The same, when it has ended. Raises subprocess.TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Does nothing when it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, and that is not yet told
                os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)

    def ended(self, code: int) -> None:
        """Its nursery says so."""
        self.returncode = code
        self._ended.set()


class Nursery:
    """One process that forks workers. Ended with the block, and what it has forked with it."""

    def __init__(self, imported: Sequence[str] = IMPORTED) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery", *imported],
            cwd=ROOT,
            env={**os.environ, **THREADLESS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._asked, self._told = self._process.stdin, self._process.stdout
        self._asking = Lock()
        self._living: dict[int, Nursling] = {}
        self._born: SimpleQueue[Nursling | None] = SimpleQueue()
        self._thread = Thread(target=self._listen, name="nursery", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(BrokenPipeError):  # it was killed, and heard not all of it
            self._asked.close()
        self._thread.join()
        self._told.close()
        self._process.wait()

    @property
    def pid(self) -> int:
        """Of the nursery itself."""
        return self._process.pid

    def start(self, module: str, environment: Mapping[str, str], log: Path) -> Nursling:
        """Like house.spawn. Raises OSError when there is no nursery any more."""
        log.touch()  # it is there before anything is said
        order = {
            "environment": {**os.environ, **environment},
            "log": str(log.absolute()),
            "module": module,
            "arguments": ARGUMENTS,
        }
        with self._asking:
            self._asked.write(json.dumps(order).encode() + b"\n")
            self._asked.flush()
            born = self._born.get()
        if born is None:
            self._born.put(None)  # its end of the pipe may take what is asked for a while yet: the next hears of it too
            raise OSError("the nursery has ended; what it said of that is on the standard error")
        return born

    def _listen(self) -> None:
        for line in self._told:
            told = json.loads(line)
            if "code" in told:
                self._living.pop(told["pid"]).ended(told["code"])
            else:
                nursling = self._living[told["pid"]] = Nursling(told["pid"])
                self._born.put(nursling)
        for orphan in self._living.values():  # none, unless the nursery was killed
            orphan.kill()
            orphan.ended(-signal.SIGKILL)
        self._born.put(None)


class Nurseries:
    """`start` is a house's way to its workers. The nurseries come up when they are first needed."""

    def __init__(self, imported: Sequence[str] = IMPORTED) -> None:
        self._imported = imported
        self._stack = ExitStack()
        self._turns: Iterator[Nursery] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def start(self, module: str, environment: Mapping[str, str], log: Path) -> Process:
        """By the nurseries in turn, so that a worker and the next hash strings differently.

        Modules take the clock along when they are imported: one that is to be shifted is started by itself.
        """
        if CLOCK in environment:
            return spawn(module, environment, log)
        if self._turns is None:
            self._turns = cycle([self._stack.enter_context(Nursery(self._imported)) for _ in range(NURSERIES)])
        return next(self._turns).start(module, environment, log)
