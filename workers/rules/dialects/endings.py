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
Spellings = Callable[[str], Collection[str]]


def other_spellings(tree: Query, spellings: Spellings) -> Iterator[tuple[str, str]]:
    """Words of the tree with another spelling that the query does not name: found here, and not by the tool."""
    for node, place, siblings in _words(tree):
        for each in sorted(spellings(node.text)):
            if each != node.text and not _named(place, node, each, siblings):
                yield node.text, each


def plurals(tree: Query) -> Iterator[str]:
    """Words of the tree that may have a plural which the query does not name: found by the tool, and not here."""
    for node, place, siblings in _words(tree):
        word = node.text
        if not word.isalpha() or (word.endswith("s") and not word.endswith(("ss", "us", "is"))):
            continue
        forms = [f"{word}s", f"{word}es"] + ([f"{word[:-1]}ies"] if word.endswith("y") else [])
        if not any(_named(place, node, each, siblings) for each in forms):
            yield word


def words_of_phrases(tree: Query) -> Iterator[str]:
    """The plain words that stand in phrases."""
    return (node.text for node, place, _ in _words(tree) if place is not node)


def _words(tree: Query) -> Iterator[tuple[Word, Query, Sequence[Query]]]:
    """Each word, the word or phrase that it stands in, and the alternatives to that. Never recurses."""
    stack: list[tuple[Query, Sequence[Query]]] = [(tree, ())]
    while stack:
        node, siblings = stack.pop()
        if isinstance(node, Word):
            yield node, node, siblings
        elif isinstance(node, Phrase):
            for place in node.places:
                if isinstance(place, Word):
                    yield place, node, siblings
                else:
                    stack.append((place, ()))
        else:
            stack.extend((child, node.operands if isinstance(node, Or) else ()) for child in children(node))


def _fits(word: str, pattern: str) -> bool:
    """Whether a wildcard stands for a word, of letters and digits alone."""
    return word.isalnum() and fnmatchcase(word, pattern)


def _named(place: Query, word: Word, form: str, siblings: Sequence[Query]) -> bool:
    """Whether an alternative says the same with another form of the word."""
    other = Word(form)
    if isinstance(place, Word):
        return other in siblings or any(isinstance(each, Wildcard) and _fits(form, each.pattern) for each in siblings)
    instead = [other if each is word else each for each in children(place)]
    starred = [Wildcard(f"{word.text}*") if each is word else each for each in children(place)]
    return with_children(place, instead) in siblings or with_children(place, starred) in siblings
