"""Where paragraphs and sentences of a text end.

Line breaks are those that Unicode calls mandatory: line feed, carriage return (with a line feed
behind it: one), vertical tab, form feed, U+0085, U+2028 and U+2029.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from unicodedata import category

from workers.rules.language.characters import CLOSING, WORD_KINDS
from workers.rules.language.fold import fold
from workers.rules.language.normalise import Normal

_BREAK = re.compile("[\n\r\v\f\x85\u2028\u2029](?<!\r(?=\n))")  # CR LF breaks at its LF
_BREAK_BEFORE_SPACE = re.compile(rf"{_BREAK.pattern}(?=\s)")
_SENTENCE_END = re.compile("[।؟۔]")
_STOP = re.compile(rf"[.!?]([.!?]*+)[{re.escape(CLOSING)}]*+(\s*+)")
_TITLES = ("mr", "mrs", "ms", "dr", "gen", "gov", "sen", "rep", "col", "lt", "sgt", "st")
_FIRMS = ("inc", "corp", "ltd", "co")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec")
_ABBREVIATIONS = frozenset((*_TITLES, *_FIRMS, *_MONTHS, "no", "vs", "etc"))


def paragraph_ends(text: str, *, body: bool) -> list[int]:
    """The places behind which a new paragraph begins, ascending. `text` has passed step 1.

    A body with a blank or an indented line ends its paragraphs there: both begin with white space.
    """
    if body:
        ends = [found.end() for found in _BREAK_BEFORE_SPACE.finditer(text)]
        if ends or text[:1].isspace():
            return ends
    return [found.end() for found in _BREAK.finditer(text)]


def sentence_ends(normal: Normal, exacts: Sequence[str], ends: Sequence[int], dotted: set[int]) -> list[int]:
    """The places where a sentence ends inside of a paragraph, in no order.

    `exacts` and `ends` are the words of the text and where they end in it; `dotted` holds the ends of those that end
    in a dotted acronym.
    """
    text = normal.text
    places = list(normal.noted)
    if not text.isascii():
        places += (found.start() for found in _SENTENCE_END.finditer(text))
    for stop in _STOP.finditer(text):
        if not stop[2] or category(text[stop.end() : stop.end() + 1] or " ") == "Ll":
            continue
        place = stop.start()
        if stop[1] or text[place] != "." or not _abbreviates(text, place, exacts, ends, dotted):
            places.append(place)
    return places


def _abbreviates(text: str, place: int, exacts: Sequence[str], ends: Sequence[int], dotted: set[int]) -> bool:
    """Whether the full stop at `place` belongs to the word it touches."""
    if place in dotted:
        return True
    word = bisect_left(ends, place)
    if word == len(ends) or ends[word] != place:
        return False
    return fold(exacts[word]) in _ABBREVIATIONS or _is_single_letter(exacts[word], text, place)


def _is_single_letter(exact: str, text: str, end: int) -> bool:
    if exact.isascii() and len(exact) > 1:
        return False
    kinds = exact.translate(WORD_KINDS)
    if kinds[0] not in "LI" or kinds[1:].strip("M"):
        return False
    place = end - len(exact)
    while place and WORD_KINDS[ord(text[place - 1])] == "M":
        place -= 1
    return not place or WORD_KINDS[ord(text[place - 1])] not in "LID"
