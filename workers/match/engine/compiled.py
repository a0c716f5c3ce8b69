"""The way to machine code: every entry is compiled for one signature when it is first imported, and kept on disk.

Nothing is compiled at first use, so no rare path makes a pause. Entries are called past numba's dispatcher, which
would look at the types of all arguments each time: callers keep to the signature.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """A function that only compiled functions call."""
    made: Callable[P, R] = njit(function)
    return made


def entry(signature: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function that Python calls, with exactly these types."""

    def compiled(function: Callable[P, R]) -> Callable[P, R]:
        dispatcher = njit(signature, cache=True)(function)
        (overload,) = dispatcher.overloads.values()
        made: Callable[P, R] = overload.entry_point
        return made

    return compiled
