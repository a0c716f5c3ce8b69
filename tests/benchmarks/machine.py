"""The machine a figure comes from: what matters for comparing, nothing that names it."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("faust-streaming", "aiokafka", "quixstreams", "confluent-kafka", "pydantic", "orjson", "redis", "hiredis")


def describe(libraries: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """Date, processor, memory and versions."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{len(os.sched_getaffinity(0))} cores, {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        **({"redis-server": _redis()} if "redis" in libraries else {}),
        **{name: _version(name) for name in libraries},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _redis() -> str:
    told = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=False).stdout
    return next((word.removeprefix("v=") for word in told.split() if word.startswith("v=")), "unknown")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
