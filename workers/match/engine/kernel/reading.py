"""The words of a text, one after the other: each put to the tokens, its terms marked."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.bits import FIRST_BYTES, HIGH, code_of, letters_and_digits, trailing_zeros
from workers.match.engine.kernel.chunks import (
    KINDS,
    MAY_END,
    NOTHING,
    REMEMBERED_BYTES_MAX,
    SEPARATES,
    TWO_BYTES,
    USED,
    key_of,
    place_of,
    short_code,
)
from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.filter import beginning_place, folded_bytes, wanted_place
from workers.match.engine.kernel.marks import mark_form
from workers.match.engine.kernel.state import (
    BLANK,
    LONG,
    NOTED,
    OPEN,
    SEEN,
    TABLE_SHIFT,
    TOKENS,
    UNKNOWN,
    Bytes,
    Eights,
    State,
)


@inner
def _begin(text8: Eights, at: int, end: int) -> int:
    """Where from `at` on the next chunk begins; `end` or behind if there is none."""
    eight = text8[at]
    words = letters_and_digits(eight) | (eight & HIGH)
    while words == NOTHING:
        at += 8
        if at >= end:
            return at
        eight = text8[at]
        words = letters_and_digits(eight) | (eight & HIGH)
    return at + (trailing_zeros(words) >> 3)


@inner
def _run_end(text8: Eights, at: int) -> int:
    """Behind the letters and digits from `at` on."""
    others = ~letters_and_digits(text8[at]) & HIGH
    while others == NOTHING:
        at += 8
        others = ~letters_and_digits(text8[at]) & HIGH
    return at + (trailing_zeros(others) >> 3)


@inner
def _extended(text: Bytes, at: int) -> int:
    """Where the chunk ends that goes on at `at` with something besides plain letters and digits."""
    while KINDS[text[at]] != SEPARATES:
        at += 1
    while KINDS[text[at - 1]] == MAY_END:
        at -= 1
    return at


@inner
def _note_unknown(state: State, begin: int, end: int) -> int:
    unknown, count = state.unknown, state.numbers[UNKNOWN]
    unknown[2 * count] = begin
    unknown[2 * count + 1] = end
    state.numbers[UNKNOWN] = count + 1
    return 0


@inner
def _longer_code(state: State, begin: int, end: int, language: int) -> int:
    """What a chunk of more than eight bytes stands for."""
    length = end - begin
    if length > REMEMBERED_BYTES_MAX:
        number = state.numbers[LONG]
        state.numbers[LONG] = number + 1
        return state.long_codes[number] if number < state.long_codes.size else _note_unknown(state, begin, end)
    place = place_of(state, key_of(state.text8, begin, length), begin, length, language)
    return code_of(state.table[2 * place + 1]) if place >= 0 else _note_unknown(state, begin, end)


@inner
def _take(state: State, code: int, field: int) -> None:
    """Put a word to the tokens and mark its terms."""
    numbers = state.numbers
    count = numbers[TOKENS]
    state.tokens[count] = code
    numbers[TOKENS] = count + 1
    if code == BLANK:
        return
    anchor = 0
    if code & 1:
        anchor = mark_form(state, code >> 1, field)
    else:
        term = code >> 1
        before = int(state.seen[term])
        if before == 0:
            state.queue[numbers[SEEN]] = term
            numbers[SEEN] += 1
        state.seen[term] = before | field
        anchor = state.anchors[term]
    if anchor:
        state.noted[numbers[NOTED]] = count
        numbers[NOTED] += 1


@inner
def _take_chunk(state: State, begin: int, end: int, language: int, field: int) -> None:
    """Put the words of a chunk to the tokens and mark their terms."""
    length = end - begin
    if length > 8:
        code = _longer_code(state, begin, end, language)
    else:
        of_language = np.uint64(language)
        want = USED | (of_language << TWO_BYTES) | np.uint64(length)
        key = state.text8[begin] & FIRST_BYTES[length]
        value = short_code(state.table, np.uint64(state.numbers[TABLE_SHIFT]), key, want, of_language)
        code = code_of(value)
        if value == NOTHING:
            _note_unknown(state, begin, end)
    if code > 0:
        _take(state, code, field)
    elif code < 0:
        for at in range(1 - code, 1 - code + state.arena[-code]):
            _take(state, int(state.arena[at]), field)


@inner
def read(state: State, begin: int, end: int, language: int, field: int) -> None:
    """Take the words of the text between the two places.

    The byte at `end` separates, and so do the sixteen behind the last field. A plain word that no term can want is
    blank, known or not.
    """
    text, text8, tokens, numbers = state.text, state.text8, state.tokens, state.numbers
    wanted, beginnings = state.wanted, state.wanted_beginnings
    told = numbers[OPEN] == 0
    at = _begin(text8, begin, end)
    while at < end:
        stop = _run_end(text8, at)
        kind = KINDS[text[stop]]
        if kind != SEPARATES and (kind != MAY_END or KINDS[text[stop + 1]] != SEPARATES):
            stop = _extended(text, stop)
        elif told:
            length = min(stop - at, 9)
            word = folded_bytes(text8[at], length)
            if wanted[wanted_place(word, length)] == 0 and beginnings[beginning_place(word)] == 0:
                count = numbers[TOKENS]
                tokens[count] = BLANK
                numbers[TOKENS] = count + 1
                at = _begin(text8, stop, end)
                continue
        _take_chunk(state, at, stop, language, field)
        at = _begin(text8, stop, end)
