"""What Python calls to have an article matched, and to hand things over."""

from __future__ import annotations

from numba.experimental import structref

from workers.match.engine.kernel.compiled import entry, hot, inner
from workers.match.engine.kernel.marks import mark, mark_groups, mark_phrases
from workers.match.engine.kernel.order import put_in_order
from workers.match.engine.kernel.reading import read
from workers.match.engine.kernel.scan import sample, scan
from workers.match.engine.kernel.state import (
    ALIKE,
    ALWAYS,
    ARTICLES,
    HITS,
    LONG,
    NOTED,
    SEEN,
    SLOTS,
    STAMP,
    STATE,
    TESTS,
    TOKENS,
    UNCONFIRMED,
    UNKNOWN,
    WORDS,
    Bytes,
    Eights,
    Int32s,
    Int64s,
    State,
    Uint64s,
    Views,
)

_STAMP_MAX = (1 << 31) - 16
SAMPLED_EVERY = 8
URGENCY, WORD_COUNT = range(2)  # of number tests


@hot
def _read_field(views: Views, begin: int, end: int, language: int, field: int, ascii_only: bool) -> None:
    """Read a field; behind its words stands a token of none."""
    read(views, begin, end, language, field, ascii_only)
    numbers = views.numbers
    views.tokens[numbers[TOKENS]] = 0
    numbers[TOKENS] += 1
    if numbers[NOTED]:
        mark_phrases(views, field)


@hot
def _read_all(views: Views, title: int, lead: int, body: int, language: int, ascii_only: bool) -> None:
    numbers = views.numbers
    numbers[UNKNOWN] = 0
    numbers[LONG] = 0
    numbers[NOTED] = 0
    numbers[SEEN] = 0
    views.tokens[0] = 0
    numbers[TOKENS] = 1
    _read_field(views, 0, title, language, 1, ascii_only)
    _read_field(views, title + 1, lead, language, 2, ascii_only)
    _read_field(views, lead + 1, body, language, 4, ascii_only)
    numbers[WORDS] = numbers[TOKENS] - 4


@hot
def _forget_seen(views: Views) -> None:
    seen, queue = views.seen, views.queue
    for at in range(views.numbers[SEEN]):
        seen[queue[at]] = 0


@hot
def _mark_numbers(views: Views, urgency: int) -> None:
    tests, words = views.tests, views.numbers[WORDS]
    for at in range(0, 4 * views.numbers[TESTS], 4):
        value = words if tests[at] == WORD_COUNT else urgency
        if tests[at + 1] <= value <= tests[at + 2]:
            mark(views, tests[at + 3], 7)


@inner
def _rested(state: State) -> None:
    """Begin to count stamps anew before they run out."""
    if state.numbers[STAMP] < _STAMP_MAX:
        return
    state.numbers[STAMP] = 0
    for slot in range(state.numbers[SLOTS]):
        state.slots[2 * slot + 1] = 0


@entry
def made(
    numbers: Int64s, arena: Int32s, text: Bytes, text8: Eights, table: Uint64s, table_pool: Int32s, pool: Uint64s,
    forms: Int32s, terms: Int32s, seen: Bytes, anchors: Bytes, anchored: Int32s, phrases: Int32s, queue: Int32s,
    tokens: Int32s, noted: Int32s, edges: Int32s, places: Int32s, unknown: Int32s, hits: Int32s, passed: Int32s,
    buckets: Int32s, slots: Int32s, id_keys: Uint64s, pair_keys: Uint64s, pair_lists: Int32s, old_keys: Uint64s,
    old_lists: Int32s, tests: Int64s, extra: Int32s, wanted: Bytes, wanted_beginnings: Bytes, long_codes: Int32s,
) -> State:  # fmt: skip
    """The state of these arrays."""
    state: State = structref.new(STATE)
    state.numbers, state.arena, state.text, state.text8 = numbers, arena, text, text8
    state.table, state.table_pool, state.pool, state.forms = table, table_pool, pool, forms
    state.terms, state.seen, state.anchors, state.anchored = terms, seen, anchors, anchored
    state.phrases, state.queue, state.tokens = phrases, queue, tokens
    state.noted, state.unknown, state.edges, state.places = noted, unknown, edges, places
    state.passed, state.buckets, state.id_keys = passed, buckets, id_keys
    state.old_keys, state.old_lists = old_keys, old_lists
    state.hits, state.slots, state.pair_keys, state.pair_lists = hits, slots, pair_keys, pair_lists
    state.tests, state.extra, state.long_codes = tests, extra, long_codes
    state.wanted, state.wanted_beginnings = wanted, wanted_beginnings
    return state


@inner
def _views(state: State) -> Views:
    return Views(
        state.numbers, state.arena, state.text, state.text8, state.table, state.table_pool, state.pool, state.forms,
        state.terms, state.seen, state.anchors, state.phrases, state.queue, state.tokens, state.noted, state.edges,
        state.places, state.unknown, state.hits, state.passed, state.buckets, state.slots, state.id_keys,
        state.pair_keys, state.pair_lists, state.old_keys, state.old_lists, state.tests, state.extra, state.wanted,
        state.wanted_beginnings, state.long_codes,
    )  # fmt: skip


@entry
def match(
    state: State, title: int, lead: int, body: int, ascii_only: bool, language: int, urgency: int, extra: int
) -> int:
    """How many rules an article hits: they are in `hits`. Below 0: so many chunks are unknown, and nothing was asked.

    The places are where each field ends in `text`; each is followed by a byte that separates. The first `extra`
    numbers of `extra` are terms that the article has besides.
    """
    numbers, views = state.numbers, _views(state)
    _read_all(views, title, lead, body, language, ascii_only)
    if numbers[UNKNOWN]:
        _forget_seen(views)
        return -int(numbers[UNKNOWN])
    _rested(state)
    numbers[ARTICLES] += 1
    mark(views, ALWAYS, 7)
    for at in range(extra):
        mark(views, views.extra[at], 7)
    if numbers[TESTS]:
        _mark_numbers(views, urgency)
    mark_groups(views)
    numbers[STAMP] += 1
    scan(views)
    if numbers[HITS] > 1:
        put_in_order(state)
    else:
        numbers[ALIKE] = 0
    if numbers[ARTICLES] % SAMPLED_EVERY == 0:
        sample(state)
    _forget_seen(views)
    return int(numbers[HITS] + numbers[UNCONFIRMED])


@entry
def set_text(
    state: State,
    text: Bytes,
    text8: Eights,
    tokens: Int32s,
    noted: Int32s,
    edges: Int32s,
    places: Int32s,
    unknown: Int32s,
) -> int:
    """Other buffers for the text of an article and what is read in it."""
    state.text, state.text8, state.tokens = text, text8, tokens
    state.noted, state.unknown = noted, unknown
    state.edges, state.places = edges, places
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
    """The hits of the article matched last, and at its end those that are to be confirmed."""
    return state.hits


@entry
def pair_places(state: State) -> int:
    """How large the table of pairs is, the one before included that is moved over."""
    return state.pair_keys.size + state.old_keys.size


@entry
def id_keys(state: State) -> Uint64s:
    """For each slot two numbers, the first 16 bytes of its rule's id, read as they sort."""
    return state.id_keys
