"""What each term occurs with: wherever it occurs, those stand inside of the occurrence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce

from workers.rules.language.fold import fold
from workers.rules.language.lint_meaning import Meanings, Structure

KEPT_MAX = 64
"""How much is kept of what follows from one part. To forget some of it makes no claim wrong."""

_NOT_IN_RUN = re.compile("[&+#.]")  # `*` stands for none of these
_ONE_WORD = ("word", "stem", "wildcard", "exact")


class Shapes:
    """`holding[n]`: shapes that stand inside of every occurrence of shape n, itself among them.

    `shortest[n]`: how many words an occurrence has at least. Other kinds of structure have none of either.
    """

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self._stars: dict[str, int] = {}  # `sanction*` by its letters
        self._patterns: list[tuple[re.Pattern[str], int]] = []
        self.holding: list[frozenset[int]] = []
        self.shortest: list[int] = []
        for number, structure in enumerate(meanings.structures):
            if structure[0] == "wildcard":
                self._learn(structure[1], number)
        for number, structure in enumerate(meanings.structures):
            self.holding.append(kept(number, self._held(structure)))
            self.shortest.append(self._words(structure))

    def same_place(self, one: int, other: int) -> bool:
        """Whether the second, a single word like the first, stands wherever the first stands."""
        structures = self._meanings.structures
        single = structures[one][0] in _ONE_WORD and structures[other][0] in _ONE_WORD
        return one == other or (single and other in self.holding[one])

    def _learn(self, pattern: str, number: int) -> None:
        if pattern.find("*") == len(pattern) - 1 and "?" not in pattern:
            self._stars[pattern[:-1]] = number
        elif len(self._patterns) < KEPT_MAX:
            parts = re.split(r"([*?])", pattern)
            signs = {"*": "[^&+#.]*", "?": "[^\\W_&+#.]"}
            if pattern.count("*") <= 1:  # more would cost more than it tells
                self._patterns.append(
                    (re.compile("".join(signs.get(each) or re.escape(each) for each in parts)), number)
                )

    def _held(self, structure: Structure) -> Iterable[int]:  # noqa: PLR0911  # one a kind
        match structure:
            case ("word", str(word)):
                return self._of_word(word)
            case ("exact", str(text)):
                return self._of_exact(text)
            case ("wildcard", str(pattern)):
                head = re.split(r"[*?]", pattern, maxsplit=1)[0]
                return self._prefixes(head, pattern)
            case ("phrase", *places):
                return self._of_phrase([int(place) for place in places])
            case ("near", _, _, int(left), int(right)):
                return self.holding[left] | self.holding[right]
            case ("either", *others):
                return _in_all([self.holding[int(other)] for other in others])
        return ()

    def _of_word(self, word: str) -> Iterator[int]:
        stem = self._meanings.number(("stem", word))
        if stem is not None:
            yield stem
        spellings = self._meanings.spellings(word)
        if spellings is not None:
            yield from _in_all([frozenset(self._wildcards(each)) for each in spellings])

    def _of_exact(self, text: str) -> Iterator[int]:
        folded = fold(text)
        yield from self._wildcards(folded)
        word = self._meanings.number(("word", min(self._meanings.spellings(folded) or (folded,))))
        if word is not None:
            yield from self.holding[word] if word < len(self.holding) else (word,)

    def _of_phrase(self, places: list[int]) -> Iterator[int]:
        """What its places hold, and shorter phrases in it that stand somewhere."""
        for length in range(2, min(len(places), 8)):
            for start in range(min(len(places), 8) - length + 1):
                shorter = self._meanings.number(("phrase", *places[start : start + length]))
                if shorter is not None:
                    yield shorter
        for place in places[:KEPT_MAX]:
            yield from self.holding[place]

    def _wildcards(self, word: str) -> Iterator[int]:
        """The known wildcards that a folded word fits."""
        yield from self._prefixes(word, word)
        for pattern, number in self._patterns:
            if len(word) <= KEPT_MAX and pattern.fullmatch(word):
                yield number

    def _prefixes(self, head: str, whole: str) -> Iterator[int]:
        """The known `abc*` that all fit which begins with `head`, the rest of `whole` behind it."""
        if not self._stars:
            return
        for length in range(3, min(len(head), KEPT_MAX) + 1):
            number = self._stars.get(head[:length])
            if number is not None and not _NOT_IN_RUN.search(whole, length):
                yield number

    def _words(self, structure: Structure) -> int:
        match structure:
            case ("word" | "stem" | "wildcard" | "exact" | "entries", *_):
                return 1
            case ("phrase", *places):
                return sum(self.shortest[int(place)] for place in places)
            case ("near", _, _, int(left), int(right)):
                return self.shortest[left] + self.shortest[right]
            case ("either", *others):
                return min(self.shortest[int(other)] for other in others)
        return 0


def kept(number: int, following: Iterable[int]) -> frozenset[int]:
    """A number with what follows from it, not more than is kept."""
    found = {number}
    for each in following:
        if len(found) >= KEPT_MAX:
            break
        found.add(each)
    return frozenset(found)


def _in_all(sets: list[frozenset[int]]) -> frozenset[int]:
    return reduce(frozenset.intersection, sets) if sets else frozenset()
