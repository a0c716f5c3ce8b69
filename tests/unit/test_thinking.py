"""A batch is thought about in turns: an edit gets in between two articles, and never into one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from workers import thinking
from workers.thinking import Thinker, at_once, each_in_turn

T = TypeVar("T")


async def test_an_edit_waits_for_one_turn_and_not_for_the_batch() -> None:
    thinker, done, edited = Thinker(), list[object](), threading.Event()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(piece: int) -> None:
        if piece == 0:
            loop.call_soon_threadsafe(begun.set)
        edited.wait(thinking.TURN_S * 2)  # each a turn of its own, until the edit
        done.append(piece)

    def edit() -> None:
        done.append("edit")
        edited.set()

    batch = asyncio.create_task(each_in_turn(thinker, range(50), slow))
    await begun.wait()
    async with asyncio.timeout(30):
        await thinker(edit)
    at = done.index("edit")
    async with asyncio.timeout(30):
        await batch
    thinker.close()
    assert at <= 2
    assert [each for each in done if each != "edit"] == list(range(50))


async def test_many_short_pieces_are_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinking, "TURN_S", 60)
    turns, done = 0, list[int]()

    async def think(work: Callable[[], T]) -> T:
        nonlocal turns
        turns += 1
        return work()

    await each_in_turn(think, range(1000), done.append)
    assert (turns, len(done)) == (1, 1000)


@pytest.mark.parametrize("turn_s", [0, 60], ids=["a turn a piece", "one turn"])
async def test_what_a_piece_raises_ends_the_batch(turn_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinking, "TURN_S", turn_s)
    done = list[int]()

    def fail_at_two(piece: int) -> None:
        if piece == 2:
            raise ZeroDivisionError
        done.append(piece)

    with pytest.raises(ZeroDivisionError):
        await each_in_turn(at_once, range(5), fail_at_two)
    assert done == [0, 1]
