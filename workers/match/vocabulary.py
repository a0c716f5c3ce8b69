"""Which wildcards and stems a word satisfies: asked once a word, then remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set

from workers.match.occurrences import fitting
from workers.match.spellings import spellings
from workers.match.stems import stem

REMEMBERED_MAX = 300_000  # words; at some 100 bytes each this bounds the memory
_LONG = 64  # characters; a longer word is asked each time and not remembered


class Vocabulary:
    """Terms are written as in a feature: `sanction*`, `~sanction`."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._wildcards: dict[str, dict[str, Callable[[str], object]]] = {}  # plain beginning -> pattern -> its test
        self._stems: dict[str, frozenset[str]] = {}  # `~word` -> the spellings of the word
        self._by_form: dict[str, set[str]] = {}  # spelling -> terms
        self._seen: dict[str | None, set[str]] = {}  # language -> words that were asked
        self._found: dict[str | None, dict[str, tuple[str, ...]]] = {}  # language -> those of them that satisfy any
        self._by_stem: dict[str | None, dict[str, list[str]]] = {}  # language -> stem -> terms

    def __bool__(self) -> bool:
        return bool(self._uses)

    def add(self, term: str) -> None:
        """Count a use of the term."""
        self._uses[term] += 1
        if self._uses[term] > 1:
            return
        if term.startswith("~"):
            self._stems[term] = spellings(term[1:])
            for form in self._stems[term]:
                self._by_form.setdefault(form, set()).add(term)
        else:
            self._wildcards.setdefault(_beginning(term), {})[term] = fitting(term).fullmatch
        self._forget()

    def remove(self, term: str) -> None:
        """Count a use less; with the last one the term is forgotten."""
        self._uses[term] -= 1
        if self._uses[term]:
            return
        del self._uses[term]
        if term.startswith("~"):
            for form in self._stems.pop(term):
                self._by_form[form].remove(term)
                if not self._by_form[form]:
                    del self._by_form[form]
        else:
            patterns = self._wildcards[_beginning(term)]
            del patterns[term]
            if not patterns:
                del self._wildcards[_beginning(term)]
        self._forget()

    def terms(self, words: Set[str], language: str | None) -> set[str]:
        """The terms that these words of an article in `language` satisfy."""
        seen = self._seen.setdefault(language, set())
        found = self._found.setdefault(language, {})
        terms: set[str] = set()
        for word in words - seen:
            satisfied = self._ask(word, language)
            terms.update(satisfied)
            if len(word) <= _LONG:
                seen.add(word)
                if satisfied:
                    found[word] = satisfied
        for word in found.keys() & words:
            terms.update(found[word])
        if sum(map(len, self._seen.values())) > REMEMBERED_MAX:
            self._forget()
        return terms

    def _ask(self, word: str, language: str | None) -> tuple[str, ...]:
        satisfied = [
            pattern
            for length in range(1, 4)
            for pattern, fits in self._wildcards.get(word[:length], _NOTHING).items()
            if len(word) >= length and fits(word)
        ]
        if self._stems:
            satisfied += self._stems_of(language).get(stem(word, language), ())
            satisfied += [term for term in self._by_form.get(word, ()) if term not in satisfied]
        return tuple(satisfied)

    def _stems_of(self, language: str | None) -> dict[str, list[str]]:
        by_stem = self._by_stem.get(language)
        if by_stem is None:
            by_stem = self._by_stem[language] = {}
            for term, forms in self._stems.items():
                for each in {stem(form, language) for form in forms}:
                    by_stem.setdefault(each, []).append(term)
        return by_stem

    def _forget(self) -> None:
        self._seen.clear()
        self._found.clear()
        self._by_stem.clear()


_NOTHING: dict[str, Callable[[str], object]] = {}


def _beginning(pattern: str) -> str:
    """The plain characters that every word of the pattern begins with, 3 at most."""
    return pattern.replace("?", "*").split("*", 1)[0][:3]
