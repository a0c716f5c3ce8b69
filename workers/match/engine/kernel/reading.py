"""The words of a text, one after the other: each put to the tokens, its terms marked."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.bits import FIRST_BYTES, HIGH, code_of, letters_and_digits, trailing_zeros
from workers.match.engine.kernel.chunks import (
    KINDS,
    MAY_END,
    REMEMBERED_BYTES_MAX,
    SEPARATES,
    place_of,
)
from workers.match.engine.kernel.compiled import hot
from workers.match.engine.kernel.filter import beginning_place, folded_bytes, wanted_place
from workers.match.engine.kernel.marks import mark_one, terms_of
from workers.match.engine.kernel.state import (
    BLANK,
    LEFT,
    LONG,
    NOTED,
    OPEN,
    TABLE_SHIFT,
    TOKENS,
    UNKNOWN,
    Bytes,
    Eights,
    Int32s,
    Int64s,
    Views,
)

_NONE, _FIRST = np.uint64(0), np.uint64(1)
_SEVEN, _LAST, _TOP_BYTE = np.uint64(7), np.uint64(63), np.uint64(56)
_GATHER = np.uint64(0x0102040810204080)  # moves the lowest bits of eight bytes into the topmost byte


@hot
def _edges(text8: Eights, edges: Int32s, begin: int, end: int) -> int:
    """Where runs of letters, digits and bytes beyond ASCII begin and end, one after the other; how many edges.

    64 bytes at a time, as the bits of one number: there is nothing to decide but when such a number is used up.
    """
    count, inside = 0, _NONE
    for at in range(begin, end, 64):
        run = _NONE
        for part in range(8):
            eight = text8[at + 8 * part]
            bits = ((letters_and_digits(eight) | (eight & HIGH)) >> _SEVEN) * _GATHER
            run |= (bits >> _TOP_BYTE) << np.uint64(8 * part)
        if end - at < 64:
            run &= (_FIRST << np.uint64(end - at)) - _FIRST
        turns = run ^ ((run << _FIRST) | inside)
        inside = run >> _LAST
        while turns != _NONE:
            edges[count] = at + trailing_zeros(turns)
            count += 1
            turns &= turns - _FIRST
    if inside != _NONE:
        edges[count] = end
        count += 1
    return count


@hot
def _has_high(text8: Eights, at: int, end: int) -> bool:
    """Is a byte between the two places beyond ASCII?"""
    while end - at >= 8:
        if text8[at] & HIGH != _NONE:
            return True
        at += 8
    return bool(text8[at] & HIGH & FIRST_BYTES[end - at] != _NONE)


@hot
def _extended(text: Bytes, at: int) -> int:
    """Where the chunk ends that goes on at `at` with something besides plain letters and digits."""
    while KINDS[text[at]] != SEPARATES:
        at += 1
    while KINDS[text[at - 1]] == MAY_END:
        at -= 1
    return at


@hot
def _note_unknown(numbers: Int64s, unknown: Int32s, begin: int, end: int) -> int:
    count = numbers[UNKNOWN]
    unknown[2 * count] = begin
    unknown[2 * count + 1] = end
    numbers[UNKNOWN] = count + 1
    return 0


@hot
def _giant_code(views: Views, begin: int, end: int) -> int:
    """What a chunk stands for that is too long to be remembered."""
    number = views.numbers[LONG]
    views.numbers[LONG] = number + 1
    if number < views.long_codes.size:
        return int(views.long_codes[number])
    return _note_unknown(views.numbers, views.unknown, begin, end)


@hot
def _take(views: Views, code: int, field: int) -> None:
    """Put a word to the tokens and mark its terms."""
    numbers, seen, queue, anchors, arena = views.numbers, views.seen, views.queue, views.anchors, views.arena
    count = numbers[TOKENS]
    views.tokens[count] = code
    numbers[TOKENS] = count + 1
    anchor = 0
    if code & 1 == 0:
        mark_one(numbers, seen, queue, views.terms, code >> 1, field)
        anchor = int(anchors[code >> 1])
    else:
        block = terms_of(views.forms, code)
        if block:
            for entry in range(block + 1, block + 1 + arena[block]):
                mark_one(numbers, seen, queue, views.terms, int(arena[entry]), field)
                anchor |= int(anchors[arena[entry]])
    if anchor:
        views.noted[numbers[NOTED]] = count
        numbers[NOTED] += 1


@hot
def _take_coded(views: Views, code: int, field: int) -> None:
    """Put the words that a chunk's code stands for to the tokens and mark their terms."""
    if code > 0:
        _take(views, code, field)
    elif code < 0:
        for at in range(1 - code, 1 - code + views.arena[-code]):
            _take(views, int(views.arena[at]), field)


