"""A process that is measured: started, watched through /proc, ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
STOP_S = 20.0
LOG_TAIL_CHARS = 3000


class Died(Exception):
    """It ended before its time; the message has the end of its log."""


@dataclass(slots=True)
class Contestant:
    """`python -m …` with its output in a file."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    cpu: list[tuple[float, float]] = field(default_factory=list)  # milliseconds since 1970, seconds of CPU so far
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin."""
        with self.log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                cwd=self.log.parent,  # the rivals leave folders where they run
                env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process, once started."""
        if self._process is None:
            raise Died("it was not started")
        return self._process

    def look(self) -> None:
        """Note the CPU it has used. Raises Died."""
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-LOG_TAIL_CHARS:]
            raise Died(f"python -m {' '.join(self.arguments)} ended with {self.process.returncode}:\n{tail}")
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        self.cpu.append((time.time() * 1000, (int(fields[11]) + int(fields[12])) / TICKS_PER_S))

    def wait_logged(self, text: str, timeout_s: float) -> None:
        """Until its log holds the text. Raises Died."""
        deadline = time.monotonic() + timeout_s
        while text not in self.log.read_text(errors="replace"):
            self.look()
            if time.monotonic() > deadline:
                raise Died(f"{text} is not in the log of python -m {' '.join(self.arguments)} after {timeout_s:g} s")
            time.sleep(0.05)

    def cpu_s(self, from_ms: int, to_ms: int) -> float:
        """CPU used between two moments, from the looks nearest to them."""
        begin = min(self.cpu, key=lambda look: abs(look[0] - from_ms))
        end = min(self.cpu, key=lambda look: abs(look[0] - to_ms))
        return end[1] - begin[1]

    def peak_bytes(self) -> int:
        """The most memory it has held."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    def stop(self) -> int:
        """SIGTERM, and kill when it does not follow. Its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
