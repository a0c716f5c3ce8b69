"""What Python calls to have an article matched, and to hand things over."""

from __future__ import annotations

from numba.experimental import structref

from workers.match.engine.kernel.chunks import read
from workers.match.engine.kernel.compiled import entry, inner
from workers.match.engine.kernel.marks import mark, mark_groups, mark_phrases, mark_words
from workers.match.engine.kernel.scan import sample, scan
from workers.match.engine.kernel.state import (
    ALWAYS,
    ARTICLES,
    FORM_STAMP,
    FORM_WIDTH,
    FORMS,
    HITS,
    LONG,
    SEEN,
    SLOTS,
    STAMP,
    STATE,
    TESTS,
    TOKENS,
    UNKNOWN,
    WORDS,
    Bytes,
    Eights,
    Int32s,
    Int64s,
    State,
    Uint64s,
)

_STAMP_MAX = (1 << 31) - 16
SAMPLED_EVERY = 8
URGENCY, WORD_COUNT = range(2)  # of number tests


@inner
def _read_all(state: State, title: int, lead: int, body: int, language: int) -> None:
    numbers, tokens = state.numbers, state.tokens
    numbers[UNKNOWN] = 0
    numbers[LONG] = 0
    numbers[TOKENS] = 1
    tokens[0] = 0
    read(state, 0, title, language)
    tokens[numbers[TOKENS]] = 0
    numbers[TOKENS] += 1
    state.extra[0] = numbers[TOKENS]
    read(state, title + 1, lead, language)
    tokens[numbers[TOKENS]] = 0
    numbers[TOKENS] += 1
    state.extra[1] = numbers[TOKENS]
    read(state, lead + 1, body, language)
    tokens[numbers[TOKENS]] = 0
    numbers[WORDS] = numbers[TOKENS] - 3


@inner
def _mark_field(state: State, first: int, last: int, field: int) -> None:
    if first == last:
        return
    state.numbers[STAMP] += 1
    if mark_words(state, first, last, field):
        mark_phrases(state, first, last, field)


@inner
def _mark_numbers(state: State, urgency: int) -> None:
    tests, words = state.tests, state.numbers[WORDS]
    for at in range(0, 4 * state.numbers[TESTS], 4):
        value = words if tests[at] == WORD_COUNT else urgency
        if tests[at + 1] <= value <= tests[at + 2]:
            mark(state, tests[at + 3], 7)


@inner
def _rested(state: State) -> None:
    """Begin to count stamps anew before they run out."""
    if state.numbers[STAMP] < _STAMP_MAX:
        return
    state.numbers[STAMP] = 0
    for at in range(0, FORM_WIDTH * state.numbers[FORMS], FORM_WIDTH):
        state.forms[at + FORM_STAMP] = 0
    for slot in range(state.numbers[SLOTS]):
        state.slots[2 * slot + 1] = 0


@entry
def made(
    numbers: Int64s, arena: Int32s, text: Bytes, text8: Eights, table: Uint64s, table_pool: Int32s, pool: Bytes,
    forms: Int32s, terms: Int32s, seen: Bytes, anchors: Bytes, anchored: Int32s, phrases: Int32s, queue: Int32s,
    tokens: Int32s, unknown: Int32s, hits: Int32s, slots: Int32s, pair_keys: Uint64s, pair_lists: Int32s, tests:
    Int64s, extra: Int32s, wanted: Bytes, wanted_beginnings: Bytes, long_codes: Int32s,
) -> State:  # fmt: skip
    """The state of these arrays."""
    state: State = structref.new(STATE)
    state.numbers, state.arena, state.text, state.text8 = numbers, arena, text, text8
    state.table, state.table_pool, state.pool, state.forms = table, table_pool, pool, forms
    state.terms, state.seen, state.anchors, state.anchored = terms, seen, anchors, anchored
    state.phrases, state.queue, state.tokens, state.unknown = phrases, queue, tokens, unknown
    state.hits, state.slots, state.pair_keys, state.pair_lists = hits, slots, pair_keys, pair_lists
    state.tests, state.extra, state.long_codes = tests, extra, long_codes
    state.wanted, state.wanted_beginnings = wanted, wanted_beginnings
    return state


@entry
def match(state: State, title: int, lead: int, body: int, language: int, urgency: int, extra: int) -> int:
    """How many rules an article hits: they are in `hits`. Below 0: so many chunks are unknown, and nothing was asked.

    The places are where each field ends in `text`; each is followed by a byte that separates. The first `extra`
    numbers of `extra`, from the third on, are terms that the article has besides.
    """
    numbers = state.numbers
    _read_all(state, title, lead, body, language)
    if numbers[UNKNOWN]:
        return -int(numbers[UNKNOWN])
    _rested(state)
    numbers[ARTICLES] += 1
    numbers[SEEN] = 0
    mark(state, ALWAYS, 7)
    for at in range(2, 2 + extra):
        mark(state, state.extra[at], 7)
    _mark_numbers(state, urgency)
    second, third, behind = state.extra[0], state.extra[1], numbers[TOKENS]
    _mark_field(state, 1, second - 1, 1)
    _mark_field(state, second, third - 1, 2)
    _mark_field(state, third, behind, 4)
    mark_groups(state)
    numbers[STAMP] += 1
    scan(state)
    if numbers[ARTICLES] % SAMPLED_EVERY == 0:
        sample(state)
    seen, queue = state.seen, state.queue
    for at in range(numbers[SEEN]):
        seen[queue[at]] = 0
    return int(numbers[HITS])


@entry
def set_text(state: State, text: Bytes, text8: Eights, tokens: Int32s, unknown: Int32s) -> int:
    """Other buffers for the text of an article and what is read in it."""
    state.text, state.text8, state.tokens, state.unknown = text, text8, tokens, unknown
    return 0


@entry
def set_tests(state: State, tests: Int64s) -> int:
    """Another buffer for the number tests."""
    state.tests = tests
    return 0


@entry
def set_extra(state: State, extra: Int32s) -> int:
    """Another buffer for lists of numbers that are handed over."""
    state.extra = extra
    return 0


@entry
def set_long_codes(state: State, codes: Int32s) -> int:
    """What the long chunks of the article stand for."""
    state.long_codes = codes
    return 0


@entry
def hits(state: State) -> Int32s:
    """The hits of the article matched last: slot << 1 | to be confirmed."""
    return state.hits


@entry
def pair_places(state: State) -> int:
    """How large the table of pairs is."""
    return state.pair_keys.size
