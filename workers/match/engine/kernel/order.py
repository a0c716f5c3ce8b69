"""The hits in the order of their rules' ids, as far as the first 16 bytes of these tell it."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.state import ALIKE, HITS, U64, Eights, Int32s, State, Uint64s

_FEW = 12  # numbers that are sorted by putting each into its place
_EIGHT, _BYTE = np.uint64(8), np.uint64(0xFF)


@inner
def first_bytes(text8: Eights, at: int) -> U64:
    """Eight bytes as one number that is the greater, the later they come in the order of texts."""
    eight, made = text8[at], np.uint64(0)
    for _ in range(8):
        made = (made << _EIGHT) | (eight & _BYTE)
        eight >>= _EIGHT
    return made


@inner
def _inserted(hits: Int32s, keys: Uint64s, part: int, begin: int, end: int) -> None:
    for place in range(begin + 1, end):
        slot = int(hits[place])
        key = keys[2 * slot + part]
        to = place
        while to > begin and keys[2 * int(hits[to - 1]) + part] > key:
            hits[to] = hits[to - 1]
            to -= 1
        hits[to] = slot


@inner
def _sorted(hits: Int32s, keys: Uint64s, part: int, begin: int, end: int) -> None:
    count = end - begin
    if count <= _FEW:
        _inserted(hits, keys, part, begin, end)
        return
    of_hits = np.empty(count, np.uint64)
    slots = np.empty(count, np.int32)
    for place in range(count):
        slots[place] = hits[begin + place]
        of_hits[place] = keys[2 * int(slots[place]) + part]
    order = np.argsort(of_hits)
    for place in range(count):
        hits[begin + place] = slots[order[place]]


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
