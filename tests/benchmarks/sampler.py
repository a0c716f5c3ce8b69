"""Where the CPU time of this process goes, function by function."""

from __future__ import annotations

import signal
import sysconfig
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

SAMPLE_S = 0.001  # of CPU time, between two looks at the stack
PLACES = (Path(__file__).parents[2], Path(sysconfig.get_path("platlib")), Path(sysconfig.get_path("stdlib")))


class Sampler:
    """Looks at the stack every so often of CPU time: cheap, and blind to nothing that runs in Python."""

    def __init__(self) -> None:
        self._own: Counter[CodeType] = Counter()
        self._total: Counter[CodeType] = Counter()

    def start(self) -> None:
        """Begin; main thread only."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_S, SAMPLE_S)

    def stop(self) -> None:
        """End."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    @property
    def own(self) -> Counter[str]:
        """Looks that found a function at work itself."""
        return _by_name(self._own)

    @property
    def total(self) -> Counter[str]:
        """Looks that found a function on the stack."""
        return _by_name(self._total)

    def _look(self, number: int, frame: FrameType | None) -> None:
        if frame is not None:
            self._own[frame.f_code] += 1
        seen = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self._total.update(seen)


def _by_name(looks: Counter[CodeType]) -> Counter[str]:
    named: Counter[str] = Counter()
    for code, number in looks.items():
        named[f"{_place(code.co_filename)}:{code.co_qualname}"] += number
    return named


def _place(filename: str) -> str:
    path = Path(filename)
    for place in PLACES[::-1]:
        if path.is_relative_to(place) and (place is not PLACES[2] or "site-packages" not in path.parts):
            return str(path.relative_to(place))
    return path.name
