"""The chunks of a text: what stands between characters that separate words whatever stands beside them.

Most chunks are a word; some hold several (`x.com`), a word in other letters (`U.S.`) or none. What words a chunk holds
is worked out once, outside, and remembered in a table from its bytes to its code:

    0                  no word
    BLANK              a word that satisfies no term
    2 * term           a word that satisfies this term
    2 * form + 1       a word whose terms are with its form
    below 0            - block: the list of the codes of its words

The table compares the bytes themselves: up to eight are the key, more are looked up in the pool.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workers.match.engine.kernel.bits import (
    FIRST_BYTES,
    index_of,
    mixed,
)
from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.growth import longs_doubled
from workers.match.engine.kernel.state import (
    CHUNKS,
    POOL_TOP,
    TABLE_SHIFT,
    U64,
    Eights,
    Int32s,
    State,
    Uint64s,
)

REMEMBERED_BYTES_MAX = 255  # a longer chunk is worked out each time

SEPARATES, MAY_END, JOINS, PLAIN = range(4)


def _kinds() -> Any:
    kinds = np.full(256, SEPARATES, np.uint8)
    kinds[[ord(each) for each in "'&+#"]] = JOINS
    kinds[[ord(each) for each in ".,"]] = MAY_END  # followed by what separates they do nothing
    kinds[0x80:] = JOINS
    for first, last in ("09", "AZ", "az"):
        kinds[ord(first) : ord(last) + 1] = PLAIN
    return kinds


KINDS = _kinds()
USED = np.uint64(1 << 24)
TWO_BYTES = np.uint64(16)
_HALF = np.uint64(32)
_FORM = np.uint64(0xFFFFFFFF)
NOTHING = np.uint64(0)
FORGOTTEN = np.uint64(0xFF)  # as the language of a chunk: no article's


@hot
def key_of(text8: Eights, begin: int, length: int) -> U64:
    """The bytes themselves up to eight, else a hash of them."""
    if length <= 8:
        return text8[begin] & FIRST_BYTES[length]
    key = text8[begin]
    at = 8
    while at + 8 <= length:
        key = mixed(key, text8[begin + at])
        at += 8
    return mixed(key, text8[begin + at] & FIRST_BYTES[length - at])


@hot
def same_bytes(pool: Uint64s, at: int, text8: Eights, begin: int, length: int) -> bool:
    """Do the bytes of the text equal those at this place of the pool?"""
    while length >= 8:
        if pool[at] != text8[begin]:
            return False
        at, begin, length = at + 1, begin + 8, length - 8
    return length == 0 or bool(pool[at] == text8[begin] & FIRST_BYTES[length])


@hot
def place_of(
    table: Uint64s, table_pool: Int32s, pool: Uint64s, text8: Eights, begin: int, length: int, language: int, shift: int
) -> int:
    """Where in the table the chunk is; below 0: the free place for it, less 1."""
    last = (table.size >> 1) - 1
    key = key_of(text8, begin, length)
    want = USED | (np.uint64(language) << TWO_BYTES) | np.uint64(length)
    place = index_of(mixed(key, np.uint64(language)) >> np.uint64(shift))
    while True:
        value = table[2 * place + 1]
        if value == NOTHING:
            return -1 - place
        if (
            table[2 * place] == key
            and value >> _HALF == want
            and (length <= 8 or same_bytes(pool, int(table_pool[place]), text8, begin, length))
        ):
            return place
        place = (place + 1) & last


@inner
def place_in(state: State, begin: int, length: int, language: int) -> int:
    """The same, with all arrays."""
    shift = state.numbers[TABLE_SHIFT]
    return place_of(state.table, state.table_pool, state.pool, state.text8, begin, length, language, shift)


@inner
def _pooled(state: State, place: int, begin: int, length: int) -> None:
    """Keep the bytes of a chunk, eight to a number, the last one filled up with zeros."""
    top = state.numbers[POOL_TOP]
    if top + (length >> 3) + 1 > state.pool.size:
        state.pool = longs_doubled(state.pool)
    state.table_pool[place] = top
    for at in range(begin, begin + length, 8):
        state.pool[top] = state.text8[at] & FIRST_BYTES[min(8, begin + length - at)]
        top += 1
    state.numbers[POOL_TOP] = top


@inner
def _enlarged(state: State) -> None:
    """Double the table, without what was forgotten. Keys and values are moved as they are; a long key is a hash."""
    old, old_pool = state.table, state.table_pool
    table = np.zeros(2 * old.size, np.uint64)
    table_pool = np.zeros(2 * old_pool.size, np.int32)
    state.numbers[TABLE_SHIFT] -= 1
    shift = np.uint64(state.numbers[TABLE_SHIFT])
    last = old.size - 1
    for at in range(old.size >> 1):
        value = old[2 * at + 1]
        if value == NOTHING:
            continue
        language = (value >> _HALF >> TWO_BYTES) & np.uint64(0xFF)
        if language == FORGOTTEN:
            state.numbers[CHUNKS] -= 1
            continue
        place = index_of(mixed(old[2 * at], language) >> shift)
        while table[2 * place + 1] != NOTHING:
            place = (place + 1) & last
        table[2 * place], table[2 * place + 1] = old[2 * at], value
        table_pool[place] = old_pool[at]
    state.table, state.table_pool = table, table_pool


@inner
def remembered(state: State, begin: int, end: int, language: int, code: int) -> None:
    """Let the chunk at this place of the text stand for `code`; one that is there already keeps what it stands for."""
    length = end - begin
    key = key_of(state.text8, begin, length)
    place = place_in(state, begin, length, language)
    if place >= 0:
        return
    place = -1 - place
    state.table[2 * place] = key
    want = USED | (np.uint64(language) << TWO_BYTES) | np.uint64(length)
    state.table[2 * place + 1] = (want << _HALF) | (np.uint64(code) & _FORM)
    if length > 8:
        _pooled(state, place, begin, length)
    state.numbers[CHUNKS] += 1
    if state.numbers[CHUNKS] * 4 > state.table.size:
        _enlarged(state)
