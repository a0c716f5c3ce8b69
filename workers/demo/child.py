"""A process of the demo: in a session of its own, so that Ctrl-C reaches us alone and we stop all in order."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from workers.errors import Unavailable

LOG_LINES = 12  # told when a process ends by itself
LOG_TAIL_BYTES = 16_384
KILL_AFTER_S = 5.0


class Child:
    """Started at once; `stop` may be called again."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, env: Mapping[str, str], cwd: Path) -> None:
        self.name = name
        self.log = log
        try:
            with log.open("wb") as file:
                self._process = subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    env=dict(env),
                    cwd=cwd,
                    start_new_session=True,
                )
        except OSError as exc:
            hint = "hint: is the package made for this machine's system and processor?"
            raise Unavailable(f"{name} does not start: {command[0]}: {exc.strerror or exc}; {hint}") from exc

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def check(self) -> None:
        """Raises Unavailable with the end of its log when it has ended by itself."""
        code = self._process.poll()
        if code is not None:
            raise Unavailable(f"{self.name} ended by itself with code {code}. The end of its log:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The last lines of what it has said, indented."""
        with self.log.open("rb") as file:
            file.seek(max(self.log.stat().st_size - LOG_TAIL_BYTES, 0))
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LOG_LINES:]) or "  (it is empty)"

    def stop(self) -> None:
        """Ask it to end, then kill it."""
        if self.ended:
            return
        self._process.terminate()
        try:
            self._process.wait(KILL_AFTER_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
