"""The processes of the demo and their temporary folder: set up one by one, gone together."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from workers.demo.broker import broker_command, broker_program
from workers.demo.child import Child
from workers.demo.ports import HOST, accepts, serve
from workers.demo.signals import Signals
from workers.demo.store import store_answers, store_command, store_program
from workers.demo.warden import Warden
from workers.errors import Unavailable

READY_S = 180.0  # compiling takes 20 s, and on a busy machine many times as long
EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Launch:
    """How a process is started."""

    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path


class Stage(AbstractContextManager["Stage"]):
    """`close` may be called again, and from any state: it stops what runs and removes the folder."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._children: list[Child] = []
        self._folder: Path | None = None
        self._warden: Warden | None = None
        self.kafka = ""  # host:port
        self.redis = ""  # redis://host:port/0

    def __enter__(self) -> Self:
        with self._signals.held():
            self._folder = Path(tempfile.mkdtemp(prefix="wirewatch-demo-"))
            self._warden = Warden(str(self._folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where the logs are; it exists only within the block."""
        if self._folder is None:
            raise Unavailable("the demo has no folder yet")
        return self._folder

    def start_broker(self) -> None:
        """Raises Unavailable."""
        program = broker_program(self.folder)
        port = serve(
            lambda port: self._start("broker", Launch(_texts(broker_command(program, port)), {}, self.folder)), accepts
        )
        self.kafka = f"{HOST}:{port}"

    def start_store(self) -> None:
        """Raises Unavailable."""
        program = store_program(self.folder)

        def start(port: int) -> Child:
            return self._start("store", Launch(_texts(store_command(program, port, self.folder)), {}, self.folder))

        self.redis = f"redis://{HOST}:{serve(start, store_answers)}/0"

    def start_worker(self, launch: Launch) -> None:
        """Start a match worker that logs JSON lines, and wait until it says `ready`. Raises Unavailable."""
        worker = self._start("match worker", launch)
        deadline = time.monotonic() + READY_S
        while not _says_ready(worker.log):
            self.check()
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"the match worker is not ready within {READY_S:.0f} s: the machine may be busy, and what is "
                    f"compiled is kept: run it again. The end of its log:\n{worker.log_tail()}"
                )
            time.sleep(EVERY_S)

    def check(self) -> None:
        """Raises Unavailable when a process has ended by itself, KeyboardInterrupt when a signal was heard."""
        self._signals.check()
        for child in self._children:
            child.check()

    def close(self) -> None:
        """Stop what was started last first, so that the worker can leave in peace."""
        with self._signals.held():
            for child in reversed(self._children):
                child.stop()
            self._children.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
            if self._warden is not None:
                self._warden.close()

    def _start(self, name: str, launch: Launch) -> Child:
        with self._signals.held():
            log = self.folder / f"{name.replace(' ', '-')}.log"
            child = Child(name, launch.command, log, launch.env, launch.cwd)
            self._children = [each for each in self._children if not each.ended] + [child]
            if self._warden is not None:
                self._warden.watch(each.pid for each in self._children)
        return child


def _texts(command: Sequence[str | Path]) -> list[str]:
    return [str(part) for part in command]


def _says_ready(log: Path) -> bool:
    for line in log.read_bytes().splitlines():
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue  # a traceback, or a line half written
        if isinstance(said, dict) and said.get("event") == "ready":
            return True
    return False
