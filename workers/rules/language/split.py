"""The words of a text, with their places: steps 1 to 3.

Most texts are plain (Latin, Greek or Cyrillic letters without loose marks): one regular expression
finds their words, and only those with an apostrophe, a dot, a comma, `&`, `+` or `#` are looked at
closer. All other texts go the general way, over the kinds of their characters; on plain texts both
ways give the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, compress, count, filterfalse, repeat
from operator import not_
from typing import NamedTuple

from workers.rules.language.characters import WORD_KINDS
from workers.rules.language.fold import fold
from workers.rules.language.normalise import Normal, normalise
from workers.rules.language.sentences import paragraph_ends, sentence_ends
from workers.rules.language.typeset import in_ascii
from workers.rules.language.words import CHUNK, RUN, Found, Surroundings, words_of


class Token(NamedTuple):
    """One word of a text."""

    exact: str  # after step 2: case and accents as written
    folded: str  # after step 3
    start: int  # code points of the text as given, from its first kept character
    end: int  # to behind its last one; words made of one character (`½`) share its place
    sentence: int  # from 0, counted over sentences that have words
    paragraph: int  # from 0, counted over paragraphs that have words


def split(text: str, *, body: bool = False, language: str | None = None) -> list[Token]:
    """The words of `text`, left to right. Never raises; takes time in proportion to the text.

    `body` says that paragraphs end at blank or indented lines (see `paragraph_ends`); `language` is
    the code of the article's language, of which only Turkish and Azerbaijani matter here.
    """
    return split_normal(normalise(text), body=body, language=language)


def split_normal(normal: Normal, *, body: bool = False, language: str | None = None) -> list[Token]:
    """`split` for a text that has passed step 1; places are of the text as given to `normalise`."""
    exacts, starts, ends, dotted = _words(normal.text, _drops_suffixes(language))
    paragraph_cuts = _cuts(starts, paragraph_ends(normal.text, body=body))
    stops = sentence_ends(normal, exacts, ends, dotted)
    sentences = _numbers(sorted({*paragraph_cuts, *_cuts(starts, stops)}), len(exacts))
    paragraphs = _numbers(paragraph_cuts, len(exacts))
    folded = map(str.lower if normal.text.isascii() else fold, exacts)
    starts, ends = _given(normal, starts, ends)
    rows = zip(exacts, folded, starts, ends, sentences, paragraphs, strict=True)
    return list(map(tuple.__new__, repeat(Token), rows))


def places(text: str, *, language: str | None = None) -> list[tuple[int, int]]:
    """Exactly `start` and `end` of each word of `split(text, language=language)`, sooner."""
    normal = normalise(text)
    _, starts, ends, _ = _words(normal.text, _drops_suffixes(language))
    return list(zip(*_given(normal, starts, ends), strict=True))


def places_of(text: str, words: Collection[int], *, language: str | None = None) -> dict[int, tuple[int, int]]:
    """Exactly `places(text, language=language)` of these words, sooner where they are few."""
    if not text.isascii() or len(words) > _FEW:
        every = places(text, language=language)
        return {word: every[word] for word in words}
    drops_suffixes = _drops_suffixes(language)
    found: dict[int, tuple[int, int]] = {}
    last, word = max(words, default=-1), 0
    for piece in _PIECE.finditer(text.translate(_SPACED)):
        if word > last:
            break
        if piece[0].isalnum():
            if word in words:
                found[word] = piece.span()
            word += 1
            continue
        offset = piece.start()
        for start, end in _places_in_piece(piece[0], drops_suffixes):
            if word in words:
                found[word] = offset + start, offset + end
            word += 1
    return found


def _given(normal: Normal, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Places in the text as it was given."""
    if normal.origin is None or normal.ends is None:
        return starts, ends
    return [normal.origin[start] for start in starts], [normal.ends[end - 1] for end in ends]


def exact_words(text: str, *, language: str | None = None) -> list[str]:
    """Exactly the words of `split(text, language=language)` as written (`exact`), sooner."""
    return _words(normalise(text).text, _drops_suffixes(language))[0]


