"""Where rules wait for a term: records of one width, one behind the other, in a bucket for each term and width.

A rule is an AND of clauses, a clause an OR of literals: the article has a term in one of some fields, or has it not.
A rule is filed under each term of one clause, its pivot. Its record there holds another clause, its guard, repeated
up to the next width: so the loop over a bucket has nothing to decide, and a rule costs a nanosecond or two an article.

    bucket = records, size class, cursor, records
    record = slot << 2 | whole << 1 | lone, literals of the guard
    literal = term << 5 | fields << 2 | negated << 1 | whether the next one belongs to the same clause

whole: pivot and guard are all that the rule asks. lone: it is filed under one term, so it is met once.
"""

from __future__ import annotations

from workers.match.engine.kernel.arena import given_back, moved, size_class, taken
from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.state import BUCKETS, TERM_WIDTH, State

COUNT, CLASS, CURSOR, RECORDS = range(4)
WIDTHS = 4  # of guards: 1, 2, 4 and 8 literals
GUARD_MAX = 1 << (WIDTHS - 1)
ANY_FIELD = 7 << 2
NEGATED = 2
MORE = 1
WHOLE = 2
LONE = 1
_SPARE = 2  # a bucket is moved to a smaller block when it would fill a quarter of it


@hot
def head_of(term: int, width: int) -> int:
    """Where in `terms` the term's bucket of guards with 2**width literals stands."""
    return TERM_WIDTH * term + BUCKETS + width


@inner
def opened(state: State, term: int, width: int) -> int:
    """Where one more record can be written in the term's bucket."""
    head = head_of(term, width)
    words = 1 + (1 << width)
    bucket = int(state.terms[head])
    if bucket == 0:
        k = size_class(RECORDS + words)
        bucket = taken(state, k)
        state.arena[bucket + COUNT] = 0
        state.arena[bucket + CLASS] = k
        state.arena[bucket + CURSOR] = 0
        state.terms[head] = bucket
    count, k = state.arena[bucket + COUNT], state.arena[bucket + CLASS]
    used = RECORDS + count * words
    if used + words > 1 << k:
        bucket = moved(state, bucket, used, k, k + 1)
        state.arena[bucket + CLASS] = k + 1
        state.terms[head] = bucket
    state.arena[bucket + COUNT] = count + 1
    return bucket + used


@inner
def closed(state: State, term: int, width: int, slot: int) -> None:
    """Take one record of the rule out of the term's bucket; the last one takes its place."""
    head = head_of(term, width)
    words = 1 + (1 << width)
    bucket, arena = int(state.terms[head]), state.arena
    if bucket == 0:
        return
    count, k = arena[bucket + COUNT], arena[bucket + CLASS]
    at, last = bucket + RECORDS, bucket + RECORDS + (count - 1) * words
    while at <= last and arena[at] >> 2 != slot:
        at += words
    if at > last:
        return
    for offset in range(words):
        arena[at + offset] = arena[last + offset]
    arena[bucket + COUNT] = count - 1
    if count == 1:
        given_back(state, bucket, k)
        state.terms[head] = 0
        return
    used = RECORDS + (count - 1) * words
    smaller = size_class(used)
    if smaller + _SPARE <= k:
        bucket = moved(state, bucket, used, k, smaller + 1)
        state.arena[bucket + CLASS] = smaller + 1
        state.terms[head] = bucket
