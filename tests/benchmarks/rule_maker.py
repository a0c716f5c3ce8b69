"""Watch rules for a corpus, drawn with a seed so that they hit as often as wanted.

Each rule is of a form that operators write. Its words come from one document, so that they occur together; how many
documents it hits is counted on an index of words, and rules are chosen so that the hits of all come out as wanted.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

WORD = re.compile(r"[a-z0-9]+")
WATCHED = re.compile(r"[a-z]{4,14}")
SHARE_MAX = 0.08  # a word in more of the documents than this is no watch word
DOCUMENTS_MIN = 2  # a word in fewer is a slip of the pen
TRIES = 60
SPREAD = 2.5  # how far one rule's hits may be from the mean that is still wanted


@dataclass(frozen=True, slots=True)
class MadeRule:
    """A rule, the words that an article must hold for it, and how many documents have these."""

    id: str
    form: str
    query: str
    needs: tuple[tuple[str, ...], ...]  # of each group one word
    hits: int

    def record(self, channel: str) -> dict[str, object]:
        """As it stands on the topic `rules`."""
        return {"id": self.id, "name": f"{self.form} {self.id}", "query": self.query, "channels": [channel]}


class WordIndex:
    """Which documents hold a word, and which words may be watched."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.documents = [WORD.findall(text.lower()) for text in texts]
        postings: dict[str, set[int]] = defaultdict(set)
        for number, words in enumerate(self.documents):
            for word in words:
                postings[word].add(number)
        most = max(int(len(texts) * SHARE_MAX), DOCUMENTS_MIN)
        self._postings = {
            word: found
            for word, found in postings.items()
            if DOCUMENTS_MIN <= len(found) <= most and WATCHED.fullmatch(word)
        }

    def watched(self, words: Sequence[str]) -> list[str]:
        """Those of the words that may be watched, each once."""
        return [word for word in dict.fromkeys(words) if word in self._postings]

    def frequency(self, word: str) -> int:
        """In how many documents the word is."""
        return len(self._postings[word])

    def apart(self, one: str, other: str) -> bool:
        """Whether no document has both words."""
        return self._postings[one].isdisjoint(self._postings[other])

    def having(self, *groups: Sequence[str]) -> set[int]:
        """The documents that hold a word of each group."""
        sets = [set().union(*(self._postings.get(word, set()) for word in group)) for group in groups]
        return set.intersection(*sets)


Draft = tuple[str, tuple[tuple[str, ...], ...], int]
Form = Callable[[WordIndex, random.Random, Sequence[str], list[str]], Draft | None]


def _both(index: WordIndex, chance: random.Random, words: Sequence[str], watched: list[str]) -> Draft:
    one, two = chance.sample(watched, 2)
    return f"{one} AND {two}", ((one,), (two,)), len(index.having([one], [two]))


def _alternatives(index: WordIndex, chance: random.Random, words: Sequence[str], watched: list[str]) -> Draft:
    one, two, three, four = chance.sample(watched, 4)
    needs = ((one,), (two, three, four))
    return f"{one} AND ({two} OR {three} OR {four})", needs, len(index.having(*needs))


def _without(index: WordIndex, chance: random.Random, words: Sequence[str], watched: list[str]) -> Draft:
    one, two, three = chance.sample(watched, 3)
    hits = index.having([one], [two]) - index.having([three])
    return f"{one} AND {two} AND NOT {three}", ((one,), (two,)), len(hits)


def _word(index: WordIndex, chance: random.Random, words: Sequence[str], watched: list[str]) -> Draft:
    rarest = min(watched, key=index.frequency)
    return rarest, ((rarest,),), index.frequency(rarest)


def _phrase(index: WordIndex, chance: random.Random, words: Sequence[str], watched: list[str]) -> Draft | None:
    pair = _pair(chance, words, watched)
    if pair is None:
        return None
    return f'"{pair[0]} {pair[1]}"', ((pair[0],), (pair[1],)), len(_side_by_side(index, pair))


def _phrase_and(index: WordIndex, chance: random.Random, words: Sequence[str], watched: list[str]) -> Draft | None:
    pair = _pair(chance, words, watched)
    if pair is None:
        return None
    third = chance.choice([word for word in watched if word not in pair])
    hits = _side_by_side(index, pair) & index.having([third])
    return f'"{pair[0]} {pair[1]}" AND {third}', ((pair[0],), (pair[1],), (third,)), len(hits)


