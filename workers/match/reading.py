"""An article as the matcher sees it: each text split into words once, and only when it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from schemas.article import Article
from workers.match.stems import stem
from workers.rules.language.split import Token, folded_sequence, folded_words, places, places_of, split
from workers.rules.language.tree import CodeField, MetadataField, NumberField

_SCANS = 12  # words that are sought in a text one by one, before all of its words get an index


class Written(NamedTuple):
    """What is split into words, and how."""

    text: str
    language: str | None = None
    body: bool = False


class Text:
    """The words of one text (a field, or one entry of a metadata field) and where each of them stands."""

    __slots__ = (
        "_exact",
        "_folded",
        "_in_alphabet",
        "_paragraph_ends",
        "_places",
        "_scans",
        "_sentence_ends",
        "_stems",
        "_tokens",
        "_words",
        "written",
    )

    def __init__(self, written: Written, tokens: Sequence[Token] | None = None) -> None:
        self.written = written
        self._tokens = tokens
        self._folded: list[str] | None = None
        self._places: Sequence[tuple[int, int]] | None = None
        self._scans = 0
        self._words: dict[str, list[int]] | None = None
        self._in_alphabet: list[str] | None = None
        self._stems: dict[str, list[str]] | None = None
        self._exact: dict[str, list[int]] | None = None
        self._sentence_ends: list[int] | None = None
        self._paragraph_ends: list[int] | None = None

    @property
    def language(self) -> str | None:
        """The article's."""
        return self.written.language

    def __len__(self) -> int:
        return len(self.folded if self._tokens is None else self._tokens)

    @property
    def tokens(self) -> Sequence[Token]:
        """The words with all that is known of them."""
        if self._tokens is None:
            text, language, body = self.written
            self._tokens = split(text, body=body, language=language) if text else ()
        return self._tokens

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """Where each word stands: its code points in the text as published."""
        if self._places is None:
            if self._tokens is None:
                self._places = places(self.written.text, language=self.language)
            else:
                self._places = list(map(_PLACE, self._tokens))
        return self._places

    def places_of(self, words: Collection[int]) -> Mapping[int, tuple[int, int]]:
        """The places of these words; sooner than all of them, where they are few and nothing is known yet."""
        if self._places is None and self._tokens is None:
            return places_of(self.written.text, words, language=self.language)
        return {word: self.places[word] for word in words}

    @property
    def folded(self) -> list[str]:
        """The folded words, in order. They are found sooner than tokens, where there are none yet."""
        if self._folded is None:
            if self._tokens is None:
                self._folded = folded_sequence(self.written.text, language=self.language)
            else:
                self._folded = list(map(_FOLDED, self._tokens))
        return self._folded

    @property
    def words(self) -> dict[str, list[int]]:
        """Each folded word with its positions, in order."""
        if self._words is None:
            self._words = _positions(self.folded)
        return self._words

    def at(self, word: str) -> list[int]:
        """The positions of a folded word, in order."""
        if self._words is None and self._scans < _SCANS:
            self._scans += 1
            return _scanned(self.folded, word)
        return self.words.get(word, [])

    def beginning(self, head: str) -> Iterable[str]:
        """The folded words, each once, that begin with `head`; it may be empty."""
        if self._in_alphabet is None:
            if self._scans < _SCANS:
                self._scans += 1
                return (word for word in self.words if word.startswith(head))
            self._in_alphabet = sorted(self.words)
        words = self._in_alphabet
        return takewhile(
            lambda word: word.startswith(head), map(words.__getitem__, range(bisect_left(words, head), len(words)))
        )

    @property
    def stems(self) -> dict[str, list[str]]:
        """The folded words, each once, by their stems."""
        if self._stems is None:
            self._stems = {}
            for word in self.words:
                self._stems.setdefault(stem(word, self.language), []).append(word)
        return self._stems

    @property
    def exact(self) -> dict[str, list[int]]:
        """Each word as written (before folding) with its positions, in order."""
        if self._exact is None:
            self._exact = _positions(map(_EXACT, self.tokens))
        return self._exact

    @property
    def sentence_ends(self) -> list[int]:
        """For each position, the last position of its sentence."""
        if self._sentence_ends is None:
            self._sentence_ends = _ends([token.sentence for token in self.tokens])
        return self._sentence_ends

    @property
    def paragraph_ends(self) -> list[int]:
        """For each position, the last position of its paragraph."""
        if self._paragraph_ends is None:
            self._paragraph_ends = _ends([token.paragraph for token in self.tokens])
        return self._paragraph_ends

    def first(self, count: int) -> Text:
        """The text cut behind its first `count` words."""
        return self if count >= len(self) else self.between(0, count)

    def between(self, start: int, end: int) -> Text:
        """The words from position `start` up to `end`, which is not included."""
        return Text(self.written, self.tokens[start:end])


