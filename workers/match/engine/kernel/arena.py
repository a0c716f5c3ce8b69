"""Blocks of whole numbers, each a power of two long, cut from one array; a freed block is used again.

A list is a block that begins with its length, followed by its entries. Its length says how large the block is.
"""

from __future__ import annotations

from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.growth import grown
from workers.match.engine.kernel.state import ARENA_TOP, FREE, LIVE_WORDS, State


@inner
def size_class(words: int) -> int:
    """The least k with 2**k >= words, at least 1."""
    k = 1
    while (1 << k) < words:
        k += 1
    return k


@inner
def taken(state: State, k: int) -> int:
    """A block of 2**k words; what is in it is left from before. The arena may have moved afterwards."""
    numbers = state.numbers
    arena = state.arena
    numbers[LIVE_WORDS] += 1 << k
    block: int = numbers[FREE + k]
    if block:
        numbers[FREE + k] = arena[block]
        return block
    block = numbers[ARENA_TOP]
    top = block + (1 << k)
    if top > arena.size:
        state.arena = grown(arena, block, max(arena.size * 2, top))
    numbers[ARENA_TOP] = top
    return block


@inner
def given_back(state: State, block: int, k: int) -> None:
    """The block may be used again."""
    numbers = state.numbers
    state.arena[block] = numbers[FREE + k]
    numbers[FREE + k] = block
    numbers[LIVE_WORDS] -= 1 << k


@inner
def moved(state: State, block: int, used: int, k: int, to: int) -> int:
    """The block with its first words in another of size `to`."""
    other = taken(state, to)
    arena = state.arena
    for at in range(used):
        arena[other + at] = arena[block + at]
    given_back(state, block, k)
    return other


@inner
def appended(state: State, block: int, entry: int) -> int:
    """The list with the entry at its end; 0 is the empty list."""
    if block == 0:
        block = taken(state, 1)
        state.arena[block] = 0
    count = state.arena[block]
    k = size_class(count + 1)
    if count + 1 == 1 << k:
        block = moved(state, block, count + 1, k, k + 1)
    arena = state.arena
    arena[block] = count + 1
    arena[block + 1 + count] = entry
    return block


@inner
def shortened(state: State, block: int) -> int:
    """The list, which is not empty, without its last entry."""
    count = state.arena[block]
    state.arena[block] = count - 1
    k = size_class(count + 1)
    if count == 1:
        given_back(state, block, k)
        return 0
    if size_class(count) < k:
        return moved(state, block, count, k, k - 1)
    return block


@inner
def without(state: State, block: int, entry: int) -> int:
    """The list without the entry; the last one takes its place. An entry that is not there is no error."""
    if block == 0:
        return 0
    arena = state.arena
    count = arena[block]
    at = 1
    while at <= count and arena[block + at] != entry:
        at += 1
    if at > count:
        return block
    arena[block + at] = arena[block + count]
    return shortened(state, block)
