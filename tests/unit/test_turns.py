"""Tests that run side by side: who needs the machine alone has it, and is not passed by those who came later."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import pytest

from tests.acceptance.house import wait_for
from tests.services.turns import turn

LIMIT_S = 20


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """The door and the room."""
    for name in ("door", "room"):
        (tmp_path / name).touch()
    return tmp_path / "door", tmp_path / "room"


def is_closed(door: Path) -> bool:
    with door.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_those_who_need_not_be_alone_are_there_together(places: tuple[Path, Path]) -> None:
    together = Barrier(3)

    def stay() -> None:
        with turn(False, *places):
            together.wait(LIMIT_S)

    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(stay) for _ in range(3)]:
            done.result()


def test_who_is_alone_waits_for_those_inside_and_comes_before_all_who_ask_later(places: tuple[Path, Path]) -> None:
    seen: list[str] = []
    inside, leave = Event(), Event()

    def stay(name: str, alone: bool, until: Callable[[], object]) -> None:
        with turn(alone, *places):
            seen.append(f"{name} comes")
            inside.set()
            until()
            seen.append(f"{name} goes")

    with ThreadPoolExecutor() as threads:
        first = threads.submit(stay, "first", False, partial(leave.wait, LIMIT_S))
        assert inside.wait(LIMIT_S)
        alone = threads.submit(stay, "alone", True, bool)
        wait_for(lambda: is_closed(places[0]), LIMIT_S)
        later = threads.submit(stay, "later", False, bool)
        leave.set()
        for done in (first, alone, later):
            done.result()
    assert seen == ["first comes", "first goes", "alone comes", "alone goes", "later comes", "later goes"]
