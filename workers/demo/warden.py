"""A process that ends the demo's processes when the demo itself was killed and could not.

It holds the reading end of a pipe whose writing end the demo alone has: at its end the demo is gone, however it went.
Runs by itself as a script, so it imports nothing but the standard library.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress


class Warden:
    """Started at once. Whoever is watched when this process ends without `close` is killed; the folder goes too."""

    def __init__(self, folder: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def watch(self, pids: Iterable[int]) -> None:
        """These, and no others any more."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            with suppress(BrokenPipeError):  # somebody has killed it: the demo goes on
                self._process.stdin.write(" ".join(map(str, pids)).encode() + b"\n")
                self._process.stdin.flush()

    def close(self) -> None:
        """All is in order: kill nobody, and end. May be called again."""
        self.watch(())
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()


def _wait(folder: str) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    pids: list[int] = []
    orderly = False
    for line in sys.stdin.buffer:
        pids = [int(each) for each in line.split()]
        orderly = not pids
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    if not orderly:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _wait(sys.argv[1])
