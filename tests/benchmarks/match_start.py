"""How long a process takes from nothing to its first match, with the machine code to be made, and kept from before."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

_CODE = "from workers.match import Matcher; m = Matcher({'a': 'b'}); assert m.match({'title': 'b'}) == ['a']"


def starts() -> dict[str, float]:
    """Seconds by the wall, with an empty cache first."""
    with tempfile.TemporaryDirectory() as folder:
        cold = _start_s(folder)
        warm = sorted(_start_s(folder) for _ in range(3))[1]
    return {"cold, the engine is compiled": cold, "warm, it was compiled before": warm}


def _start_s(cache: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _CODE], env={**os.environ, "NUMBA_CACHE_DIR": cache}, check=True)
    return time.perf_counter() - began
