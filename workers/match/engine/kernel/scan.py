"""Which rules an article's terms make true: the buckets of its terms, record by record."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.bits import prefetch
from workers.match.engine.kernel.buckets import COUNT, CURSOR, LONE, RECORDS, WHOLE, WIDTHS, head_of
from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.nearness import NO, YES, verdict
from workers.match.engine.kernel.programs import besides_of, refiled, true_of
from workers.match.engine.kernel.state import (
    BUCKETS,
    BUCKETS_AT_ONCE,
    CANDIDATES,
    DECAYED,
    FREQUENCY,
    HITS,
    RECORDS_AT_ONCE,
    SAMPLED,
    SEEN,
    STAMP,
    TERM_WIDTH,
    TERMS,
    UNCONFIRMED,
    Bytes,
    Int32s,
    State,
    Views,
)

_TERMS_AT_ONCE = BUCKETS_AT_ONCE // WIDTHS
_EXAMINED_MAX = 256  # records of one bucket
_REFILED_MAX = 8  # rules of one bucket
_HALVED_AFTER = 4096  # sampled articles


@hot
def _holds(seen: Bytes, literal: int) -> int:
    """1 if the literal holds, else 0, without a decision: what is to come cannot be foreseen."""
    return int(seen[literal >> 5] & (literal >> 2) & 7 != 0) ^ (literal >> 1 & 1)


@hot
def _one(arena: Int32s, seen: Bytes, at: int, end: int, passed: Int32s) -> int:
    count = 0
    while at < end:
        passed[count] = arena[at]
        count += _holds(seen, int(arena[at + 1]))
        at += 2
    return count


@hot
def _two(arena: Int32s, seen: Bytes, at: int, end: int, passed: Int32s) -> int:
    count = 0
    while at < end:
        passed[count] = arena[at]
        count += _holds(seen, int(arena[at + 1])) | _holds(seen, int(arena[at + 2]))
        at += 3
    return count


@hot
def _four(arena: Int32s, seen: Bytes, at: int, end: int, passed: Int32s) -> int:
    count = 0
    while at < end:
        passed[count] = arena[at]
        one = _holds(seen, int(arena[at + 1])) | _holds(seen, int(arena[at + 2]))
        count += one | _holds(seen, int(arena[at + 3])) | _holds(seen, int(arena[at + 4]))
        at += 5
    return count


@hot
def _eight(arena: Int32s, seen: Bytes, at: int, end: int, passed: Int32s) -> int:
    count = 0
    while at < end:
        passed[count] = arena[at]
        any_of = 0
        for place in range(at + 1, at + 9):
            any_of |= _holds(seen, int(arena[place]))
        count += any_of
        at += 9
    return count


@hot
def _guarded(arena: Int32s, seen: Bytes, at: int, end: int, width: int, passed: Int32s) -> int:
    """The first words of the records from `at` to `end` whose guards hold, put to `passed`; how many."""
    if width == 0:
        return _one(arena, seen, at, end, passed)
    if width == 1:
        return _two(arena, seen, at, end, passed)
    if width == 2:
        return _four(arena, seen, at, end, passed)
    return _eight(arena, seen, at, end, passed)


@hot
def _settled(views: Views, passed: Int32s, count: int) -> None:
    """Put the rules whose guards hold, and that are true, to the hits."""
    numbers, slots, hits = views.numbers, views.slots, views.hits
    stamp = numbers[STAMP]
    for place in range(count):
        slot = int(passed[place]) >> 2
        prefetch(slots, 2 * slot)
        prefetch(views.id_keys, 2 * slot)
    for place in range(count):
        word = int(passed[place])
        slot = word >> 2
        if not word & LONE and slots[2 * slot + 1] == stamp:
            continue
        answer = YES
        if not word & WHOLE:
            program = int(slots[2 * slot])
            if not true_of(views.arena, views.seen, program):
                continue
            if besides_of(views.arena, program):
                answer = verdict(views, slot)
        if not word & LONE:
            slots[2 * slot + 1] = stamp
        if answer == YES:
            hits[numbers[HITS]] = slot
            numbers[HITS] += 1
        elif answer != NO:
            numbers[UNCONFIRMED] += 1
            hits[hits.size - numbers[UNCONFIRMED]] = slot


@hot
def _scanned(views: Views, bucket: int, width: int) -> int:
    """Look at the rules of a bucket; how many there are."""
    arena, passed = views.arena, views.passed
    words = 1 + (1 << width)
    count = int(arena[bucket + COUNT])
    at, end = bucket + RECORDS, bucket + RECORDS + count * words
    while at < end:
        behind = min(end, at + RECORDS_AT_ONCE * words)
        found = _guarded(arena, views.seen, at, behind, width, passed)
        if found:
            _settled(views, passed, found)
        at = behind
    return count


@hot
def scan(views: Views) -> None:
    """Put the rules that are true to the hits, and those that may be, and are to be confirmed, to their end.

    The buckets of some terms are brought near before the first of them is looked at.
    """
    numbers, queue, terms, arena, buckets = views.numbers, views.queue, views.terms, views.arena, views.buckets
    numbers[HITS] = numbers[UNCONFIRMED] = 0
    candidates, seen = 0, int(numbers[SEEN])
    for first in range(0, seen, _TERMS_AT_ONCE):
        count = 0
        for place in range(first, min(first + _TERMS_AT_ONCE, seen)):
            head = TERM_WIDTH * int(queue[place]) + BUCKETS
            for width in range(WIDTHS):
                bucket = int(terms[head + width])
                buckets[2 * count] = bucket
                buckets[2 * count + 1] = width
                if bucket:
                    prefetch(arena, bucket)
                    count += 1
        for each in range(count):
            candidates += _scanned(views, int(buckets[2 * each]), int(buckets[2 * each + 1]))
    numbers[CANDIDATES] = candidates


@inner
def _refile_some(state: State, bucket: int, width: int) -> None:
    arena, slots = state.arena, state.slots
    words = 1 + (1 << width)
    chosen = np.empty(_REFILED_MAX, np.int32)
    count = 0
    at = int(arena[bucket + CURSOR])
    if at >= arena[bucket + COUNT]:
        at = 0
    end = min(int(arena[bucket + COUNT]), at + _EXAMINED_MAX)
    while at < end and count < _REFILED_MAX:
        slot = arena[bucket + RECORDS + at * words] >> 2
        if slots[2 * int(slot)]:
            chosen[count] = slot
            count += 1
        at += 1
    arena[bucket + CURSOR] = at
    for place in range(count):
        refiled(state, int(chosen[place]))


@inner
def sample(state: State) -> None:
    """Count the article's terms, and file some rules of the longest bucket that was looked at anew, and of one more."""
    numbers, queue, terms, arena = state.numbers, state.queue, state.terms, state.arena
    numbers[SAMPLED] += 1
    longest, most, its_width = 0, 0, 0
    for place in range(numbers[SEEN]):
        term = int(queue[place])
        terms[TERM_WIDTH * term + FREQUENCY] += 1
        for width in range(WIDTHS):
            bucket = int(terms[head_of(term, width)])
            if bucket and arena[bucket + COUNT] > most:
                longest, most, its_width = bucket, int(arena[bucket + COUNT]), width
    if longest:
        _refile_some(state, longest, its_width)
        other = int(queue[numbers[SAMPLED] % numbers[SEEN]])
        for width in range(WIDTHS):
            bucket = int(terms[head_of(other, width)])
            if bucket:
                _refile_some(state, bucket, width)
    if numbers[SAMPLED] - numbers[DECAYED] >= _HALVED_AFTER:
        numbers[DECAYED] = numbers[SAMPLED]
        for term in range(numbers[TERMS]):
            terms[TERM_WIDTH * term + FREQUENCY] >>= 1
