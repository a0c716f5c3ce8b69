"""Which phrases have two given terms side by side as their rarest pair: a table from pairs to lists of phrases."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.arena import appended, without
from workers.match.engine.kernel.bits import index_of, mixed
from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.state import LIVE_PAIRS, MOVED, PAIRS, U64, Int32s, State, Uint64s

_HALF = np.uint64(32)
_MOVED_AT_ONCE = 64  # places; the table before is empty long before this one is full


@hot
def pair_key(one: int, other: int) -> U64:
    """Two terms in this order as one number, which is not 0."""
    return (np.uint64(one) << _HALF) | np.uint64(other)


@hot
def first_place(keys: Uint64s, key: U64) -> int:
    """Where in the table to look for the key first."""
    return index_of(mixed(key, np.uint64(0)) >> _HALF) & (keys.size - 1)


@hot
def _slot(keys: Uint64s, key: U64, at: int) -> int:
    """Where the key is in the table, from its first place on, or the free place for it; no key is 0."""
    last = keys.size - 1
    while keys[at] != key and keys[at] != np.uint64(0):
        at = (at + 1) & last
    return at


@hot
def place_of_pair(keys: Uint64s, key: U64, at: int) -> int:
    """Where the list of phrases with this pair is, -1 if there is none; `at` is its first place."""
    at = _slot(keys, key, at)
    return at if keys[at] == key else -1


@hot
def phrases_with(keys: Uint64s, lists: Int32s, key: U64) -> int:
    """The list of phrases that this table has for the pair; 0 if there is none."""
    at = place_of_pair(keys, key, first_place(keys, key))
    return int(lists[at]) if at >= 0 else 0


@inner
def _moved_on(state: State, places: int) -> None:
    """Move the pairs from some more places of the table before."""
    old_keys, old_lists, keys, lists = state.old_keys, state.old_lists, state.pair_keys, state.pair_lists
    begin = state.numbers[MOVED]
    end = min(begin + places, old_keys.size)
    for at in range(begin, end):
        if old_lists[at]:
            to = _slot(keys, old_keys[at], first_place(keys, old_keys[at]))
            state.numbers[PAIRS] += int(keys[to] != old_keys[at])
            keys[to], lists[to] = old_keys[at], old_lists[at]
            old_lists[at] = 0
    state.numbers[MOVED] = end
    if end == old_keys.size and end > 1:
        state.old_keys, state.old_lists = np.zeros(1, np.uint64), np.zeros(1, np.int32)


@inner
def _renewed(state: State) -> None:
    """Begin a table without pairs that have no phrase, twice as large where the others need it.

    It is filled little by little, with each pair that is filed: moving all at once would be a pause.
    """
    _moved_on(state, state.old_keys.size)
    size = state.pair_keys.size * (2 if 4 * state.numbers[LIVE_PAIRS] > state.pair_keys.size else 1)
    state.old_keys, state.old_lists = state.pair_keys, state.pair_lists
    state.pair_keys, state.pair_lists = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    state.numbers[PAIRS] = 0
    state.numbers[MOVED] = 0


@inner
def _taken_over(state: State, key: U64) -> int:
    """The list of the pair in the table before, which forgets it; 0 if it has none."""
    at = place_of_pair(state.old_keys, key, first_place(state.old_keys, key))
    if at < 0:
        return 0
    found = int(state.old_lists[at])
    state.old_lists[at] = 0
    return found


@inner
def filed_pair(state: State, one: int, other: int, phrase: int) -> None:
    """File the phrase under the pair."""
    key = pair_key(one, other)
    if 2 * state.numbers[PAIRS] >= state.pair_keys.size:
        _renewed(state)
    _moved_on(state, _MOVED_AT_ONCE)
    at = _slot(state.pair_keys, key, first_place(state.pair_keys, key))
    if state.pair_keys[at] != key:
        state.pair_keys[at] = key
        state.pair_lists[at] = _taken_over(state, key)
        state.numbers[PAIRS] += 1
    state.numbers[LIVE_PAIRS] += int(state.pair_lists[at] == 0)
    state.pair_lists[at] = appended(state, state.pair_lists[at], phrase)


@inner
def unfiled_pair(state: State, one: int, other: int, phrase: int) -> None:
    """Take the phrase out again; the place stays the pair's until the table is renewed."""
    key = pair_key(one, other)
    at = place_of_pair(state.pair_keys, key, first_place(state.pair_keys, key))
    if at >= 0 and state.pair_lists[at]:
        left = without(state, state.pair_lists[at], phrase)
        state.pair_lists[at] = left
        state.numbers[LIVE_PAIRS] -= int(left == 0)
        return
    at = place_of_pair(state.old_keys, key, first_place(state.old_keys, key))
    if at >= 0 and state.old_lists[at]:
        left = without(state, state.old_lists[at], phrase)
        state.old_lists[at] = left
        state.numbers[LIVE_PAIRS] -= int(left == 0)
