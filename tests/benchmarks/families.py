"""Families of rules for the matching benchmark, drawn with a seed by how many documents have each word.

A rule is an AND of groups, a group an OR of words and phrases, so that each contestant can be given it in its own way.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from workers.match.spellings import CLASSES, spellings

WORD = re.compile(r"[a-z]{4,14}")
_OPERATORS = frozenset(("and", "or", "not", "near"))


@dataclass(frozen=True, slots=True)
class FamilyRule:
    """`groups`: of each one term must be there; `near`: the first two groups are words so far apart at most."""

    groups: tuple[tuple[str, ...], ...]
    near: int = 0

    @property
    def query(self) -> str:
        """In our language."""
        parts = [_group(group) for group in self.groups]
        if self.near:
            parts[:2] = [f"{parts[0]} NEAR/{self.near} {parts[1]}"]
        return " AND ".join(parts)

    @property
    def portable(self) -> bool:
        """Can a contestant be given it that knows words and phrases only?"""
        return not self.near and all(mark not in term for group in self.groups for term in group for mark in "*~")

    @property
    def spelled(self) -> list[list[str]]:
        """The groups with all spellings of their words: for contestants that know none, so that all ask the same."""
        return [[each for term in group for each in written(term)] for group in self.groups]


def written(term: str) -> list[str]:
    """A word or phrase in all its spellings; the first is its own."""
    words = term.split(" ")
    if not any(word in CLASSES for word in words):
        return [term]
    ways = {" ".join(each) for each in product(*map(spellings, words))}
    return [term, *sorted(ways - {term})]


def _group(terms: Sequence[str]) -> str:
    told = [f'"{term}"' if " " in term else term for term in terms]
    return told[0] if len(told) == 1 else f"({' OR '.join(told)})"


class Corpus:
    """The words of the documents, by how many have each."""

    def __init__(self, texts: Sequence[str], chance: random.Random) -> None:
        self.chance = chance
        self.documents = [words for words in (WORD.findall(text.lower()) for text in texts) if len(words) > 20]
        counts = Counter(word for words in self.documents for word in set(words))
        share = {word: count / len(self.documents) for word, count in counts.items() if word not in _OPERATORS}
        self.share = share
        self.names = [word for word, part in share.items() if 0.0003 < part < 0.003]
        self.topics = [word for word, part in share.items() if 0.01 < part < 0.06]

    def phrase(self) -> str:
        """Two words side by side in a document, one of them a name."""
        while True:
            words = self.chance.choice(self.documents)
            at = self.chance.randrange(len(words) - 1)
            pair = words[at : at + 2]
            if min(self.share.get(word, 1) for word in pair) < 0.003 and not _OPERATORS.intersection(pair):
                return " ".join(pair)

    def some(self, words: Sequence[str], count: int) -> tuple[str, ...]:
        """So many different words."""
        return tuple(self.chance.sample(words, count))


def _selective(corpus: Corpus) -> FamilyRule:
    who = corpus.phrase() if corpus.chance.random() < 0.3 else corpus.chance.choice(corpus.names)
    return FamilyRule(((who,), corpus.some(corpus.topics, corpus.chance.randint(2, 5))))


def _broad(corpus: Corpus) -> FamilyRule:
    one, *rest = corpus.some(corpus.topics, 4)
    return FamilyRule(((one,), tuple(rest[: corpus.chance.randint(1, 2)])))


def _lists(corpus: Corpus) -> FamilyRule:
    names = corpus.some(corpus.names, corpus.chance.choice((50, 100, 200, 1000)))
    return FamilyRule((names, (corpus.chance.choice(corpus.topics),)))


def _wild(corpus: Corpus) -> FamilyRule:
    rule = _selective(corpus)
    groups = []
    for group in rule.groups:
        terms = []
        for term in group:
            kind = corpus.chance.random() if " " not in term else 1.0
            stemmed = f"~{term}" if kind < 0.1 else term
            terms.append(f"{term[:-2]}*" if kind < 0.05 and len(term) > 5 else stemmed)
        groups.append(tuple(terms))
    return FamilyRule(tuple(groups))


def _near(corpus: Corpus) -> FamilyRule:
    words = corpus.chance.choice(corpus.documents)
    at = corpus.chance.randrange(len(words) - 6)
    one, two = words[at], words[at + corpus.chance.randint(1, 5)]
    if one == two or _OPERATORS.intersection((one, two)) or min(corpus.share[one], corpus.share[two]) > 0.01:
        return _near(corpus)
    return FamilyRule(((one,), (two,)), near=10)


FAMILIES: Mapping[str, Callable[[Corpus], FamilyRule]] = {
    "selective": _selective,
    "broad": _broad,
    "lists": _lists,
    "wild": _wild,
    "near": _near,
}


def family(name: str, count: int, corpus: Corpus) -> list[FamilyRule]:
    """So many rules of the family."""
    return [FAMILIES[name](corpus) for _ in range(count)]
