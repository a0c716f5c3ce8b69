"""Which occurrences make a rule of plain words and phrases true of an article in ASCII letters, without splitting it.

Words are sought in the text as it is; only pieces that an apostrophe, a dot, a comma, `&`, `+` or `#` may hold together
are split. It gives what `Witnesses` gives, or says that it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TypeAlias, cast
from weakref import ref

from schemas.article import Article
from workers.match.spellings import spellings
from workers.match.witnesses import Clause, Place
from workers.rules.language.characters import WORD_KINDS
from workers.rules.language.normalise import normalise
from workers.rules.language.split import split
from workers.rules.language.tree import TEXT_FIELDS, And, AnyOf, InField, Not, Or, Phrase, Query, Word

OPERANDS_MAX = 16  # each word is sought by itself: of more alternatives an index of the text is sooner
PIECE_MAX_CHARS = 200

_ASCII_END = 128
_JOINERS = ".,'&+#"
_JOINED = re.compile("[.,'&+#][.,'&+#]*(?:[a-z0-9]|(?<=[+#]))")  # begins with a set, which is searched for fast
_IDLE = ".,'&"  # no part of a word at the edge of a piece
_BARE = {ord(joiner): None for joiner in _JOINERS}
_RUN = re.compile("[a-z0-9][a-z0-9]*")

Found: TypeAlias = tuple[int, int]
"""Code points of a word or phrase."""


class Unfit(Exception):
    """The rule or the text is none of those that a glance is enough for."""


class _Spaced(dict[int, str]):
    """For `str.translate`: what no word has becomes a space, and other letters than those of ASCII are unfit."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code < _ASCII_END:
            self[code] = character if character.isalnum() or character in _JOINERS else " "
        elif WORD_KINDS[code] == " ":
            return " "
        else:
            raise Unfit
        return self[code]


_SPACED = _Spaced()


class Glance:
    """The text fields of one article. Raises Unfit where one of them has other letters than those of ASCII."""

    __slots__ = ("_article", "_texts")

    def __init__(self, article: Article) -> None:
        self._article = ref(article)
        self._texts: dict[str, Piecewise] = {}
        for name in TEXT_FIELDS:
            text = cast("str | None", getattr(article, name))
            if text:
                self._texts[name] = Piecewise(text, article.language)

    def is_of(self, article: Article) -> bool:
        """Whether it is of this very article."""
        return self._article() is article

    def clauses(self, query: Query, most: int) -> list[Clause]:
        """What `Witnesses(Reading(article), most).of(query)` gives. Raises Unfit."""
        return self._find(query, self._texts, most) or []

    def _find(self, node: Query, texts: dict[str, Piecewise], most: int) -> list[Clause] | None:
        match node:
            case Word() | Phrase():
                places: list[Place] = []
                for name, text in texts.items():
                    places += [Place(name, 0, start - 1, end - 1) for start, end in text.occurrences(node, most)]
                return [Clause(node, places[:most])] if places else None
            case And(operands):
                return self._enough(operands, texts, most, len(operands))
            case Or(operands):
                return self._enough(operands, texts, most, 1)
            case AnyOf(count, operands):
                return self._enough(operands, texts, most, count)
            case Not(operand):
                return [] if self._find(operand, texts, most) is None else None
            case InField(field, operand):
                return self._find(operand, self._of(field), most)
        raise Unfit

    def _of(self, field: str) -> dict[str, Piecewise]:
        return self._texts if field == "text" else {name: text for name, text in self._texts.items() if name == field}

    def _enough(
        self, nodes: Sequence[Query], texts: dict[str, Piecewise], most: int, count: int
    ) -> list[Clause] | None:
        if len(nodes) > OPERANDS_MAX:
            raise Unfit
        found: list[Clause] = []
        true = 0
        for at, node in enumerate(nodes):
            clauses = self._find(node, texts, most)
            if clauses is not None:
                true += 1
                found += clauses
            elif true + len(nodes) - at <= count:
                return None
        return found if true >= count else None


_last: list[Glance] = []  # of one article several rules are explained, one after the other


def glance_at(article: Article) -> Glance:
    """A glance at the article, the last one if it was at this. Raises Unfit."""
    for glance in _last:
        if glance.is_of(article):
            return glance
    glance = Glance(article)
    _last[:] = [glance]
    return glance