class Reading:
    """One article, read on demand. It is asked often, so it keeps what it has split."""

    __slots__ = ("_entries", "_texts", "article")

    def __init__(self, article: Article) -> None:
        self.article = article
        self._texts: dict[str, Text] = {}
        self._entries: dict[str, list[Text]] = {}

    def text(self, name: str) -> Text:
        """`title`, `lead` or `body`; a missing one has no words."""
        text = self._texts.get(name)
        if text is None:
            written: str | None = getattr(self.article, name)
            text = self._texts[name] = self._text(written or "", body=name == "body")
        return text

    def entries(self, name: MetadataField) -> list[Text]:
        """The entries of a metadata field, each a text of its own."""
        entries = self._entries.get(name)
        if entries is None:
            entries = self._entries[name] = [self._text(entry) for entry in published(self.article, name)]
        return entries

    def vocabulary(self) -> set[str]:
        """The folded words of the three text fields; nothing is split for it."""
        article = self.article
        written = [text for text in (article.title, article.lead, article.body) if text]
        return self.words_of(*written)

    def words_of(self, *written: str) -> set[str]:
        """The folded words of these texts together."""
        language = self.article.language
        return set().union(*(folded_words(text, language=language) for text in written))

    def code(self, name: CodeField) -> str | None:
        """The article's language or country, in lower case with hyphens."""
        code = self.article.language if name == "lang" else self.article.country
        return code if code is None else code.lower().replace("_", "-")

    def number(self, name: NumberField) -> int | None:
        """The urgency, or how many words the three text fields have together."""
        if name == "urgency":
            return self.article.urgency
        return sum(len(self.text(field)) for field in ("title", "lead", "body"))

    @property
    def size(self) -> int:
        """How many words have been split."""
        return sum(map(len, self._asked()))

    @property
    def characters(self) -> int:
        """How long the texts are that have been asked."""
        return sum(len(text.written.text) for text in self._asked())

    def _asked(self) -> Iterator[Text]:
        yield from self._texts.values()
        for entries in self._entries.values():
            yield from entries

    def _text(self, written: str, *, body: bool = False) -> Text:
        return Text(Written(written, self.article.language, body))


def published(article: Article, name: MetadataField) -> tuple[str, ...]:
    """The entries of a metadata field as published."""
    match name:
        case "source":
            return (article.source,) if article.source else ()
        case "section":
            return (article.section,) if article.section else ()
        case "author":
            return article.authors
        case "place":
            return article.places
        case "subject":
            return article.subjects


_EXACT, _FOLDED, _PLACE = attrgetter("exact"), attrgetter("folded"), attrgetter("start", "end")


def _scanned(words: list[str], word: str) -> list[int]:
    found: list[int] = []
    place = -1
    for _ in range(words.count(word)):
        place = words.index(word, place + 1)
        found.append(place)
    return found


def _positions(words: Iterable[str]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for position, word in enumerate(words):
        at = positions.get(word)
        if at is None:
            positions[word] = [position]
        else:
            at.append(position)
    return positions


def _ends(units: list[int]) -> list[int]:
    ends = list(range(len(units)))
    for position in range(len(units) - 2, -1, -1):
        if units[position] == units[position + 1]:
            ends[position] = ends[position + 1]
    return ends
