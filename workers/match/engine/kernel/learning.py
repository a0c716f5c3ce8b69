"""What Python calls to let the compiled part know words: what chunks stand for, their forms, which words are wanted."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.arena import appended, given_back, size_class, taken
from workers.match.engine.kernel.bits import code_of, index_of, mixed
from workers.match.engine.kernel.chunks import (
    FORGOTTEN,
    NOTHING,
    TWO_BYTES,
    USED,
    key_of,
    place_in,
    remembered,
    same_bytes,
)
from workers.match.engine.kernel.compiled import entry, inner
from workers.match.engine.kernel.filter import COUNT_MAX, beginning_place, folded_bytes, wanted_place
from workers.match.engine.kernel.growth import doubled
from workers.match.engine.kernel.state import (
    BLANK,
    CHUNKS,
    FORM_TERMS,
    FORM_WIDTH,
    FORMS,
    POOL_TOP,
    TABLE_SHIFT,
    Bytes,
    State,
)

PLAIN_BYTES = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789", np.uint8).astype(np.uint64)
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


@inner
def _forgotten_place(state: State, begin: int, length: int, language: int) -> int:
    """Where the table still has the chunk that was forgotten; -1 if it has not."""
    table = state.table
    key = key_of(state.text8, begin, length)
    want = USED | (FORGOTTEN << TWO_BYTES) | np.uint64(length)
    last = (table.size >> 1) - 1
    place = index_of(mixed(key, np.uint64(language)) >> np.uint64(state.numbers[TABLE_SHIFT]))
    while table[2 * place + 1] != NOTHING:
        found = table[2 * place] == key and table[2 * place + 1] >> _HALF == want
        if found and (length <= 8 or same_bytes(state.pool, int(state.table_pool[place]), state.text8, begin, length)):
            return place
        place = (place + 1) & last
    return -1


@entry
def remember(state: State, begin: int, end: int, language: int, code: int) -> int:
    """Let the chunk of the text, which is not known, stand for `code`; 1 if it takes a place more."""
    place = _forgotten_place(state, begin, end - begin, language)
    if place >= 0:
        want = USED | (np.uint64(language) << TWO_BYTES) | np.uint64(end - begin)
        state.table[2 * place + 1] = (want << _HALF) | (np.uint64(code) & _LOWER)
        return 0
    remembered(state, begin, end, language, code)
    return 1


@inner
def _form_emptied(state: State, form: int) -> None:
    at = FORM_WIDTH * form + FORM_TERMS
    block = state.forms[at]
    if block:
        given_back(state, block, size_class(1 + state.arena[block]))
        state.forms[at] = 0


@entry
def forget_chunks(state: State, count: int, languages: int) -> int:
    """Forget, in all languages, so many chunks of one word: they begin the text, their lengths are in `extra`.

    They keep their places in the table, for when they are met again.
    """
    begin = 0
    for chunk in range(count):
        length = int(state.extra[chunk])
        for language in range(languages):
            place = place_in(state, begin, length, language)
            if place >= 0:
                value = state.table[2 * place + 1]
                code = code_of(value)
                if code != BLANK and code & 1:
                    _form_emptied(state, code >> 1)
                state.table[2 * place + 1] = ((value >> _HALF) | (FORGOTTEN << TWO_BYTES)) << _HALF
        begin += length
    return 0


@entry
def code_list(state: State, count: int) -> int:
    """The code of a chunk with several words, whose codes are in `extra`."""
    block = taken(state, size_class(1 + count))
    state.arena[block] = count
    for at in range(count):
        state.arena[block + 1 + at] = state.extra[at]
    return -block


@inner
def _counted(counts: Bytes, place: int, step: int) -> None:
    if counts[place] < COUNT_MAX:
        counts[place] += step


@entry
def want_word(state: State, length: int, step: int) -> int:
    """Count a plain word, which begins the text in lower case, once more (1) or once less (-1)."""
    length = min(length, 9)
    _counted(state.wanted, wanted_place(folded_bytes(state.text8[0], length), length), step)
    return 0


@entry
def want_beginning(state: State, step: int) -> int:
    """The same for the three letters that a wildcard begins with."""
    _counted(state.wanted_beginnings, beginning_place(folded_bytes(state.text8[0], 3)), step)
    return 0


@entry
def want_short_beginning(state: State, length: int, step: int) -> int:
    """The same for one letter or two, which begin the text: for each three that begin so, and shorter words."""
    counts = state.wanted_beginnings
    begun = folded_bytes(state.text8[0], length)
    shift = np.uint64(8 * length)
    _counted(counts, beginning_place(begun), step)
    for one in range(PLAIN_BYTES.size):
        word = begun | (PLAIN_BYTES[one] << shift)
        _counted(counts, beginning_place(word), step)
        for other in range(PLAIN_BYTES.size if length == 1 else 0):
            _counted(counts, beginning_place(word | (PLAIN_BYTES[other] << TWO_BYTES)), step)
    return 0


@entry
def forget_code(state: State, code: int) -> int:
    """Give back what `code_list` took; other codes take nothing."""
    if code < 0:
        given_back(state, -code, size_class(1 + state.arena[-code]))
    return 0


@entry
def add_form(state: State, count: int) -> int:
    """A new form, with the terms in `extra`."""
    form = state.numbers[FORMS]
    state.numbers[FORMS] = form + 1
    if FORM_WIDTH * (form + 1) > state.forms.size:
        state.forms = doubled(state.forms)
    block = 0
    for at in range(count):
        block = appended(state, block, state.extra[at])
    at = FORM_WIDTH * form
    for offset in range(FORM_WIDTH):
        state.forms[at + offset] = 0
    state.forms[at + FORM_TERMS] = block
    return form


@entry
def set_form(state: State, form: int, count: int) -> int:
    """Let the form have the terms in `extra`, and no others."""
    _form_emptied(state, form)
    block = 0
    for at in range(count):
        block = appended(state, block, state.extra[at])
    state.forms[FORM_WIDTH * form + FORM_TERMS] = block
    return 0


@entry
def forget_forms(state: State) -> int:
    """Forget all forms and chunks."""
    numbers, forms = state.numbers, state.forms
    for at in range(FORM_WIDTH, FORM_WIDTH * numbers[FORMS], FORM_WIDTH):
        block = forms[at + FORM_TERMS]
        if block:
            given_back(state, block, size_class(1 + state.arena[block]))
    numbers[FORMS] = 1
    numbers[CHUNKS] = 0
    numbers[POOL_TOP] = 0
    for at in range(state.table.size):
        state.table[at] = 0
    return 0
