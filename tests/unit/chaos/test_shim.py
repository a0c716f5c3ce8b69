"""The shifted clock is what Python tells, and can change while the process runs."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

from tests.sources import ROOT

ASKED = """
import sys, time
before = time.time()
from tests.chaos.shim import shift_clock
shift_clock(sys.argv[1])
import datetime as module
from datetime import UTC, datetime
def shifts():
    now = (time.time(), time.time_ns() / 1e9, datetime.now(UTC).timestamp(), module.datetime.now().timestamp())
    return [round(each - before) for each in now]
first = shifts()
with open(sys.argv[1], "r+b") as file:
    import struct
    file.write(struct.pack("d", -50.0))
print(first, shifts(), isinstance(datetime.now(UTC), datetime), isinstance(datetime(2026, 1, 2), datetime))
"""


def test_all_clocks_of_python_are_shifted_and_follow_the_file(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_bytes(struct.pack("d", 3600.0))
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(clock)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == f"{[3600] * 4} {[-50] * 4} True True", done.stderr
