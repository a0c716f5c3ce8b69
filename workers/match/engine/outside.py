"""What an article has outside of its text: words in its metadata, codes, and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from schemas.article import Article
from workers.match.engine.kernel.entries import URGENCY, WORD_COUNT
from workers.match.engine.keys import Key
from workers.match.engine.store import Store
from workers.match.engine.words import Words
from workers.match.reading import published
from workers.rules.language.split import split
from workers.rules.language.tree import MetadataField

_FIELDS: tuple[MetadataField, ...] = get_args(MetadataField)
_REMEMBERED_MAX = 20_000  # entries
_REMEMBERED_CHARACTERS = 200  # a longer entry is worked out each time


class MetadataTerms:
    """The terms of one metadata field, and which of them its entries have: remembered for entries that come again."""

    def __init__(self) -> None:
        self._words = Words()
        self._phrases: dict[int, dict[int, tuple[int, ...]]] = {}  # first term -> phrase -> its terms
        self._known: dict[tuple[str, str | None], tuple[int, ...]] = {}

    def add(self, key: Key, term: int, members: Sequence[int]) -> None:
        """A new term; `members` are the terms of a phrase's places, or of a place with alternatives."""
        if key[0] == "p":
            self._phrases.setdefault(members[0], {})[term] = tuple(members)
        else:
            self._words.add(key, term, list(members))
        self._known.clear()

    def remove(self, key: Key, term: int, members: Sequence[int]) -> None:
        """Forget the term."""
        if key[0] == "p":
            del self._phrases[members[0]][term]
            if not self._phrases[members[0]]:
                del self._phrases[members[0]]
        elif key[0] == "o":
            self._words.remove_place(term, list(members))
        else:
            self._words.remove(key)
        self._known.clear()

    def of(self, entry: str, language: str | None) -> tuple[int, ...]:
        """The terms that an entry has."""
        asked = language if self._words.stems_asked or not entry.isascii() or "'" in entry else None
        known = self._known.get((entry, asked))
        if known is None:
            known = self._work_out(entry, language)
            if len(entry) <= _REMEMBERED_CHARACTERS:
                if len(self._known) >= _REMEMBERED_MAX:
                    self._known.clear()
                self._known[entry, asked] = known
        return known

    def _work_out(self, entry: str, language: str | None) -> tuple[int, ...]:
        tokens = split(entry, language=language)
        of_token = [self._words.terms(token.exact, token.folded, language) for token in tokens]
        found = dict.fromkeys(term for terms in of_token for term in terms)
        if self._phrases:
            for at, terms in enumerate(of_token):
                for first in terms:
                    for phrase, places in self._phrases.get(first, _NONE).items():
                        behind = of_token[at : at + len(places)]
                        if len(behind) == len(places) and all(
                            place in there for place, there in zip(places, behind, strict=True)
                        ):
                            found[phrase] = None
        return tuple(found)


_NONE: dict[int, tuple[int, ...]] = {}


class Outside:
    """All terms that do not come from the text."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._metadata: dict[MetadataField, MetadataTerms] = {field: MetadataTerms() for field in _FIELDS}
        self._asked: Counter[MetadataField] = Counter()
        self._codes: dict[tuple[str, str], int] = {}
        self._tests: list[int] = []  # the term of each row
        self.fields: tuple[MetadataField, ...] = ()

    def add(self, key: Key, term: int, members: Sequence[int]) -> None:
        """A new term; of a number test too."""
        match key:
            case ("m", field, inside):
                self._metadata[field].add(inside, term, members)
                self._count(field, 1)
            case ("c", field, code):
                self._codes[field, code] = term
            case (_, field, least, most):
                row = len(self._tests)
                if 4 * row == len(self._store.tests):
                    self._store.more_tests()
                self._tests.append(term)
                which = URGENCY if field == "urgency" else WORD_COUNT
                self._write(row, (which, least, most, term))
                self._store.count_tests(len(self._tests))

    def remove(self, key: Key, term: int, members: Sequence[int]) -> None:
        """Forget the term."""
        match key:
            case ("m", field, inside):
                self._metadata[field].remove(inside, term, members)
                self._count(field, -1)
            case ("c", field, code):
                del self._codes[field, code]
            case _:
                row, last = self._tests.index(term), len(self._tests) - 1
                self._tests[row] = self._tests[last]
                self._tests.pop()
                self._write(row, tuple(self._store.tests[4 * last : 4 * last + 4]))
                self._store.count_tests(last)

    def _write(self, row: int, values: Sequence[int]) -> None:
        for at, value in enumerate(values):
            self._store.tests[4 * row + at] = value

    def _count(self, field: MetadataField, step: int) -> None:
        self._asked[field] += step
        self.fields = tuple(each for each in _FIELDS if self._asked[each] > 0)

    @property
    def asked(self) -> bool:
        """Is anything asked but numbers?"""
        return bool(self.fields or self._codes)

    def of(self, article: Article) -> list[int]:
        """The terms that the article has; one may come twice."""
        found: list[int] = []
        for field in self.fields:
            terms = self._metadata[field]
            for entry in published(article, field):
                found.extend(terms.of(entry, article.language))
        if self._codes:
            found.extend(self._of_code("lang", article.language))
            found.extend(self._of_code("country", article.country))
        return found

    def _of_code(self, field: str, code: str | None) -> list[int]:
        found: list[int] = []
        left = (code or "").lower().replace("_", "-")
        while left:
            term = self._codes.get((field, left))
            if term is not None:
                found.append(term)
            left = left.rpartition("-")[0]
        return found
