"""Which phrases have two given terms side by side as their rarest pair: a table from pairs to lists of phrases."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.arena import appended, without
from workers.match.engine.kernel.bits import index_of, mixed
from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.state import PAIRS, U64, State, Uint64s

_HALF = np.uint64(32)


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


@inner
def _renewed(state: State) -> None:
    """The table without pairs that have no phrase, twice as large where the others need it."""
    old_keys, old_lists = state.pair_keys, state.pair_lists
    live = 0
    for at in range(old_keys.size):
        live += old_lists[at] != 0
    size = old_keys.size * (2 if 4 * live > old_keys.size else 1)
    keys, lists = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for at in range(old_keys.size):
        if old_lists[at]:
            to = _slot(keys, old_keys[at], first_place(keys, old_keys[at]))
            keys[to], lists[to] = old_keys[at], old_lists[at]
    state.pair_keys, state.pair_lists = keys, lists
    state.numbers[PAIRS] = live


@inner
def filed_pair(state: State, one: int, other: int, phrase: int) -> None:
    """File the phrase under the pair."""
    key = pair_key(one, other)
    at = _slot(state.pair_keys, key, first_place(state.pair_keys, key))
    if state.pair_keys[at] != key:
        if 2 * state.numbers[PAIRS] >= state.pair_keys.size:
            _renewed(state)
            at = _slot(state.pair_keys, key, first_place(state.pair_keys, key))
        state.pair_keys[at] = key
        state.pair_lists[at] = 0
        state.numbers[PAIRS] += 1
    state.pair_lists[at] = appended(state, state.pair_lists[at], phrase)


@inner
def unfiled_pair(state: State, one: int, other: int, phrase: int) -> None:
    """Take the phrase out again; the place stays the pair's until the table is renewed."""
    key = pair_key(one, other)
    at = _slot(state.pair_keys, key, first_place(state.pair_keys, key))
    state.pair_lists[at] = without(state, state.pair_lists[at], phrase)
