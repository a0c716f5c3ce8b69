"""A real redis-server on a loopback port of its own."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.missing import program
from tests.services.ports import free_port
from tests.services.process import ServerProcess

START_TIMEOUT_S = 20.0


class RedisServer:
    """Ended with the block. Without `appendonly` it keeps nothing when it ends; with it, what was acknowledged."""

    def __init__(self, appendonly: bool = False) -> None:
        path = program("redis-server", "redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.folder = tempfile.TemporaryDirectory(prefix="redis-", ignore_cleanup_errors=True)
        command = [path, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder.name]
        keeping = ["--appendonly", "yes", "--appendfsync", "always"] if appendonly else ["--appendonly", "no"]
        self._process = ServerProcess(
            [*command, *keeping], Path(self.folder.name) / "redis.log", self._answers, START_TIMEOUT_S
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.folder.cleanup()

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid

    def start(self, *options: str) -> None:
        """Returns when it answers, and has loaded what it kept. The options are for this time only."""
        self._process.start(*options)

    def stop(self) -> None:
        """As an operator would, with SIGTERM."""
        self._process.stop()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze: connections stay open, nothing answers."""
        self._process.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._process.resume()

    def flush(self) -> None:
        """Lose everything at once."""
        self._ask("FLUSHALL", "+OK")

    def _answers(self) -> bool:
        try:
            self._ask("PING", "+PONG")
        except (OSError, ValueError):
            return False
        return True

    def _ask(self, command: str, expected: str) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(command.encode() + b"\r\n")
            answer = link.makefile("rb").readline().decode().strip()
        if answer != expected:
            raise ValueError(f"Redis answers {command} with {answer}")
