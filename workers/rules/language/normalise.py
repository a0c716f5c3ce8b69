"""Step 1 of the words of a text: NFKC, straight apostrophes and quotes, no format characters, NFKC.

The result knows where in the given text each of its characters came from. NFKC is done piece by
piece: a piece begins at a character that never joins what stands before it, so the pieces
together are the NFKC of the whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import category, combining, is_normalized, normalize

from workers.rules.language.characters import Kinds

_NOTED = re.compile("[。！？｡]")
_APOSTROPHES = "‘’‚‛ʼ"
_QUOTES = "“”„‟"
_VANISHING = re.compile(  # format characters (Cf) and the combining grapheme joiner
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]+"
)
_ONE_FOR_ONE = re.compile("[\u00a0\u2002-\u200a\u202f\u205f\u3000\uff01-\uff5e]")
"""Frequent characters whose NFKC is one character: replaced first, no offset moves."""

_KIRAT_RAI_VOWELS = "\U00016d63\U00016d67\U00016d68\U00016d69\U00016d6a"
_LONG_PIECE = 64

_Places: TypeAlias = tuple[Sequence[int], Sequence[int]]
"""For each character of a text: where in the given text it begins, where it ends."""


@dataclass(frozen=True, slots=True)
class Normal:
    """A text after step 1.

    `origin[i]` is the index in the given text where character i came from, and one entry more is
    the length of the given text; None says that nothing moved. `noted` are the positions in the
    result of the full-width sentence ends `。！？｡` of the given text. `ends[i]` is where in the
    given text the characters that made character i end.
    """

    text: str
    origin: Sequence[int] | None = None
    noted: tuple[int, ...] = ()
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the given text that made `start` to `end` of the result."""
        if self.origin is None or self.ends is None:
            return start, end
        begin = self.origin[start]
        return begin, (self.ends[end - 1] if end > start else begin)


def normalise(text: str) -> Normal:
    """`text` after step 1; any text is fine, lone surrogates too. Takes time in proportion to the text."""
    if text.isascii():
        return Normal(text)
    noted = [found.start() for found in _NOTED.finditer(text)]
    result = _ONE_FOR_ONE.sub(_in_one, text)
    if is_normalized("NFKC", result) and not _VANISHING.search(result):
        return Normal(_straight(result), noted=tuple(noted))
    result, places = _compose(result, (range(len(text)), range(1, len(text) + 1)))
    result = _straight(result)
    if _VANISHING.search(result):
        result, places = _compose(*_vanish(result, places))
    starts, ends = places
    positions = tuple(bisect_left(starts, place) for place in noted)
    return Normal(result, (*starts, len(text)), positions, ends)


def _in_one(found: re.Match[str]) -> str:
    return normalize("NFKC", found[0])


def _straight(text: str) -> str:
    for curly in _APOSTROPHES:
        text = text.replace(curly, "'")
    for curly in _QUOTES:
        text = text.replace(curly, '"')
    return text


def _vanish(text: str, places: _Places) -> tuple[str, _Places]:
    kept: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for found in _VANISHING.finditer(text):
        kept.append(text[done : found.start()])
        starts += places[0][done : found.start()]
        ends += places[1][done : found.start()]
        done = found.end()
    kept.append(text[done:])
    starts += places[0][done:]
    ends += places[1][done:]
    return "".join(kept), (starts, ends)


def _kind_in_composition(character: str) -> str:
    """`m` joins what stands before it, `u` is changed by NFKC, `s` is not."""
    first = normalize("NFKD", character)[0]
    joins = combining(first) or category(first)[0] == "M" or "\u1160" <= first <= "\u11ff" or first in _KIRAT_RAI_VOWELS
    if joins:
        return "m"
    return "s" if normalize("NFKC", character) == character else "u"


_COMPOSITION_KINDS = Kinds(_kind_in_composition)
_PIECE = re.compile("um*+|.m++|m++")

_PLAIN = [chr(code) for start, end in ((0x80, 0x300), (0x2010, 0x2060), (0x20A0, 0x20C0)) for code in range(start, end)]
_PLAIN_CHANGED = re.compile(f"[{''.join(c for c in _PLAIN if _kind_in_composition(c) == 'u')}]")
_NOT_PLAIN = re.compile(f"[^\x00-\x7f{re.escape(''.join(_PLAIN))}]")


def _pieces(text: str) -> Iterator[re.Match[str]]:
    """The pieces that NFKC may change; in a plain text nothing joins, so they are single characters."""
    if _NOT_PLAIN.search(text):
        return _PIECE.finditer(text.translate(_COMPOSITION_KINDS))
    return _PLAIN_CHANGED.finditer(text)


def _compose(text: str, places: _Places) -> tuple[str, _Places]:
    """The NFKC of `text`, and the places of its characters."""
    made: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for found in _pieces(text):
        begin, end = found.span()
        piece = text[begin:end]
        composed = _compose_piece(piece)
        if composed == piece:
            continue
        made += (text[done:begin], composed)
        starts += places[0][done:begin]
        ends += places[1][done:begin]
        starts += [places[0][begin]] * len(composed)
        ends += [places[1][end - 1]] * len(composed)
        done = end
    made.append(text[done:])
    starts += places[0][done:]
    ends += places[1][done:]
    return "".join(made), (starts, ends)


def _compose_piece(piece: str) -> str:
    """NFKC of one letter with what joins it.

    `unicodedata` sorts marks in quadratic time; a long piece is brought into order first.
    """
    if len(piece) <= _LONG_PIECE:
        return normalize("NFKC", piece)
    ordered: list[str] = []
    marks: list[str] = []
    for character in piece:
        for part in normalize("NFKD", character):
            if combining(part):
                marks.append(part)
            else:
                ordered += sorted(marks, key=combining)
                marks.clear()
                ordered.append(part)
    ordered += sorted(marks, key=combining)
    return normalize("NFKC", "".join(ordered))
