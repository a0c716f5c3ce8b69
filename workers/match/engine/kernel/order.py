"""The hits in the order of their rules' ids, as far as the first 16 bytes of these tell it."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.state import ALIKE, HITS, Int32s, State, Uint64s


@hot
def _merged(
    keys: Uint64s, slots: Int32s, to_keys: Uint64s, to_slots: Int32s, begin: int, middle: int, end: int
) -> None:
    """Two sorted parts as one. Which comes next is reckoned, not decided: it cannot be foreseen."""
    one, other, to = begin, middle, begin
    while one < middle and other < end:
        later = int(keys[other] < keys[one])
        at = one + (other - one) * later
        to_keys[to], to_slots[to] = keys[at], slots[at]
        one, other, to = one + 1 - later, other + later, to + 1
    while one < middle:
        to_keys[to], to_slots[to] = keys[one], slots[one]
        one, to = one + 1, to + 1
    while other < end:
        to_keys[to], to_slots[to] = keys[other], slots[other]
        other, to = other + 1, to + 1


@inner
def _sorted(hits: Int32s, keys: Uint64s, part: int, begin: int, end: int) -> None:
    """Sort some of the hits by the first or the second eight bytes of the ids."""
    count = end - begin
    its_keys, slots = np.empty(count, np.uint64), np.empty(count, np.int32)
    for place in range(count):
        slots[place] = hits[begin + place]
        its_keys[place] = keys[2 * int(slots[place]) + part]
    to_keys, to_slots = np.empty(count, np.uint64), np.empty(count, np.int32)
    width = 1
    while width < count:
        for first in range(0, count, 2 * width):
            middle, behind = min(first + width, count), min(first + 2 * width, count)
            _merged(its_keys, slots, to_keys, to_slots, first, middle, behind)
        its_keys, slots, to_keys, to_slots = to_keys, to_slots, its_keys, slots
        width *= 2
    for place in range(count):
        hits[begin + place] = slots[place]


@inner
def put_in_order(state: State) -> None:
    """Sort the hits; ALIKE of them begin with the same 16 bytes as the one before, so that their order is open."""
    hits, keys, numbers = state.hits, state.id_keys, state.numbers
    count, alike = int(numbers[HITS]), 0
    _sorted(hits, keys, 0, 0, count)
    begin = 0
    while begin < count:
        end = begin + 1
        while end < count and keys[2 * int(hits[end])] == keys[2 * int(hits[begin])]:
            end += 1
        if end - begin > 1:
            _sorted(hits, keys, 1, begin, end)
            for place in range(begin + 1, end):
                alike += keys[2 * int(hits[place]) + 1] == keys[2 * int(hits[place - 1]) + 1]
        begin = end
    numbers[ALIKE] = alike