def folded_words(text: str, *, language: str | None = None) -> set[str]:
    """Exactly the set of the folded words of `split(text, language=language)`, sooner."""
    drops_suffixes = _drops_suffixes(language)
    plainer = in_ascii(text)
    if plainer.isascii():
        return _joined(set(plainer.lower().translate(_SPACED).split()), drops_suffixes)
    normal = normalise(text).text
    if _NOT_PLAIN.search(normal):
        return set(map(fold, set(_any_words(normal, drops_suffixes)[0])))
    return set(map(fold, _joined(set(_PLAIN_CHUNK.findall(normal)), drops_suffixes)))


def folded_sequence(text: str, *, language: str | None = None) -> list[str]:
    """Exactly the folded words of `split(text, language=language)`, in order, sooner."""
    drops_suffixes = _drops_suffixes(language)
    plainer = in_ascii(text)
    if plainer.isascii():
        return _ascii_sequence(plainer, drops_suffixes)
    words: list[str] = []
    # Nothing joins over the end of a line, and in most lines there is nothing but ASCII.
    for line, given in zip(plainer.split("\n"), text.split("\n"), strict=True):
        if line.isascii():
            words += _ascii_sequence(line, drops_suffixes)
        else:
            words += map(fold, _words(normalise(given).text, drops_suffixes)[0])
    return words


def _ascii_sequence(text: str, drops_suffixes: bool) -> list[str]:
    pieces = text.lower().translate(_SPACED).split()
    words: list[str] = []
    done = 0
    for place in compress(count(), map(not_, map(str.isalnum, pieces))):
        words += pieces[done:place]
        words += _joined_piece(pieces[place], drops_suffixes)
        done = place + 1
    return words + pieces[done:]


def _joined(pieces: set[str], drops_suffixes: bool) -> set[str]:
    """The words of pieces of a plain text; a piece holds at least one whole chunk."""
    mixed = set(filterfalse(str.isalnum, pieces))
    pieces -= mixed
    cores = {piece.strip(_IDLE_AT_THE_EDGE) for piece in mixed}
    joined = set(filterfalse(str.isalnum, cores))
    pieces |= cores - joined
    for core in joined:
        pieces.update(_joined_piece(core, drops_suffixes))
    return pieces


def _joined_piece(piece: str, drops_suffixes: bool) -> tuple[str, ...]:
    core = piece.strip(_IDLE_AT_THE_EDGE)
    if core.isalnum():
        return (core,)
    return (_known_piece if len(core) <= _LONG_CHUNK else _words_of_piece)(core, drops_suffixes)


def _words_of_piece(piece: str, drops_suffixes: bool) -> tuple[str, ...]:
    chunks = (_words_of_chunk(chunk, drops_suffixes) for chunk in _PLAIN_CHUNK.findall(piece))
    return tuple(found.exact for words in chunks for found in words)


def _places_in_piece(piece: str, drops_suffixes: bool) -> Sequence[tuple[int, int]]:
    core = piece.strip(_IDLE_AT_THE_EDGE)
    before = len(piece) - len(piece.lstrip(_IDLE_AT_THE_EDGE))
    if core.isalnum():
        return ((before, before + len(core)),)
    return [
        (before + chunk.start() + found.start, before + chunk.start() + found.end)
        for chunk in _ASCII_CHUNK.finditer(core)
        for found in _words_of_chunk(chunk[0], drops_suffixes)
    ]


_known_piece = lru_cache(maxsize=16384)(_words_of_piece)
_IDLE_AT_THE_EDGE = "'.,&"
_PIECE = re.compile("[^ ]+")
_FEW = 40  # places
_SPACED = {code: " " for code in range(128) if WORD_KINDS[code] == " "}

_Words = tuple[list[str], list[int], list[int], set[int]]
"""The words after step 2, where they start and end, and the ends of those that end in a dotted acronym."""


def _plain_chunk(letter_or_digit: str) -> re.Pattern[str]:
    return re.compile(f"({CHUNK.replace(RUN, f'{letter_or_digit}++')})")


