"""Which terms a word satisfies: words, exact words, wildcards, stems, and places of a phrase with alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeVar

from workers.match.engine.keys import Key
from workers.match.occurrences import fitting
from workers.match.spellings import CLASSES, spelling, spellings
from workers.match.stems import stem

K = TypeVar("K")

_BEGINNING = 3
_LANGUAGES_MAX = 100  # articles may give as theirs whatever they like


class Words:
    """Terms of one word by their keys. Asked about each form of a word once; the answers are kept elsewhere."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._wildcards: dict[str, dict[str, tuple[Callable[[str], object], int]]] = {}  # beginning -> pattern
        self._stems: dict[str, int] = {}
        self._stems_of_word: dict[str, list[int]] = {}  # spelling -> stems that match it in any language
        self._by_stem: dict[str | None, dict[str, list[int]]] = {}  # language -> stem -> stems that match it
        self._alternatives: dict[int, list[int]] = {}  # term -> places that it may fill
        self.stems_asked = False  # has there ever been a stem? Then the article's language matters

    def add(self, key: Key, term: int, members: list[int]) -> None:
        """A new term; `members` are the terms of a place with alternatives."""
        match key[0]:
            case "w":
                self._words[key[1]] = term
            case "=":
                self._exact[key[1]] = term
            case "*":
                self._wildcards.setdefault(beginning(key[1]), {})[key[1]] = (fitting(key[1]).fullmatch, term)
            case "~":
                self.stems_asked = True
                self._stems[key[1]] = term
                self._stems_of_word.setdefault(spelling(key[1]), []).append(term)
                for language, by_stem in self._by_stem.items():
                    _file_stem(by_stem, key[1], term, language)
            case _:
                for member in members:
                    self._alternatives.setdefault(member, []).append(term)

    def remove(self, key: Key) -> None:
        """Forget the term of one word."""
        match key[0]:
            case "w":
                del self._words[key[1]]
            case "=":
                del self._exact[key[1]]
            case "*":
                patterns = self._wildcards[beginning(key[1])]
                del patterns[key[1]]
                if not patterns:
                    del self._wildcards[beginning(key[1])]
            case "~":
                term = self._stems.pop(key[1])
                _take_out(self._stems_of_word, spelling(key[1]), term)
                for language, by_stem in self._by_stem.items():
                    for each in stems_of(key[1], language):
                        _take_out(by_stem, each, term)
            case _:
                raise KeyError(key)

    def remove_place(self, term: int, members: list[int]) -> None:
        """Forget a place with alternatives."""
        for member in members:
            _take_out(self._alternatives, member, term)

    def terms(self, exact: str, folded: str, language: str | None) -> list[int]:
        """The terms that the word satisfies in an article of this language."""
        word = self._words.get(CLASSES.get(folded, folded))
        found = [] if word is None else [word]
        if exact in self._exact:
            found.append(self._exact[exact])
        if self._wildcards:
            found.extend(self._fitting(folded))
        if self._stems:
            found.extend(self._stemmed(folded, language))
        if self._alternatives:
            places = [place for term in found for place in self._alternatives.get(term, ())]
            found.extend(dict.fromkeys(places))
        return found

    def _fitting(self, folded: str) -> Iterator[int]:
        for length in range(1, min(_BEGINNING, len(folded)) + 1):
            for fits, term in self._wildcards.get(folded[:length], _NONE).values():
                if fits(folded):
                    yield term

    def _stemmed(self, folded: str, language: str | None) -> Iterator[int]:
        by_stem = self._by_stem.get(language)
        if by_stem is None:
            if len(self._by_stem) == _LANGUAGES_MAX:
                self._by_stem.clear()
            by_stem = self._by_stem[language] = {}
            for word, term in self._stems.items():
                _file_stem(by_stem, word, term, language)
        found = chain(self._stems_of_word.get(spelling(folded), ()), by_stem.get(stem(folded, language), ()))
        yield from dict.fromkeys(found)


_NONE: dict[str, tuple[Callable[[str], object], int]] = {}


def stems_of(word: str, language: str | None) -> set[str]:
    """The stems that a word has in a language, in one spelling or another."""
    return {stem(form, language) for form in spellings(word)}


def _file_stem(by_stem: dict[str, list[int]], word: str, term: int, language: str | None) -> None:
    for each in stems_of(word, language):
        by_stem.setdefault(each, []).append(term)


def beginning(pattern: str) -> str:
    """The plain characters that every word of the pattern begins with, 3 at most."""
    return pattern.replace("?", "*").split("*", 1)[0][:_BEGINNING]


def _take_out(lists: dict[K, list[int]], key: K, term: int) -> None:
    lists[key].remove(term)
    if not lists[key]:
        del lists[key]
