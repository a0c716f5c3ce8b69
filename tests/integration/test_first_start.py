"""The first start on a machine: the engine is compiled, and the worker can be asked meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services.ports import free_port
from tests.sources import ROOT
from workers.health import TOLD, Missing

COMPILED_S = 240.0  # on a machine that is shared by many tests; alone it takes some 20 s
ASKED_S = 30.0


class Worker:
    """A match worker without a broker: how far it comes is asked over HTTP."""

    def __init__(self, cache: Path, log: Path) -> None:
        self.port = free_port()
        self._log = log
        environment = {
            "NUMBA_CACHE_DIR": str(cache),
            "WIREWATCH_MATCH_METRICS_PORT": str(self.port),
            "WIREWATCH_KAFKA": f"127.0.0.1:{free_port()}",
            "WIREWATCH_REDIS": f"redis://127.0.0.1:{free_port()}/0",
        }
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "run", "match"],
                cwd=ROOT,
                env={**os.environ, **environment},
                stderr=file,
            )

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text()

    def ask(self, path: str) -> tuple[int, str]:
        """The status and the text; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=ASKED_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except urllib.error.URLError:
            return 0, ""

    def wait_ready(self, wanted: bool, line: Missing, timeout_s: float) -> str:
        """Until it says that it waits for this, or does so no longer; what it says then."""
        deadline = time.monotonic() + timeout_s
        while True:
            status, told = self.ask("/readyz")
            if status and (TOLD[line] in told) is wanted:
                assert status == 503
                return told
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, (told, self.log)
            time.sleep(0.05)


@contextmanager
def worker(cache: Path, log: Path) -> Iterator[Worker]:
    """It is ended with the block."""
    started = Worker(cache, log)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def test_a_worker_that_compiles_says_so_and_is_not_ready_and_the_next_one_need_not(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with worker(cache, tmp_path / "first.log") as first:
        told = first.wait_ready(True, Missing.ENGINE, ASKED_S)
        assert told.startswith("not ready\n")
        assert "\nwirewatch_ready 0.0" in first.ask("/metrics")[1]
        told = first.wait_ready(False, Missing.ENGINE, COMPILED_S)
        assert TOLD[Missing.RULES] in told
        assert "compiling the matching engine" in first.log
    with worker(cache, tmp_path / "second.log") as second:
        second.wait_ready(False, Missing.ENGINE, ASKED_S)
        assert "compiling the matching engine" not in second.log


def test_a_worker_that_is_told_to_end_while_it_compiles_ends_in_order(tmp_path: Path) -> None:
    with worker(tmp_path / "cache", tmp_path / "log") as first:
        first.wait_ready(True, Missing.ENGINE, ASKED_S)
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(10) == 0, first.log
        assert "Traceback" not in first.log


def test_what_a_worker_says_of_itself_takes_no_engine() -> None:
    code = "import sys, workers.vitals; sys.exit('numba' in sys.modules or 'workers.match' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("missing", list(Missing))
def test_everything_that_a_worker_waits_for_is_told_in_words(missing: Missing) -> None:
    assert TOLD[missing]
