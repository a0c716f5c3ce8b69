"""What an article has: its terms, marked with the fields that have them, and the queue of those that were marked."""

from __future__ import annotations

from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.pairs import place_of_pair
from workers.match.engine.kernel.state import (
    FORM_ANCHOR,
    FORM_COUNT,
    FORM_STAMP,
    FORM_TERMS,
    FORM_WIDTH,
    GROUPS,
    SEEN,
    STAMP,
    TERM_WIDTH,
    Int32s,
    State,
)

BEGINS, ENDS = 1, 2  # bits of `anchors`


@inner
def mark(state: State, term: int, field: int) -> None:
    """The article has the term in the field (a bit)."""
    seen = state.seen
    before = seen[term]
    if before == 0:
        numbers = state.numbers
        state.queue[numbers[SEEN]] = term
        numbers[SEEN] += 1
    seen[term] = before | field


@inner
def mark_words(state: State, first: int, last: int, field: int, sampled: int) -> bool:
    """Mark the terms of the tokens from `first` to before `last`. Says whether a phrase may be among them."""
    forms, tokens, arena = state.forms, state.tokens, state.arena
    seen, queue, anchors = state.seen, state.queue, state.anchors
    stamp = state.numbers[STAMP]
    count = state.numbers[SEEN]
    phrases = False
    for at in range(first, last):
        form = FORM_WIDTH * int(tokens[at])
        if forms[form + FORM_STAMP] == stamp:
            continue
        forms[form + FORM_STAMP] = stamp
        forms[form + FORM_COUNT] += sampled
        block = forms[form + FORM_TERMS]
        if block == 0:
            continue
        anchor = 0
        for entry in range(block + 1, block + 1 + arena[block]):
            term = arena[entry]
            before = seen[term]
            if before == 0:
                queue[count] = term
                count += 1
            seen[term] = before | field
            anchor |= anchors[term]
        if anchor:
            forms[form + FORM_ANCHOR] = stamp
            phrases = True
    state.numbers[SEEN] = count
    return phrases


@inner
def _has(arena: Int32s, block: int, wanted: int) -> bool:
    if block == 0:
        return False
    for at in range(block + 1, block + 1 + arena[block]):  # noqa: SIM110 - compiled
        if arena[at] == wanted:
            return True
    return False


@inner
def _stands(state: State, phrase: int, at: int) -> bool:
    """Whether the phrase stands where its pair begins at `at`."""
    arena, tokens, forms = state.arena, state.tokens, state.forms
    block = state.phrases[phrase]
    count, pair = arena[block], arena[block + 1] >> 1
    if count == 2:
        return True
    begin = at - pair
    if begin < 0 or begin + count >= tokens.size:
        return False
    for place in range(count):
        if place in (pair, pair + 1):
            continue
        terms = forms[FORM_WIDTH * int(tokens[begin + place]) + FORM_TERMS]
        if not _has(arena, terms, arena[block + 2 + place]):
            return False
    return True


@inner
def _mark_pairs(state: State, term: int, at: int, step: int, field: int) -> None:
    """Mark the phrases whose pair is this term at `at` and a term of the token beside it."""
    arena, keys, lists = state.arena, state.pair_keys, state.pair_lists
    block = state.forms[FORM_WIDTH * int(state.tokens[at + step]) + FORM_TERMS]
    if block == 0:
        return
    for entry in range(block + 1, block + 1 + arena[block]):
        other = arena[entry]
        place = place_of_pair(keys, term, other) if step > 0 else place_of_pair(keys, other, term)
        found = lists[place] if place >= 0 else 0
        if found == 0:
            continue
        for item in range(found + 1, found + 1 + arena[found]):
            phrase = arena[item]
            if state.seen[phrase] & field == 0 and _stands(state, phrase, at if step > 0 else at - 1):
                mark(state, phrase, field)


@inner
def mark_phrases(state: State, first: int, last: int, field: int) -> None:
    """Mark the phrases among the tokens; a token before `first` and at `last` belongs to no field."""
    forms, tokens, arena, anchors = state.forms, state.tokens, state.arena, state.anchors
    stamp = state.numbers[STAMP]
    for at in range(first, last):
        form = FORM_WIDTH * int(tokens[at])
        if forms[form + FORM_ANCHOR] != stamp or forms[form + FORM_STAMP] != stamp:
            continue
        block = forms[form + FORM_TERMS]
        for entry in range(block + 1, block + 1 + arena[block]):
            term = arena[entry]
            anchor = anchors[term]
            if anchor & BEGINS:
                _mark_pairs(state, term, at, 1, field)
            if anchor & ENDS:
                _mark_pairs(state, term, at, -1, field)


@inner
def mark_groups(state: State) -> None:
    """Mark the groups of which a member is marked in one of the member's fields."""
    numbers, queue, terms, arena, seen = state.numbers, state.queue, state.terms, state.arena, state.seen
    at = 0
    while at < numbers[SEEN]:
        term = int(queue[at])
        at += 1
        block = terms[TERM_WIDTH * term + GROUPS]
        if block == 0:
            continue
        for entry in range(block + 1, block + 1 + arena[block]):
            if seen[term] & arena[entry] & 7:
                mark(state, arena[entry] >> 3, 7)