class Piecewise:
    """One text. A piece is what stands between two spaces or other characters that no word has."""

    __slots__ = ("_bare", "_index", "_language", "_pieces", "_text")

    def __init__(self, text: str, language: str | None) -> None:
        if not text.isascii():
            normal = normalise(text)  # straight quotes
            if normal.origin is not None:
                raise Unfit
            text = normal.text
        self._text = f" {text.translate(_SPACED).lower()} "  # a place in it is one more than in the text
        self._language = language
        self._pieces: dict[int, str] | None = None
        self._bare = ""  # their letters and digits: a word of a piece is made of some that follow each other
        self._index: dict[str, list[Found]] | None = None

    def occurrences(self, node: Word | Phrase, most: int) -> Sequence[Found]:
        """The first `most` of a term, left to right, counted from 1. Raises Unfit."""
        if isinstance(node, Word):
            return self._word(node.text, most)
        if not all(isinstance(place, Word) for place in node.places):
            raise Unfit
        words = [spellings(cast("Word", place).text) for place in node.places]
        return list(islice(self._phrase(words), most))

    def _word(self, word: str, most: int) -> Sequence[Found]:
        forms = spellings(word)
        found = [place for form in forms for place in self._joined(form)]
        for form in forms:
            if form in self._text:
                found += islice(self._alone(form), most)
        return sorted(found)[:most] if len(found) > 1 else found

    def _phrase(self, words: Sequence[frozenset[str]]) -> Iterator[Found]:
        first, *others = words
        starts = [place for form in first for place in self._joined(form)]
        starts += [place for form in first for place in self._alone(form)]
        for start, end in sorted(starts):
            last = end
            for word in others:
                token = self._behind(last)
                if token is None or token[0] not in word:
                    break
                last = token[2]
            else:
                yield start, last

    def _alone(self, word: str) -> Iterator[Found]:
        """Where a word stands in pieces of its own."""
        text, length = self._text, len(word)
        if not word.isalnum():
            return
        start = text.find(word)
        while start >= 0:
            end = start + length
            if (text[start - 1] == " " or self._is_edge(start - 1, -1)) and (text[end] == " " or self._is_edge(end, 1)):
                yield start, end
            start = text.find(word, end)

    def _is_edge(self, at: int, step: int) -> bool:
        """Are there only characters from here to the end of the piece that do not count there?"""
        text = self._text
        while text[at] in _IDLE:
            at += step
        return text[at] == " "

    def _behind(self, place: int) -> tuple[str, int, int] | None:
        """The word that follows what ends here."""
        text, pieces = self._text, self._joined_pieces()
        while found := _RUN.search(text, place):
            start, end = found.span()
            piece = text.rfind(" ", 0, start) + 1
            if piece not in pieces:
                return found[0], start, end
            for word, begin, end in _words_of(pieces[piece], self._language):
                if piece + begin >= place:
                    return word, piece + begin, piece + end
            place = text.find(" ", start)
        return None

    def _joined(self, word: str) -> Sequence[Found]:
        """Where a word stands in pieces that may have several or joined ones; most have none that is asked for."""
        pieces = self._joined_pieces()
        if word.translate(_BARE) not in self._bare:
            return ()
        if self._index is None:
            index: dict[str, list[Found]] = {}
            for start, piece in pieces.items():
                for found, begin, end in _words_of(piece, self._language):
                    index.setdefault(found, []).append((start + begin, start + end))
            self._index = index
        return self._index.get(word, ())

    def _joined_pieces(self) -> dict[int, str]:
        """Those pieces by where they start."""
        if self._pieces is None:
            text = self._text
            pieces: dict[int, str] = {}
            done = 0
            for found in _JOINED.finditer(text):
                at = found.start()
                if at < done:
                    continue
                start, done = text.rfind(" ", 0, at) + 1, text.find(" ", at)
                piece = text[start:done]
                if piece.strip(_IDLE).isalnum():
                    continue
                if done - start > PIECE_MAX_CHARS:
                    raise Unfit
                pieces[start] = piece
            self._bare = " ".join(pieces.values()).translate(_BARE)
            self._pieces = pieces
        return self._pieces


@lru_cache(maxsize=16_384)
def _words_of(piece: str, language: str | None) -> Sequence[tuple[str, int, int]]:
    return [(token.folded, token.start, token.end) for token in split(piece, language=language)]
