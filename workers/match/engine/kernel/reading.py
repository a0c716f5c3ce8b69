"""The words of a text, one after the other: each put to the tokens, its terms marked."""

from __future__ import annotations

from workers.match.engine.kernel.bits import FIRST_BYTES, HIGH, code_of, letters_and_digits, trailing_zeros
from workers.match.engine.kernel.chunks import (
    KINDS,
    MAY_END,
    NOTHING,
    REMEMBERED_BYTES_MAX,
    SEPARATES,
    key_of,
    place_of,
    short_code,
)
from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.filter import beginning_place, folded_bytes, wanted_place
from workers.match.engine.kernel.marks import mark, mark_form
from workers.match.engine.kernel.state import (
    BLANK,
    LONG,
    NOTED,
    OPEN,
    SEEN,
    TABLE_SHIFT,
    TOKENS,
    U64,
    UNKNOWN,
    Bytes,
    Eights,
    Int32s,
    Int64s,
    State,
)


@inner
def _is_blank(wanted: Bytes, beginnings: Bytes, eight: U64, length: int) -> bool:
    """Can no term want the plain word of this length that begins with these bytes?"""
    word = folded_bytes(eight, length)
    return wanted[wanted_place(word, min(length, 9))] == 0 and beginnings[beginning_place(word)] == 0


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
def _note(numbers: Int64s, noted: Int32s, token: int) -> None:
    count = numbers[NOTED]
    noted[count] = token
    numbers[NOTED] = count + 1


@inner
def _take(state: State, code: int, field: int) -> None:
    """Put a word to the tokens and mark its terms."""
    numbers = state.numbers
    count = numbers[TOKENS]
    state.tokens[count] = code
    numbers[TOKENS] = count + 1
    if code == BLANK:
        return
    if code & 1:
        anchor = mark_form(state, code >> 1, field)
    else:
        term = code >> 1
        mark(state, term, field)
        anchor = state.anchors[term]
    if anchor:
        _note(numbers, state.noted, count)


@inner
def _take_coded(state: State, code: int, field: int) -> None:
    """Put the words that a chunk's code stands for to the tokens and mark their terms."""
    if code > 0:
        _take(state, code, field)
    elif code < 0:
        for at in range(1 - code, 1 - code + state.arena[-code]):
            _take(state, int(state.arena[at]), field)


@inner
def _mark_one(numbers: Int64s, seen: Bytes, queue: Int32s, term: int, field: int) -> None:
    before = int(seen[term])
    seen[term] = before | field
    if before == 0:
        count = numbers[SEEN]
        queue[count] = term
        numbers[SEEN] = count + 1


@inner
def read(state: State, begin: int, end: int, language: int, field: int) -> None:
    """Take the words of the text between the two places.

    The byte at `end` separates, and so do the sixteen behind the last field. A plain word that no term can want is
    blank, known or not. What is used for each word is named here: taking it from the state costs.
    """
    text, text8, tokens, numbers, table = state.text, state.text8, state.tokens, state.numbers, state.table
    seen, queue, anchors, noted = state.seen, state.queue, state.anchors, state.noted
    wanted, beginnings = state.wanted, state.wanted_beginnings
    told = numbers[OPEN] == 0
    at = _begin(text8, begin, end)
    while at < end:
        stop = _run_end(text8, at)
        kind = KINDS[text[stop]]
        plain = kind == SEPARATES or (kind == MAY_END and KINDS[text[stop + 1]] == SEPARATES)
        if not plain:
            stop = _extended(text, stop)
        length = stop - at
        if plain and told and _is_blank(wanted, beginnings, text8[at], length):
            code = BLANK
        elif length <= 8:
            value = short_code(table, text8[at] & FIRST_BYTES[length], length, language, numbers[TABLE_SHIFT])
            code = code_of(value) if value != NOTHING else _note_unknown(state, at, stop)
        else:
            code = _longer_code(state, at, stop, language)
        at = _begin(text8, stop, end)
        if code > 0 and (code & 1 == 0 or code == BLANK):
            count = numbers[TOKENS]
            tokens[count] = code
            numbers[TOKENS] = count + 1
            if code != BLANK:
                _mark_one(numbers, seen, queue, code >> 1, field)
                if anchors[code >> 1]:
                    _note(numbers, noted, count)
        elif code:
            _take_coded(state, code, field)
