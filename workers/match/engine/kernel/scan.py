"""Which rules an article's terms make true: the buckets of its terms, record by record."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.buckets import CURSOR, MORE, NEGATED, RECORDS, USED, record_words
from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.nearness import UNSURE, YES, verdict
from workers.match.engine.kernel.programs import refiled
from workers.match.engine.kernel.state import (
    BUCKET,
    CANDIDATES,
    DECAYED,
    FREQUENCY,
    HITS,
    SAMPLED,
    SEEN,
    STAMP,
    TERM_WIDTH,
    TERMS,
    UNCONFIRMED,
    State,
)

_EXAMINED_MAX = 256  # records of one bucket
_REFILED_MAX = 8  # rules of one bucket
_HALVED_AFTER = 4096  # sampled articles


@inner
def scan(state: State) -> None:
    """Put the rules that are true to the hits, and those that may be, and are to be confirmed, to their end."""
    numbers, queue, terms = state.numbers, state.queue, state.terms
    arena, seen, slots, hits = state.arena, state.seen, state.slots, state.hits
    stamp = numbers[STAMP]
    found, unsure, candidates = 0, 0, 0
    for place in range(numbers[SEEN]):
        bucket = terms[TERM_WIDTH * int(queue[place]) + BUCKET]
        if bucket == 0:
            continue
        at, end = bucket + RECORDS, bucket + arena[bucket + USED]
        while at < end:
            slot, head = int(arena[at]), arena[at + 1]
            at += 2
            behind = at + (head >> 1)
            candidates += 1
            true = True
            while at < behind:
                literal = int(arena[at])
                at += 1
                if (seen[literal >> 5] & (literal >> 2) & 7 != 0) != (literal & NEGATED != 0):
                    while literal & MORE:
                        literal = int(arena[at])
                        at += 1
                elif not literal & MORE:
                    true = False
                    break
            at = behind
            if true and slot >= 0 and slots[2 * slot + 1] != stamp:
                slots[2 * slot + 1] = stamp
                answer = verdict(state, slot) if head & 1 else YES
                if answer == YES:
                    hits[found] = slot
                    found += 1
                elif answer == UNSURE:
                    unsure += 1
                    hits[hits.size - unsure] = slot
    numbers[UNCONFIRMED] = unsure
    numbers[HITS] = found
    numbers[CANDIDATES] = candidates


@inner
def _refile_some(state: State, bucket: int) -> None:
    arena, slots = state.arena, state.slots
    chosen = np.empty(_REFILED_MAX, np.int32)
    count = 0
    at, end = bucket + arena[bucket + CURSOR], bucket + arena[bucket + USED]
    if at >= end:
        at = bucket + RECORDS
    for _ in range(_EXAMINED_MAX):
        if at >= end or count == _REFILED_MAX:
            break
        slot = arena[at]
        if slot >= 0 and slots[2 * int(slot)]:
            chosen[count] = slot
            count += 1
        at += record_words(arena[at + 1])
    arena[bucket + CURSOR] = at - bucket
    for place in range(count):
        refiled(state, int(chosen[place]))


@inner
def sample(state: State) -> None:
    """Count the article's terms, and file some rules of the longest bucket that was looked at anew."""
    numbers, queue, terms, arena = state.numbers, state.queue, state.terms, state.arena
    numbers[SAMPLED] += 1
    longest, words = -1, 0
    for place in range(numbers[SEEN]):
        term = TERM_WIDTH * int(queue[place])
        terms[term + FREQUENCY] += 1
        bucket = terms[term + BUCKET]
        if bucket and arena[bucket + USED] > words:
            longest, words = bucket, arena[bucket + USED]
    if longest >= 0:
        _refile_some(state, longest)
        other = terms[TERM_WIDTH * int(queue[numbers[SAMPLED] % numbers[SEEN]]) + BUCKET]
        if other:
            _refile_some(state, other)
    if numbers[SAMPLED] - numbers[DECAYED] >= _HALVED_AFTER:
        numbers[DECAYED] = numbers[SAMPLED]
        for term in range(numbers[TERMS]):
            terms[TERM_WIDTH * term + FREQUENCY] >>= 1