def _pair(chance: random.Random, words: Sequence[str], watched: list[str]) -> tuple[str, str] | None:
    pairs = [pair for pair in pairwise(words) if pair[0] != pair[1] and pair[0] in watched and pair[1] in watched]
    return chance.choice(pairs) if pairs else None


def _side_by_side(index: WordIndex, pair: tuple[str, str]) -> set[int]:
    return {each for each in index.having(*([word] for word in pair)) if pair in pairwise(index.documents[each])}


FORMS: Mapping[str, tuple[int, Form]] = {  # its name, how many in a hundred
    "two words": (30, _both),
    "phrase": (20, _phrase),
    "word and alternatives": (20, _alternatives),
    "phrase and word": (10, _phrase_and),
    "two words without a third": (10, _without),
    "word": (10, _word),
}


def make_rules(index: WordIndex, number: int, hits_per_document: float, seed: int) -> list[MadeRule]:
    """So many rules with different queries, whose hits together come to `hits_per_document` times the documents.

    Where the documents allow it: a rule has one hit at least, and of frequent rules there may be too few.

    The counts are of whole words as they are written: the engine's answer differs a little (spellings, phrases across
    line ends), and is predicted elsewhere. The same index, numbers and seed make the same rules.
    """
    chance = random.Random(seed)
    names = list(FORMS)
    weights = [FORMS[name][0] for name in names]
    wanted = hits_per_document * len(index.documents)
    made: dict[str, MadeRule] = {}
    while len(made) < number:
        mean = max(wanted - sum(rule.hits for rule in made.values()), 0) / (number - len(made))
        name = chance.choices(names, weights)[0]
        query, needs, hits = _nearest(index, chance, FORMS[name][1], mean, made)
        made[query] = MadeRule(f"made-{len(made):05}", name, query, needs, hits)
    return list(made.values())


def _nearest(index: WordIndex, chance: random.Random, form: Form, mean: float, made: Mapping[str, MadeRule]) -> Draft:
    """The first draft whose hits are near the mean, or the nearest of many."""
    best: Draft | None = None
    tries = 0
    while best is None or tries < TRIES:
        tries += 1
        words = chance.choice(index.documents)
        watched = index.watched(words)
        draft = form(index, chance, words, watched) if len(watched) >= 4 else None
        if draft is None or draft[2] == 0 or draft[0] in made:
            continue
        if mean / SPREAD <= draft[2] <= mean * SPREAD:
            return draft
        if best is None or abs(draft[2] - mean) < abs(best[2] - mean):
            best = draft
    return best


def make_silent(index: WordIndex, number: int, seed: int, others: Sequence[MadeRule] = ()) -> list[MadeRule]:
    """So many rules that no document matches, as of many most do: of words that no document has together.

    They are of the same forms but single words, and of words that documents have as often; none is among the others.
    """
    chance = random.Random(seed)
    watched = [words for document in index.documents if len(words := index.watched(document)) >= 2]
    taken = {rule.query for rule in others}
    names = [name for name in FORMS if name != "word"]
    weights = [FORMS[name][0] for name in names]
    made: list[MadeRule] = []
    while len(made) < number:
        one, two = chance.sample(chance.choice(watched), 2)
        three, four = chance.sample(chance.choice(watched), 2)
        if not (index.apart(one, three) and index.apart(one, four)):
            continue
        name = chance.choices(names, weights)[0]
        query, needs = _silent(name, one, two, three, four)
        if query not in taken:
            taken.add(query)
            made.append(MadeRule(f"silent-{len(made):06}", name, query, needs, 0))
    return made


def _silent(name: str, one: str, two: str, three: str, four: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    match name:
        case "phrase":
            return f'"{one} {three}"', ((one,), (three,))
        case "phrase and word":
            return f'"{one} {three}" AND {four}', ((one,), (three,), (four,))
        case "word and alternatives":
            return f"{one} AND ({three} OR {four})", ((one,), (three, four))
        case "two words without a third":
            return f"{one} AND {three} AND NOT {two}", ((one,), (three,))
    return f"{one} AND {three}", ((one,), (three,))
