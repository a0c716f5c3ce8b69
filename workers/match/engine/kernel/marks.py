"""What an article has: its terms, marked with the fields that have them, and the queue of those that were marked."""

from __future__ import annotations

from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.pairs import place_of_pair
from workers.match.engine.kernel.state import (
    BLANK,
    FORM_TERMS,
    FORM_WIDTH,
    GROUPS,
    NOTED,
    SEEN,
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
def _terms_of(forms: Int32s, code: int) -> int:
    """The list of the terms of a word whose code is odd; 0 if there are none."""
    return 0 if code == BLANK else forms[FORM_WIDTH * (code >> 1) + FORM_TERMS]


@inner
def mark_form(state: State, form: int, field: int) -> int:
    """Mark the terms of a form; the bits of their anchors."""
    forms, arena = state.forms, state.arena
    block = forms[FORM_WIDTH * form + FORM_TERMS]
    anchor = 0
    if block:
        for entry in range(block + 1, block + 1 + arena[block]):
            mark(state, arena[entry], field)
            anchor |= state.anchors[arena[entry]]
    return anchor


@inner
def has(state: State, token: int, wanted: int) -> bool:
    """Does the word at this place satisfy the term?"""
    code = int(state.tokens[token])
    if code & 1 == 0:
        return code >> 1 == wanted
    arena, block = state.arena, _terms_of(state.forms, code)
    if block:
        for at in range(block + 1, block + 1 + arena[block]):
            if arena[at] == wanted:
                return True
    return False


@inner
def _stands(state: State, phrase: int, at: int) -> bool:
    """Whether the phrase stands where its pair begins at `at`."""
    arena = state.arena
    block = state.phrases[phrase]
    count, pair = int(arena[block]), arena[block + 1] >> 1
    begin = at - pair
    if begin < 0 or begin + count >= state.tokens.size:
        return False
    for place in range(count):
        if place in (pair, pair + 1):
            continue
        if not has(state, begin + place, arena[block + 2 + place]):
            return False
    return True


@inner
def _mark_pair(state: State, one: int, other: int, at: int, field: int) -> None:
    """Mark the phrases whose pair is these terms, the first of which is at `at`."""
    place = place_of_pair(state.pair_keys, one, other)
    if place < 0:
        return
    arena, seen, found = state.arena, state.seen, state.pair_lists[place]
    if found == 0:
        return
    for item in range(found + 1, found + 1 + arena[found]):
        phrase = int(arena[item])
        if seen[phrase] & field == 0 and _stands(state, phrase, at):
            mark(state, phrase, field)


@inner
def _mark_around(state: State, term: int, at: int, field: int) -> None:
    """Mark the phrases for which `term`, at `at`, is looked for: those that go on behind it and those before."""
    anchor = state.anchors[term]
    for step in (1, -1):
        if not anchor & (BEGINS if step > 0 else ENDS):
            continue
        code = int(state.tokens[at + step])
        if code & 1 == 0:
            if code:
                one, other = (term, code >> 1) if step > 0 else (code >> 1, term)
                _mark_pair(state, one, other, min(at, at + step), field)
            continue
        block = _terms_of(state.forms, code)
        if block:
            for entry in range(block + 1, block + 1 + state.arena[block]):
                beside = int(state.arena[entry])
                one, other = (term, beside) if step > 0 else (beside, term)
                _mark_pair(state, one, other, min(at, at + step), field)


@inner
def mark_phrases(state: State, field: int) -> None:
    """Mark the phrases among the noted tokens; the tokens before and behind a field belong to none."""
    tokens, arena, anchors, forms, noted = state.tokens, state.arena, state.anchors, state.forms, state.noted
    for place in range(state.numbers[NOTED]):
        at = int(noted[place])
        code = int(tokens[at])
        if code & 1 == 0:
            _mark_around(state, code >> 1, at, field)
            continue
        block = _terms_of(forms, code)
        if block:
            for entry in range(block + 1, block + 1 + arena[block]):
                if anchors[arena[entry]]:
                    _mark_around(state, arena[entry], at, field)
    state.numbers[NOTED] = 0


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
