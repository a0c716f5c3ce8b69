"""What a nursery forks is what subprocess.Popen would have started, and ends with the nursery."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from tests.acceptance.house import Process, Start, spawn, wait_for
from tests.chaos.fleet import stopped
from tests.chaos.nursery import alone
from tests.chaos.nurslings import Nurseries, Nursery, Nursling
from tests.chaos.shim import CLOCK

TOLD = """
import asyncio, faulthandler, gc, json, logging, os, random, signal, stat, sys, threading

def kind(number):
    status = os.fstat(number)
    return [stat.S_IFMT(status.st_mode), status.st_rdev, status.st_ino if number else 0]

def handler(number):
    found = signal.getsignal(number)
    return found.__name__ if callable(found) and not isinstance(found, signal.Handlers) else repr(found)

print(json.dumps({
    "name": __name__,
    "file": __file__,
    "package": __package__,
    "argv": sys.argv,
    "path": sys.path,
    "main": sys.modules["__main__"].__dict__ is globals(),
    "environment": dict(sorted(os.environ.items())),
    "folder": os.getcwd(),
    "group": os.getpgid(0),
    "session": os.getsid(0),
    "mask": os.umask(0o22),
    "handlers": {number.name: handler(number) for number in signal.Signals},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "wakeup": signal.set_wakeup_fd(-1),
    "descriptors": [number for number in range(100) if os.path.exists(f"/proc/self/fd/{number}")],
    "streams": [kind(number) for number in range(3)],
    "texts": [[each.encoding, each.errors, each.line_buffering] for each in (sys.stdin, sys.stdout, sys.stderr)],
    "threads": [each.name for each in threading.enumerate()],
    "main thread": threading.main_thread() is threading.current_thread(),
    "faults are told": faulthandler.is_enabled(),
    "collects": [gc.isenabled(), gc.get_threshold()],
    "logs": [logging.getLogger().level, len(logging.getLogger().handlers)],
    "loop": repr(asyncio._get_running_loop()),
}))
"""
OTHERS = {
    "told": TOLD,
    "chance": "import random; print(random.random())",
    "hashed": "print(hash('a word'))",
    "ended": "import sys; sys.exit(3)",
    "failed": "raise ValueError('of no use')",
    "waiting": "import signal\nprint('here', flush=True)\nwhile True: signal.pause()",
    "leaving": "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    "print('here', flush=True)\nwhile True: signal.pause()",
    "stopped": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nprint('goes on')",
    "tasks": "import os, sys; print(len(os.listdir('/proc/self/task')), 'workers.streams.match_worker' in sys.modules)",
}
LIMIT_S = 60


@pytest.fixture(scope="module", autouse=True)
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is run here, where Python finds it."""
    folder = tmp_path_factory.mktemp("modules")
    for name, text in OTHERS.items():
        (folder / f"nursed_{name}.py").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        yield


@pytest.fixture(scope="module")
def nursery(modules: None) -> Iterator[Nursery]:
    with Nursery(imported=()) as made:
        yield made


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def said(start: Start, name: str, log: Path, **environment: str) -> str:
    """All that it says until it ends with 0."""
    assert start(f"nursed_{name}", environment, log).wait(LIMIT_S) == 0, log.read_text()
    return log.read_text()


def begun(start: Start, name: str, log: Path) -> Any:
    """One that says that it is here."""
    process = start(f"nursed_{name}", {}, log)
    wait_for(lambda: "here" in log.read_text(), LIMIT_S)
    return process


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_forked_is_what_would_have_been_started(nursery: Nursery, tmp_path: Path) -> None:
    log = tmp_path / "log"  # the same for both: it is among what is compared
    forked = json.loads(said(nursery.start, "told", log, WIREWATCH_KAFKA="here"))
    log.write_text("")
    assert forked == json.loads(said(spawn, "told", log, WIREWATCH_KAFKA="here"))
    assert forked["environment"]["WIREWATCH_KAFKA"] == "here"


def test_what_one_is_told_of_the_world_the_next_does_not_know(nursery: Nursery, log: Path, tmp_path: Path) -> None:
    said(nursery.start, "told", log, WIREWATCH_KAFKA="here")
    next_one = json.loads(said(nursery.start, "told", tmp_path / "other"))
    assert "WIREWATCH_KAFKA" not in next_one["environment"]


