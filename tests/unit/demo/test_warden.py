"""The warden ends what a killed demo has left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.demo.warden import Warden

KILLED = -9
DEADLINE_S = 30.0
HOLDER = """
import sys, time
from workers.demo.warden import Warden
warden = Warden(sys.argv[1])
warden.watch([int(sys.argv[2])])
print("watched", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that would go on for long."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def test_a_kill_of_who_started_it_kills_what_is_watched_and_removes_the_folder(
    sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "log").touch()
    command = [sys.executable, "-c", HOLDER, str(folder), str(sleeper.pid)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"watched\n"
        holder.kill()
    assert sleeper.wait(DEADLINE_S) == KILLED
    while folder.exists():
        pass


def test_an_orderly_end_kills_nobody(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    warden = Warden(str(tmp_path))
    warden.watch([sleeper.pid])
    warden.close()
    warden.close()
    assert sleeper.poll() is None
    assert tmp_path.exists()
