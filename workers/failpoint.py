"""Death at a numbered step, for tests."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

Steps = TypeVar("Steps", bound=IntEnum)


def failpoint(text: str, steps: type[Steps]) -> Callable[[Steps], None]:
    """`CLAIMED:3` kills the process, as kill -9 does, when it passes step CLAIMED for the third time."""
    if not text:
        return lambda _: None
    name, _, number = text.partition(":")
    wanted, passed = steps[name], Counter[Steps]()

    def pass_or_die(step: Steps) -> None:
        passed[step] += 1
        if step is wanted and passed[step] == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_or_die