_ASCII_CHUNK = _plain_chunk("[0-9A-Za-z]")
_PLAIN_CHUNK = _plain_chunk(r"[^\W_]")
_NOT_PLAIN = re.compile("[^\x00-\u02ff\u0370-\u0482\u048a-\u0587\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]")
_ANY_CHUNK = re.compile(rf"{CHUNK}|IM*+")
_LONG_CHUNK = 64


def _drops_suffixes(language: str | None) -> bool:
    return language is not None and language.replace("_", "-").partition("-")[0].lower() in {"tr", "az"}


def _words(text: str, drops_suffixes: bool) -> _Words:
    if text.isascii():
        return _plain_words(text, _ASCII_CHUNK, drops_suffixes)
    if _NOT_PLAIN.search(text):
        return _any_words(text, drops_suffixes)
    return _plain_words(text, _PLAIN_CHUNK, drops_suffixes)


def _plain_words(text: str, pattern: re.Pattern[str], drops_suffixes: bool) -> _Words:
    parts: list[str] = pattern.split(text)  # what separates, a chunk, what separates, …
    places = list(accumulate(map(len, parts)))
    chunks, starts, ends = parts[1::2], places[:-1:2], places[1::2]
    words: _Words = ([], [], [], set())
    done = 0
    for place in compress(count(), map(not_, map(str.isalnum, chunks))):
        words[0].extend(chunks[done:place])
        words[1].extend(starts[done:place])
        words[2].extend(ends[done:place])
        _add(words, starts[place], _words_of_chunk(chunks[place], drops_suffixes))
        done = place + 1
    if not done:
        return chunks, starts, ends, set()
    words[0].extend(chunks[done:])
    words[1].extend(starts[done:])
    words[2].extend(ends[done:])
    return words


def _add(words: _Words, offset: int, found_words: Iterable[Found]) -> None:
    exacts, starts, ends, dotted = words
    for found in found_words:
        exacts.append(found.exact)
        starts.append(offset + found.start)
        ends.append(offset + found.end)
        if found.dotted:
            dotted.add(offset + found.end)


def _words_of_chunk(chunk: str, drops_suffixes: bool) -> Sequence[Found]:
    """The words of a chunk of a plain text."""
    return (_known_chunk if len(chunk) <= _LONG_CHUNK else _new_chunk)(chunk, drops_suffixes)


def _new_chunk(chunk: str, drops_suffixes: bool) -> Sequence[Found]:
    return words_of(chunk, chunk.translate(WORD_KINDS), Surroundings(drop_suffixes=drops_suffixes))


_known_chunk = lru_cache(maxsize=16384)(_new_chunk)


def _any_words(text: str, drops_suffixes: bool) -> _Words:
    """The words of any text: the general way."""
    kinds = text.translate(WORD_KINDS)
    words: _Words = ([], [], [], set())
    separate_end = -2  # behind the last separate letter: -1 would touch what stands at 0
    for found in _ANY_CHUNK.finditer(kinds):
        start, end = found.span()
        separate = kinds[start] == "I"
        apostrophe = separate_end == start - 1 and text[start - 1] == "'"
        if separate or (not apostrophe and kinds[start:end].isalpha()):
            words[0].append(text[start:end])
            words[1].append(start)
            words[2].append(end)
            separate_end = end if separate else separate_end
            continue
        around = Surroundings(
            letter_before=separate_end == start,
            letter_behind=kinds[end : end + 1] == "I",
            apostrophe_before=apostrophe,
            drop_suffixes=drops_suffixes,
        )
        _add(words, start, words_of(text[start:end], kinds[start:end], around))
    return words


def _cuts(starts: list[int], ends: Iterable[int]) -> list[int]:
    """Before which words something ends, given where it ends; ascending, each once."""
    return sorted({bisect_left(starts, end) for end in ends} - {0, len(starts)})


def _numbers(cuts: list[int], words: int) -> list[int]:
    """For each of so many words how many cuts stand before it."""
    numbers: list[int] = []
    for number, cut in enumerate((*cuts, words)):
        numbers += [number] * (cut - len(numbers))
    return numbers
