"""The features of an article that the rules ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from workers.match.reading import Reading, published
from workers.match.vocabulary import Vocabulary
from workers.rules.language.tree import CodeField, MetadataField

_METADATA: tuple[MetadataField, ...] = get_args(MetadataField)
_CODES: tuple[CodeField, ...] = get_args(CodeField)


class Features:
    """Knows which features are asked for beyond plain words, so that nothing is looked up in vain."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._fields: Counter[str] = Counter()
        self._codes = False
        self._metadata: tuple[MetadataField, ...] = ()
        self._text_terms = False

    def add(self, features: Iterable[str]) -> None:
        """Count the features of one rule."""
        for field, term in _special(features):
            self._fields[field] += 1
            if _is_term(term):
                self._vocabulary.add(term)
        self._choose()

    def remove(self, features: Iterable[str]) -> None:
        """Undo `add`."""
        for field, term in _special(features):
            self._fields[field] -= 1
            if _is_term(term):
                self._vocabulary.remove(term)
        self._fields = +self._fields
        self._choose()

    def _choose(self) -> None:
        self._codes = any(field in self._fields for field in _CODES)
        self._metadata = tuple(field for field in _METADATA if field in self._fields)
        self._text_terms = "text" in self._fields

    def of(self, reading: Reading) -> set[str]:
        """The article's words, and whatever else the rules ask for."""
        features = reading.vocabulary()
        if self._text_terms:
            terms = self._vocabulary.terms(features, reading.article.language)
            features = features.union([f"text:{term}" for term in terms])
        if self._metadata:
            features = features.union(self._of_metadata(reading))
        if self._codes:
            features = features.union(_of_codes(reading))
        return features

    def _of_metadata(self, reading: Reading) -> Iterable[str]:
        for field in self._metadata:
            for entry in published(reading.article, field):
                words = reading.words_of(entry)
                yield from (f"{field}:{word}" for word in words)
                if self._vocabulary:
                    terms = self._vocabulary.terms(words, reading.article.language)
                    yield from (f"{field}:{term}" for term in terms)


def _special(features: Iterable[str]) -> Iterable[tuple[str, str]]:
    for feature in features:
        field, colon, term = feature.partition(":")
        if colon:
            yield field, term


def _is_term(term: str) -> bool:
    return term.startswith("~") or "*" in term or "?" in term


def _of_codes(reading: Reading) -> Iterable[str]:
    for field in _CODES:
        code = reading.code(field)
        while code:
            yield f"{field}:{code}"
            code = code.rpartition("-")[0]
