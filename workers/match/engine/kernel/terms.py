"""Terms: what an article may have. A phrase and a group of alternatives are terms made of others.

made = members, twice the place of the pair + which of it is looked for (-1: a group), members
"""

from __future__ import annotations

from workers.match.engine.kernel.arena import appended, given_back, size_class, taken, without
from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.growth import bytes_doubled, doubled
from workers.match.engine.kernel.pairs import filed_pair, unfiled_pair
from workers.match.engine.kernel.state import (
    BUCKETS,
    DEAD,
    FREQUENCY,
    GROUPS,
    TERM_FREE,
    TERM_WIDTH,
    TERMS,
    USES,
    State,
)


@inner
def _enlarged(state: State) -> None:
    state.terms, state.anchored = doubled(state.terms), doubled(state.anchored)
    state.phrases, state.queue = doubled(state.phrases), doubled(state.queue)
    state.seen, state.anchors = bytes_doubled(state.seen), bytes_doubled(state.anchors)


@inner
def term_made(state: State, frequency: int) -> int:
    """A new term that nothing uses yet."""
    numbers = state.numbers
    term = numbers[TERM_FREE]
    if term:
        numbers[TERM_FREE] = state.terms[TERM_WIDTH * term + GROUPS]
    else:
        term = numbers[TERMS]
        numbers[TERMS] = term + 1
        if term >= state.seen.size:
            _enlarged(state)
    at = TERM_WIDTH * term
    for place in range(BUCKETS, TERM_WIDTH):
        state.terms[at + place] = 0
    state.terms[at + GROUPS] = 0
    state.terms[at + FREQUENCY] = frequency
    state.terms[at + USES] = 0
    return term


@inner
def term_freed(state: State, term: int) -> None:
    """The term's number may be given to another."""
    state.terms[TERM_WIDTH * term + GROUPS] = state.numbers[TERM_FREE]
    state.numbers[TERM_FREE] = term


@inner
def used(state: State, term: int) -> None:
    """One use more."""
    state.terms[TERM_WIDTH * term + USES] += 1


@inner
def _unphrased(state: State, term: int, block: int, count: int) -> None:
    arena = state.arena
    pair, side = arena[block + 1] >> 1, arena[block + 1] & 1
    one, other = arena[block + 2 + pair], arena[block + 3 + pair]
    unfiled_pair(state, one, other, term)
    anchor = other if side else one
    state.anchored[2 * anchor + side] -= 1
    if state.anchored[2 * anchor + side] == 0:
        state.anchors[anchor] &= 2 if side == 0 else 1
    for at in range(block + 2, block + 2 + count):
        word = state.arena[at]
        state.terms[TERM_WIDTH * word + USES] -= 1
        if state.terms[TERM_WIDTH * word + USES] == 0:
            state.numbers[DEAD] = appended(state, state.numbers[DEAD], word)


@inner
def _dropped(state: State, term: int) -> None:
    """`released` for a word: a member of a phrase or group is made of nothing or is a phrase in a group."""
    at = TERM_WIDTH * term + USES
    state.terms[at] -= 1
    if state.terms[at] == 0:
        state.numbers[DEAD] = appended(state, state.numbers[DEAD], term)
        block = state.phrases[term]
        if block:
            count = state.arena[block]
            _unphrased(state, term, block, count)
            state.phrases[term] = 0
            given_back(state, block, size_class(2 + count))


@inner
def _ungrouped(state: State, term: int, block: int, count: int) -> None:
    for at in range(block + 2, block + 2 + count):
        literal = int(state.arena[at])
        member = literal >> 5
        groups = TERM_WIDTH * member + GROUPS
        state.terms[groups] = without(state, state.terms[groups], term << 3 | (literal >> 2 & 7))
        _dropped(state, member)


@inner
def released(state: State, term: int) -> None:
    """One use less; a term without any goes to the dead, and what it is made of is used once less."""
    at = TERM_WIDTH * term + USES
    state.terms[at] -= 1
    if state.terms[at]:
        return
    state.numbers[DEAD] = appended(state, state.numbers[DEAD], term)
    block = state.phrases[term]
    if block == 0:
        return
    count, pair = state.arena[block], state.arena[block + 1]
    if pair < 0:
        _ungrouped(state, term, block, count)
    else:
        _unphrased(state, term, block, count)
    state.phrases[term] = 0
    given_back(state, block, size_class(2 + count))


@inner
def phrase_made(state: State, count: int) -> int:
    """The phrase of the terms in `extra`; looked for at the rarest, with the rarer of its neighbours."""
    extra, terms = state.extra, state.terms
    rarest, frequency = 0, 1 << 60
    total = 0
    for place in range(count):
        of_place = terms[TERM_WIDTH * extra[place] + FREQUENCY]
        total = min(of_place, frequency)
        if of_place < frequency:
            rarest, frequency = place, of_place
    pair = rarest
    if rarest == count - 1:
        pair = rarest - 1
    elif rarest > 0:
        before, behind = extra[rarest - 1], extra[rarest + 1]
        if terms[TERM_WIDTH * before + FREQUENCY] < terms[TERM_WIDTH * behind + FREQUENCY]:
            pair = rarest - 1
    side = rarest - pair
    term = term_made(state, total >> 3)
    block = taken(state, size_class(2 + count))
    arena = state.arena
    arena[block], arena[block + 1] = count, 2 * pair + side
    for place in range(count):
        arena[block + 2 + place] = extra[place]
        used(state, extra[place])
    state.phrases[term] = block
    anchor = extra[rarest]
    state.anchored[2 * anchor + side] += 1
    state.anchors[anchor] |= 1 << side
    filed_pair(state, extra[pair], extra[pair + 1], term)
    return term


@inner
def group_made(state: State, count: int) -> int:
    """The group of the literals in `extra`, none of them negated."""
    extra = state.extra
    total = 0
    for place in range(count):
        total += state.terms[TERM_WIDTH * (int(extra[place]) >> 5) + FREQUENCY]
    term = term_made(state, total)
    block = taken(state, size_class(2 + count))
    arena = state.arena
    arena[block], arena[block + 1] = count, -1
    for place in range(count):
        state.arena[block + 2 + place] = extra[place]
        literal = int(extra[place])
        used(state, literal >> 5)
        groups = TERM_WIDTH * (literal >> 5) + GROUPS
        state.terms[groups] = appended(state, state.terms[groups], term << 3 | (literal >> 2 & 7))
    state.phrases[term] = block
    return term
