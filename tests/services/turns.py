"""Whose turn it is, where tests run side by side: most share the machine, and some must have it for themselves."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DOOR = Path(__file__)
ROOM = Path(__file__).parent
WAITING = {False: fcntl.LOCK_SH, True: fcntl.LOCK_EX}


@contextmanager
def turn(alone: bool, door: Path = DOOR, room: Path = ROOM) -> Iterator[None]:
    """A turn with others beside it, or alone.

    All wait at the door, and who wants to be alone keeps it closed until the room is empty: so nobody waits for ever.
    The locks are those of the system, on files that are there anyhow: a process that is killed leaves none behind.
    """
    with _held(room) as inside:
        with _held(door) as outside:
            fcntl.flock(outside, fcntl.LOCK_EX)
            fcntl.flock(inside, WAITING[alone])
        yield


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """A descriptor to lock; what is locked by it is free again when it is closed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