@hot
def _sieve(views: Views, count: int, ascii_only: bool) -> int:
    """Leave out the words that no term can want; how many words there are.

    What is left stands in `edges`, and in `places` which words of the field these are. A chunk that goes on behind a
    run, with something besides letters and digits, swallows the runs in it.
    """
    text, text8, edges, places, numbers = views.text, views.text8, views.edges, views.places, views.numbers
    wanted, beginnings = views.wanted, views.wanted_beginnings
    told = numbers[OPEN] == 0
    left, words, behind = 0, 0, 0
    for run in range(0, count, 2):
        at, stop = int(edges[run]), int(edges[run + 1])
        if at < behind:
            continue
        kind = KINDS[text[stop]]
        blank = told
        if kind != SEPARATES and (kind != MAY_END or KINDS[text[stop + 1]] != SEPARATES):
            stop = behind = _extended(text, stop)
            blank = False
        elif not ascii_only:
            blank = blank and not _has_high(text8, at, stop)
        word = folded_bytes(text8[at], stop - at)
        wants = int(wanted[wanted_place(word, min(stop - at, 9))]) | int(beginnings[beginning_place(word)])
        edges[2 * left] = at
        edges[2 * left + 1] = stop
        places[left] = words
        left += 1 - (int(wants == 0) & int(blank))
        words += 1
    numbers[LEFT] = left
    return words


@hot
def read(views: Views, begin: int, end: int, language: int, field: int, ascii_only: bool) -> None:
    """Take the words of the text between the two places.

    The byte at `end` separates, and so do the sixteen behind the last field. A plain word that no term can want is
    blank, known or not. What is used for each word is named here: it is read and written through.
    """
    text8, tokens, numbers, edges, places = views.text8, views.tokens, views.numbers, views.edges, views.places
    seen, queue, anchors, noted, unknown = views.seen, views.queue, views.anchors, views.noted, views.unknown
    table, table_pool, pool, shift = views.table, views.table_pool, views.pool, views.numbers[TABLE_SHIFT]
    words = _sieve(views, _edges(text8, edges, begin, end), ascii_only)
    base = int(numbers[TOKENS])
    for place in range(base, base + words):
        tokens[place] = BLANK
    for each in range(numbers[LEFT]):
        at, stop = int(edges[2 * each]), int(edges[2 * each + 1])
        if stop - at > REMEMBERED_BYTES_MAX:
            code = _giant_code(views, at, stop)
        else:
            found = place_of(table, table_pool, pool, text8, at, stop - at, language, shift)
            code = code_of(table[2 * found + 1]) if found >= 0 else _note_unknown(numbers, unknown, at, stop)
        here = base + int(places[each])
        if code == BLANK:
            continue
        if code > 0 and code & 1 == 0:
            tokens[here] = code
            mark_one(numbers, seen, queue, views.terms, code >> 1, field)
            if anchors[code >> 1]:
                noted[numbers[NOTED]] = here
                numbers[NOTED] += 1
            continue
        numbers[TOKENS] = here
        _take_coded(views, code, field)
        more = int(numbers[TOKENS]) - here - 1
        for place in range(max(base + words, here + 1 + more), base + words + more):
            tokens[place] = BLANK
        base += more
    numbers[TOKENS] = base + words
