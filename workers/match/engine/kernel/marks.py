"""What an article has: its terms, marked with the fields that have them, and the queue of those that were marked."""

from __future__ import annotations

from workers.match.engine.kernel.bits import prefetch
from workers.match.engine.kernel.compiled import hot
from workers.match.engine.kernel.pairs import first_place, pair_key, phrases_with, place_of_pair
from workers.match.engine.kernel.state import (
    BLANK,
    FORM_TERMS,
    FORM_WIDTH,
    GROUPS,
    NOTED,
    SEEN,
    TERM_WIDTH,
    U64,
    Bytes,
    Int32s,
    Int64s,
    Views,
)

BEGINS, ENDS = 1, 2  # bits of `anchors`
_TOGETHER = 128  # tokens whose pairs are brought near before one is looked at


@hot
def mark_one(numbers: Int64s, seen: Bytes, queue: Int32s, terms: Int32s, term: int, field: int) -> None:
    """The article has the term in the field (a bit)."""
    before = int(seen[term])
    seen[term] = before | field
    if before == 0:
        count = numbers[SEEN]
        queue[count] = term
        numbers[SEEN] = count + 1
        prefetch(terms, TERM_WIDTH * term)


@hot
def mark(views: Views, term: int, field: int) -> None:
    """The same, with all arrays."""
    mark_one(views.numbers, views.seen, views.queue, views.terms, term, field)


@hot
def terms_of(forms: Int32s, code: int) -> int:
    """The list of the terms of a word whose code is odd; 0 if there are none."""
    return 0 if code == BLANK else int(forms[FORM_WIDTH * (code >> 1) + FORM_TERMS])


@hot
def has(tokens: Int32s, forms: Int32s, arena: Int32s, token: int, wanted: int) -> bool:
    """Does the word at this place satisfy the term?"""
    code = int(tokens[token])
    if code & 1 == 0:
        return code >> 1 == wanted
    block = terms_of(forms, code)
    if block:
        for at in range(block + 1, block + 1 + arena[block]):
            if arena[at] == wanted:
                return True
    return False


@hot
def _stands(tokens: Int32s, forms: Int32s, arena: Int32s, block: int, at: int) -> bool:
    """Whether the phrase of this block stands where its pair begins at `at`."""
    count, pair = int(arena[block]), int(arena[block + 1]) >> 1
    begin = at - pair
    if begin < 0 or begin + count >= tokens.size:
        return False
    for place in range(count):
        if place in (pair, pair + 1):
            continue
        if not has(tokens, forms, arena, begin + place, int(arena[block + 2 + place])):
            return False
    return True


@hot
def _mark_pair(views: Views, found: int, at: int, field: int) -> None:
    """Mark the phrases of this list, if there is one, that stand where their pair begins at `at`."""
    if found == 0:
        return
    arena, seen, phrases = views.arena, views.seen, views.phrases
    for item in range(found + 1, found + 1 + arena[found]):
        phrase = int(arena[item])
        if seen[phrase] & field == 0 and _stands(views.tokens, views.forms, arena, int(phrases[phrase]), at):
            mark(views, phrase, field)


@hot
def _found(views: Views, key: U64) -> int:
    """The list of phrases with this pair; 0 if there is none."""
    found = phrases_with(views.pair_keys, views.pair_lists, key)
    return found or phrases_with(views.old_keys, views.old_lists, key)


@hot
def _mark_beside(views: Views, term: int, at: int, step: int, field: int) -> None:
    """Mark the phrases whose pair is `term`, at `at`, and the word beside it, behind (1) or before (-1)."""
    forms, arena = views.forms, views.arena
    code = int(views.tokens[at + step])
    block = terms_of(forms, code) if code & 1 else 0
    count = int(arena[block]) if block else int(code != 0 and code & 1 == 0)
    for entry in range(count):
        beside = int(arena[block + 1 + entry]) if block else code >> 1
        one, other = (term, beside) if step > 0 else (beside, term)
        _mark_pair(views, _found(views, pair_key(one, other)), min(at, at + step), field)


@hot
def _mark_noted(views: Views, at: int, field: int) -> None:
    """Mark the phrases that are looked for at this token, where it or the one beside it may satisfy several terms."""
    code = int(views.tokens[at])
    block = terms_of(views.forms, code) if code & 1 else 0
    count = int(views.arena[block]) if block else int(code & 1 == 0)
    for entry in range(count):
        term = int(views.arena[block + 1 + entry]) if block else code >> 1
        if views.anchors[term] & BEGINS:
            _mark_beside(views, term, at, 1, field)
        if views.anchors[term] & ENDS:
            _mark_beside(views, term, at, -1, field)


@hot
def _pairs_noted(views: Views, first: int, last: int, field: int) -> int:
    """Put the pairs to be looked for to `places`, and where in the table that begins to `edges`; how many."""
    tokens, anchors, keys = views.tokens, views.anchors, views.pair_keys
    count = 0
    for place in range(first, last):
        at = int(views.noted[place])
        code, before, behind = int(tokens[at]), int(tokens[at - 1]), int(tokens[at + 1])
        if code & 1 or (before & 1 and before != BLANK) or (behind & 1 and behind != BLANK):
            _mark_noted(views, at, field)
            continue
        anchor = int(anchors[code >> 1])
        for side in range(2):
            beside = before if side else behind
            if anchor & (ENDS if side else BEGINS) and beside > BLANK:
                one, other = (beside >> 1, code >> 1) if side else (code >> 1, beside >> 1)
                begin = first_place(keys, pair_key(one, other))
                prefetch(keys, begin)
                prefetch(views.pair_lists, begin)
                views.edges[count] = begin
                views.places[count] = at - side
                count += 1
    return count


@hot
def mark_phrases(views: Views, field: int) -> None:
    """Mark the phrases among the noted tokens; the tokens before and behind a field belong to none.

    Where pairs stand in their table is worked out for some of them, and brought near, before it is looked at.
    """
    tokens, keys, lists = views.tokens, views.pair_keys, views.pair_lists
    noted = int(views.numbers[NOTED])
    for first in range(0, noted, _TOGETHER):
        count = _pairs_noted(views, first, min(first + _TOGETHER, noted), field)
        for each in range(count):
            at = int(views.places[each])
            key = pair_key(int(tokens[at]) >> 1, int(tokens[at + 1]) >> 1)
            place = place_of_pair(keys, key, int(views.edges[each]))
            if place >= 0 and lists[place]:
                _mark_pair(views, int(lists[place]), at, field)
            elif views.old_keys.size > 1:
                _mark_pair(views, phrases_with(views.old_keys, views.old_lists, key), at, field)
    views.numbers[NOTED] = 0


@hot
def mark_groups(views: Views) -> None:
    """Mark the groups of which a member is marked in one of the member's fields."""
    numbers, queue, terms, arena, seen = views.numbers, views.queue, views.terms, views.arena, views.seen
    at = 0
    while at < numbers[SEEN]:
        term = int(queue[at])
        at += 1
        block = terms[TERM_WIDTH * term + GROUPS]
        if block == 0:
            continue
        for entry in range(block + 1, block + 1 + arena[block]):
            if seen[term] & arena[entry] & 7:
                mark_one(numbers, seen, queue, terms, int(arena[entry]) >> 3, 7)
