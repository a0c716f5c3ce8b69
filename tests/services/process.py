"""A server as a process that never outlives the tests."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

POLL_S = 0.02
TAIL_CHARS = 4_000


class ServerProcess:
    """Start, stop, crash and freeze one command; its output goes to a log file.

    Where the system can (Linux with setpriv), the server also dies with the thread that started it, however that ends.
    """

    def __init__(self, command: Sequence[str], log: Path, answers: Callable[[], bool], start_timeout_s: float) -> None:
        tie = shutil.which("setpriv")
        self._command = [tie, "--pdeathsig", "KILL", *command] if tie else list(command)
        self._log = log
        self._answers = answers
        self._start_timeout_s = start_timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid if self._process else None

    def start(self, *options: str) -> None:
        """Returns when it answers; does nothing if it runs. Raises RuntimeError with the end of its log.

        The options are for this time only.
        """
        if self._process is None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*self._command, *options],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    restore_signals=False,  # a file that may not grow is an error to it, not a signal that ends it
                )
        deadline = time.monotonic() + self._start_timeout_s
        while not self._answers():
            code = self._process.poll()
            if code is not None or time.monotonic() > deadline:
                self.kill()
                told = f"ended with {code}" if code is not None else f"no answer in {self._start_timeout_s:g} s"
                raise RuntimeError(f"{self._command[-2:]}: {told}\n{self.log[-TAIL_CHARS:]}")
            time.sleep(POLL_S)

    def stop(self, timeout_s: float = 20) -> None:
        """SIGTERM, and kill if that is not enough."""
        if self._process is None:
            return
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._ended()

    def kill(self) -> None:
        """kill -9, as a crash."""
        if self._process is not None:
            self._process.kill()
            self._ended()

    def pause(self) -> None:
        """Freeze: connections stay open, nothing answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after a pause."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _ended(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None
