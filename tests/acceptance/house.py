"""A match worker as a process, on a real broker and store, watched from outside by kafka-python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import orjson

from config.topics import CATALOGUE, channel_topic
from tests.services import witness
from workers.streams.admin import Admin

ROOT = Path(__file__).parents[2]
ARGUMENTS = ["run", "match"]
Row = dict[str, Any]


class Process(Protocol):
    """The part of subprocess.Popen that is made use of."""

    @property
    def pid(self) -> int:
        """Of the system."""

    @property
    def returncode(self) -> int | None:
        """What `poll` or `wait` has found."""

    def poll(self) -> int | None:
        """The exit code, once it has ended; the negative number of a signal."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, when it has ended. Raises subprocess.TimeoutExpired."""

    def send_signal(self, number: int, /) -> None:
        """Does nothing when it has ended."""

    def kill(self) -> None:
        """kill -9."""


Start = Callable[[str, Mapping[str, str], Path], Process]


def spawn(module: str, environment: Mapping[str, str], log: Path, kind: str = "match") -> Process:
    """`python -m MODULE run KIND` with more in its environment, and what it says appended to a file."""
    command = [sys.executable, "-m", module, "run", kind]
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )


class WorkerProcess:
    """`wirewatch run` with its log in a file; `module` is what Python is started with."""

    def __init__(
        self, environment: Mapping[str, str], log: Path, module: str = "workers", start: Start = spawn
    ) -> None:
        self._log = log
        self.process = start(module, environment, log)

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text(errors="replace")

    @property
    def peak_bytes(self) -> int | None:
        """The most memory that it has had; None where the system does not tell (Linux does)."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return None
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def wait_ready(self, timeout_s: float = 120) -> None:
        """Until it says so."""
        self.wait_logged('"event": "ready"', timeout_s)

    def wait_logged(self, text: str, timeout_s: float = 120, times: int = 1) -> None:
        """Until its log holds the text so many times."""
        wait_for(
            lambda: self.log.count(text) >= times or self.process.poll() is not None,
            timeout_s,
            lambda: f"{text}\n{self.log[-4000:]}",
        )
        assert self.log.count(text) >= times, f"the worker ended with {self.process.returncode}\n{self.log[-4000:]}"

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def terminate(self, timeout_s: float = 10) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_exit(timeout_s)

    def wait_exit(self, timeout_s: float = 120) -> int:
        """Until it ends by itself; its exit code."""
        return self.process.wait(timeout_s)


class House:
    """Topics of its own prefix, the workers on them, and what came out. `start` is how a worker is."""

    def __init__(self, bootstrap: str, redis_url: str, prefix: str, folder: Path, start: Start = spawn) -> None:
        self.bootstrap = bootstrap
        self.redis_url = redis_url
        self.prefix = prefix
        self._folder = folder
        self._start = start
        self._workers: list[WorkerProcess] = []

    def create_topics(self, channels: Iterable[str] = (), partitions: int = 4) -> None:
        """The catalogue, and the topics and records of channels."""
        names = list(channels)
        with Admin(self.bootstrap, self.prefix) as admin:
            admin.create([*CATALOGUE, *map(channel_topic, names)], partitions, 1)
        self.send("channels", [(name, {"id": name}) for name in names])

    def send(self, topic: str, rows: Sequence[tuple[str, Row | bytes | None]]) -> None:
        """Rows of key and value on to a topic, acknowledged."""
        values: list[tuple[bytes, bytes | None, list[tuple[str, bytes]]]] = [
            (key.encode(), value if value is None or isinstance(value, bytes) else orjson.dumps(value), [])
            for key, value in rows
        ]
        witness.produce(self.bootstrap, self.prefix + topic, values)

    def apply(self, *rules: Row) -> None:
        """Rule records, as an editor's tool sends them."""
        self.send("rules", [(rule["id"], rule) for rule in rules])

    def publish(self, *articles: Row) -> None:
        """Articles, keyed by uri."""
        self.send("articles", [(article["uri"], article) for article in articles])

    def start(self, **settings: object) -> WorkerProcess:
        """A worker, not yet ready. Settings by their environment names, without WIREWATCH_."""
        return self.start_module("workers", {}, settings)

    def start_deliver(self, **settings: object) -> WorkerProcess:
        """A deliver worker."""
        return self.start_module("workers", {}, settings, "deliver")

    def start_module(
        self, module: str, more: Mapping[str, str], settings: Mapping[str, object], kind: str = "match"
    ) -> WorkerProcess:
        """The same by another module, with more in its environment."""
        environment = {
            "WIREWATCH_KAFKA": self.bootstrap,
            "WIREWATCH_REDIS": self.redis_url,
            "WIREWATCH_TOPIC_PREFIX": self.prefix,
            "WIREWATCH_REDIS_CLAIMS_KEY_PREFIX": self.prefix,
            "WIREWATCH_LOG_FORMAT": "json",
            "WIREWATCH_MATCH_LEASE_S": "2",
            "WIREWATCH_MATCH_SESSION_TIMEOUT_S": "6",
            "WIREWATCH_MATCH_REBALANCE_TIMEOUT_S": "6",
            "WIREWATCH_MATCH_HEARTBEAT_INTERVAL_S": "1",
            **{f"WIREWATCH_{name.upper()}": str(value) for name, value in settings.items()},
            **more,
        }
        start = self._start if kind == "match" else partial(spawn, kind=kind)
        worker = WorkerProcess(environment, self._folder / f"worker-{len(self._workers)}.log", module, start)
        self._workers.append(worker)
        return worker

    def close(self) -> None:
        """End what still runs."""
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.kill()

    def rows(self, topic: str) -> list[Row]:
        """All values on a topic, in the order of their partitions."""
        records = witness.read_all(self.bootstrap, self.prefix + topic)
        return [json.loads(record.value) for record in records if record.value]

    def values(self, topic: str) -> list[bytes]:
        """The same as bytes."""
        return [record.value for record in witness.read_all(self.bootstrap, self.prefix + topic)]

    def wait_done(self, timeout_s: float = 180) -> None:
        """Until every article record is committed."""
        group, topic = f"{self.prefix}wirewatch-match", f"{self.prefix}articles"
        with witness.Lag(self.bootstrap, group, topic) as lag:  # one for each time: an outage costs it its connections
            wait_for(
                lambda: lag.records() == 0,
                timeout_s,
                lambda: f"lag {lag.records()}\n{self._workers[-1].log[-4000:]}",
            )


def wait_for(done: Callable[[], object], timeout_s: float, told: Callable[[], str] = lambda: "") -> None:
    """Wait for the thing, not for a time; fails with what `told` says."""
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {told()}"
        time.sleep(0.05)


@contextmanager
def closing(house: House) -> Iterator[House]:
    """The house, and nothing left of it."""
    try:
        yield house
    finally:
        house.close()


def pairs(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """(rule id, article uri) of alerts or decisions."""
    return [(row["rule"]["id"], row["article"]["uri"]) for row in rows]
