"""A worker that crashes ends its process; only what is a fault of ours is told with a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from config.logging import setup
from workers.errors import Broken, Unavailable
from workers.streams.match_worker import App, run_app

setup("json", "INFO")
app = App("ends", broker="kafka://127.0.0.1:1", web_enabled=False)

@app.task
async def fail():
    raise {error}

try:
    run_app(app)
except Unavailable as exc:
    print("unavailable:", exc)
    sys.exit(69)
"""


@pytest.mark.parametrize(
    ("error", "code", "printed"),
    [
        pytest.param("Broken('we')", 1, "", id="broken"),
        pytest.param("ZeroDivisionError('we')", 1, "", id="unknown"),
        pytest.param("Unavailable('we')", 69, "unavailable: we\n", id="unavailable"),
    ],
)
def test_a_crash_keeps_its_traceback_unless_it_is_an_outage(error: str, code: int, printed: str) -> None:
    command = [sys.executable, "-c", PROGRAM.format(error=error)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, printed), done.stderr
    assert "Crashed reason=" in done.stderr
    assert ("Traceback" in done.stderr) == (code == 1), done.stderr
    assert ("We experienced a crash" in done.stderr) == (code == 1)
