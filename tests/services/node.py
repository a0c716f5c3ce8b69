"""A program of Node's that listens on a loopback port of its own."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.missing import program
from tests.services.ports import free_port
from tests.services.process import ServerProcess

START_TIMEOUT_S = 20.0


class NodeServer:
    """Ended with the block. It gets its files, its port as `PORT`, and what is given besides. Raises Missing."""

    def __init__(self, files: Mapping[str, str], main: str, modules: Path | None = None, **environment: str) -> None:
        node, env = program("node", "nodejs"), program("env", "coreutils")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._folder = tempfile.TemporaryDirectory(prefix="node-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        for name, text in files.items():
            (folder / name).write_text(text)
        if modules is not None:
            (folder / "node_modules").symlink_to(modules)
        told = [f"{name}={value}" for name, value in {**environment, "PORT": str(self.port)}.items()]
        self._process = ServerProcess(
            [env, *told, node, str(folder / main)], folder / "node.log", self._answers, START_TIMEOUT_S
        )

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._folder.cleanup()

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._process.log

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True