def test_chance_is_anothers_in_each(nursery: Nursery, log: Path) -> None:
    for _ in range(2):
        said(nursery.start, "chance", log)
    one, other = log.read_text().split()
    assert one != other


def test_a_log_is_written_on(nursery: Nursery, log: Path) -> None:
    log.write_text("before\n")
    assert said(nursery.start, "hashed", log).startswith("before\n")


def test_codes_are_those_of_popen(nursery: Nursery, log: Path) -> None:
    failed = nursery.start("nursed_failed", {}, log)
    assert nursery.start("nursed_ended", {}, log).wait(LIMIT_S) == 3
    assert failed.wait(LIMIT_S) == failed.poll() == failed.returncode == 1
    assert "ValueError: of no use" in log.read_text()


@pytest.mark.parametrize(
    ("name", "send", "code"),
    [
        ("waiting", lambda process: process.kill(), -signal.SIGKILL),
        ("waiting", lambda process: process.send_signal(signal.SIGTERM), -signal.SIGTERM),
        ("leaving", lambda process: process.send_signal(signal.SIGTERM), 0),
    ],
    ids=["kill", "SIGTERM", "SIGTERM that is handled"],
)
def test_signals_arrive(nursery: Nursery, log: Path, name: str, send: Callable[[Nursling], None], code: int) -> None:
    process = begun(nursery.start, name, log)
    assert process.poll() is None
    send(process)
    assert process.wait(LIMIT_S) == code
    send(process)  # it has ended: that is no error


def test_one_that_stops_itself_is_seen_and_goes_on(nursery: Nursery, log: Path) -> None:
    process = nursery.start("nursed_stopped", {}, log)
    worker: Any = SimpleNamespace(process=process)
    wait_for(lambda: stopped(worker), LIMIT_S)
    assert process.poll() is None
    process.send_signal(signal.SIGCONT)
    assert process.wait(LIMIT_S) == 0
    assert log.read_text() == "goes on\n"


def test_waiting_has_an_end(nursery: Nursery, log: Path) -> None:
    process = begun(nursery.start, "waiting", log)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    process.wait(LIMIT_S)


def test_nothing_is_left_when_a_nursery_is_closed(log: Path) -> None:
    with Nursery(imported=()) as nursery:
        process = begun(nursery.start, "waiting", log)
    assert process.returncode == -signal.SIGKILL
    assert not lives(process.pid)


def test_nothing_is_left_when_a_nursery_is_killed_and_it_is_said(log: Path) -> None:
    with Nursery(imported=()) as nursery:
        process = begun(nursery.start, "waiting", log)
        os.kill(nursery.pid, signal.SIGKILL)
        assert process.wait(LIMIT_S) == -signal.SIGKILL
        for _ in range(2):
            with pytest.raises(OSError, match=r"nursery has ended|Broken pipe"):
                nursery.start("nursed_waiting", {}, log)
    wait_for(lambda: not lives(process.pid), LIMIT_S)


def test_a_nursery_has_all_that_a_worker_imports_and_no_thread(log: Path) -> None:
    with Nursery() as nursery:
        assert said(nursery.start, "tasks", log) == "1 True\n"


def test_a_thread_in_a_nursery_is_a_bug() -> None:
    done = Event()
    thread = Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(AssertionError, match="a nursery with"):
            alone()
    finally:
        done.set()
        thread.join()


def test_a_worker_and_the_next_hash_unlike_and_one_of_a_shifted_clock_is_not_forked(log: Path, tmp_path: Path) -> None:
    started: list[Process] = []

    def start(module: str, environment: Mapping[str, str], log: Path) -> Process:
        started.append(nurseries.start(module, environment, log))
        return started[-1]

    clock = tmp_path / "clock"
    clock.write_bytes(struct.pack("d", 0.0))
    with Nurseries(imported=()) as nurseries:
        said(start, "hashed", log)
        one, other = said(start, "hashed", log).split()
        assert one != other
        said(start, "hashed", log, **{CLOCK: str(clock)})
    assert [type(each) for each in started] == [Nursling, Nursling, subprocess.Popen]
