"""Where rules wait for a term: records of whole numbers, one behind the other in a bucket for each term.

A rule is an AND of clauses, a clause an OR of literals: the article has a term in one of some fields, or has it not.
A rule is filed under each term of one clause, its pivot; its record there holds the other clauses:

    bucket = words used, words of dead records, size class, cursor, records
    record = slot of the rule (-1: dead), 2 * literals + whether to confirm, literals
    literal = term << 5 | fields << 2 | negated << 1 | whether the next one belongs to the same clause
"""

from __future__ import annotations

from workers.match.engine.kernel.arena import given_back, moved, size_class, taken
from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.state import BUCKET, TERM_WIDTH, State

USED, DEAD_WORDS, CLASS, CURSOR, RECORDS = range(5)
ANY_FIELD = 7 << 2
NEGATED = 2
MORE = 1


@inner
def record_words(head: int) -> int:
    """How long a record is, from its second word."""
    return 2 + (head >> 1)


@inner
def opened(state: State, term: int, words: int) -> int:
    """Where a record of so many words can be written in the term's bucket."""
    bucket = state.terms[TERM_WIDTH * term + BUCKET]
    if bucket == 0:
        k = size_class(RECORDS + words)
        bucket = taken(state, k)
        arena = state.arena
        arena[bucket + USED] = RECORDS
        arena[bucket + DEAD_WORDS] = 0
        arena[bucket + CLASS] = k
        arena[bucket + CURSOR] = RECORDS
        state.terms[TERM_WIDTH * term + BUCKET] = bucket
    arena = state.arena
    used, k = arena[bucket + USED], arena[bucket + CLASS]
    if used + words > 1 << k:
        larger = size_class(used + words)
        bucket = moved(state, bucket, used, k, larger)
        arena = state.arena
        arena[bucket + CLASS] = larger
        state.terms[TERM_WIDTH * term + BUCKET] = bucket
    arena[bucket + USED] = used + words
    return bucket + used


@inner
def _packed(state: State, term: int, bucket: int) -> None:
    arena = state.arena
    at, to, end = bucket + RECORDS, bucket + RECORDS, bucket + arena[bucket + USED]
    while at < end:
        words = record_words(arena[at + 1])
        if arena[at] >= 0:
            for offset in range(words):
                arena[to + offset] = arena[at + offset]
            to += words
        at += words
    used, k = to - bucket, arena[bucket + CLASS]
    if used == RECORDS:
        given_back(state, bucket, k)
        state.terms[TERM_WIDTH * term + BUCKET] = 0
        return
    arena[bucket + USED] = used
    arena[bucket + DEAD_WORDS] = 0
    arena[bucket + CURSOR] = RECORDS
    smaller = size_class(used)
    if smaller + 1 < k:
        bucket = moved(state, bucket, used, k, smaller + 1)
        state.arena[bucket + CLASS] = smaller + 1
        state.terms[TERM_WIDTH * term + BUCKET] = bucket


@inner
def closed(state: State, term: int, slot: int) -> None:
    """Take the rule's record out of the term's bucket; a bucket half dead is packed, an empty one given back."""
    arena = state.arena
    bucket = state.terms[TERM_WIDTH * term + BUCKET]
    if bucket == 0:
        return
    at, end = bucket + RECORDS, bucket + arena[bucket + USED]
    while at < end and arena[at] != slot:
        at += record_words(arena[at + 1])
    if at >= end:
        return
    arena[at] = -1
    arena[bucket + DEAD_WORDS] += record_words(arena[at + 1])
    if 2 * arena[bucket + DEAD_WORDS] >= arena[bucket + USED] - RECORDS:
        _packed(state, term, bucket)
