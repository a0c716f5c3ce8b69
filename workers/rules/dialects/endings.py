"""What a rule finds beyond the query, or less: other spellings of its words, and their plurals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from fnmatch import fnmatchcase

from workers.rules.language.tree import Or, Phrase, Query, Wildcard, Word, children, with_children

STOP_WORDS = frozenset(
    {
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "is", "it", "its", "of"),
        *("on", "or", "that", "the", "to", "was", "were", "will", "with"),
    }
)
_PATTERNS_MAX = 100  # wildcards among alternatives that a word is held against, beyond `abc*`
_PLACES_MAX = 1_000  # words of a phrase that are looked at; no text has such a phrase
Spellings = Callable[[str], Collection[str]]


class Alternatives:
    """What stands beside each other with OR."""

    def __init__(self, operands: Sequence[Query] = ()) -> None:
        self._all = frozenset(operands)
        patterns = [each.pattern for each in operands if isinstance(each, Wildcard)]
        self._beginnings = {each[:-1] for each in patterns if each.find("*") == len(each) - 1 and "?" not in each}
        self._patterns = [each for each in patterns if each[:-1] not in self._beginnings][:_PATTERNS_MAX]

    def name(self, place: Query, word: Word, form: str) -> bool:
        """Whether one of them says the same as `place` with another form of the word in it."""
        other = Word(form)
        if isinstance(place, Word):
            return other in self._all or self._fit(form)
        instead = [other if each is word else each for each in children(place)]
        starred = [Wildcard(f"{word.text}*") if each is word else each for each in children(place)]
        return with_children(place, instead) in self._all or with_children(place, starred) in self._all

    def _fit(self, word: str) -> bool:
        """Whether a wildcard stands for a word, of letters and digits alone."""
        return word.isalnum() and (
            any(word[:length] in self._beginnings for length in range(1, len(word) + 1))
            or any(fnmatchcase(word, pattern) for pattern in self._patterns)
        )


_NONE = Alternatives()


def other_spellings(tree: Query, spellings: Spellings) -> Iterator[tuple[str, str]]:
    """Words of the tree with another spelling that the query does not name: found here, and not by the tool."""
    for node, place, beside in _words(tree):
        for each in sorted(spellings(node.text)):
            if each != node.text and not beside.name(place, node, each):
                yield node.text, each


def plurals(tree: Query) -> Iterator[str]:
    """Words of the tree that may have a plural which the query does not name: found by the tool, and not here."""
    for node, place, beside in _words(tree):
        word = node.text
        if not word.isalpha() or (word.endswith("s") and not word.endswith(("ss", "us", "is"))):
            continue
        forms = [f"{word}s", f"{word}es"] + ([f"{word[:-1]}ies"] if word.endswith("y") else [])
        if not any(beside.name(place, node, each) for each in forms):
            yield word


def words_of_phrases(tree: Query) -> Iterator[str]:
    """The plain words that stand in phrases."""
    return (node.text for node, place, _ in _words(tree) if place is not node)


def _words(tree: Query) -> Iterator[tuple[Word, Query, Alternatives]]:
    """Each word, the word or phrase that it stands in, and the alternatives to that. Never recurses."""
    stack: list[tuple[Query, Alternatives]] = [(tree, _NONE)]
    while stack:
        node, beside = stack.pop()
        if isinstance(node, Word):
            yield node, node, beside
        elif isinstance(node, Phrase):
            for place in node.places[:_PLACES_MAX]:
                if isinstance(place, Word):
                    yield place, node, beside
                else:
                    stack.append((place, _NONE))
        else:
            inside = Alternatives(node.operands) if isinstance(node, Or) else _NONE
            stack.extend((child, inside) for child in children(node))
