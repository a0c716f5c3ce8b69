"""Keys of words and of phrases: those whose places each hold one word, whichever of several it may be."""

from __future__ import annotations

from workers.match.engine.keys import Key
from workers.match.spellings import spelling
from workers.rules.language.tree import Exact, Or, Phrase, Query, Stem, Wildcard, Word


def word_key(node: Word | Wildcard | Stem | Exact) -> Key:
    """The key of a term of one word."""
    match node:
        case Word(text):
            return ("w", spelling(text))
        case Wildcard(pattern):
            return ("*", pattern)
        case Stem(text):
            return ("~", text)
        case Exact(text):
            return ("=", text)


def place_key(node: Query) -> Key | None:
    """The key of what one word may satisfy: a word, or alternatives of one word each; None for anything else."""
    places: list[Key] = []
    return places[0] if not isinstance(node, Phrase) and _add_places(node, places) else None


def phrase_key(node: Phrase) -> Key | None:
    """The key of a phrase; None where a place holds a NEAR, or alternatives of several words."""
    places: list[Key] = []
    if not _add_places(node, places):
        return None
    return ("p", tuple(places)) if len(places) > 1 else places[0]


def _add_places(node: Query, places: list[Key]) -> bool:
    match node:
        case Word() | Wildcard() | Stem() | Exact():
            places.append(word_key(node))
        case Phrase():
            return all(_add_places(each, places) for each in node.places)
        case Or(operands):
            keys: set[Key] = set()
            for operand in operands:
                if not _add_alternative(operand, keys):
                    return False
            places.append(("o", frozenset(keys)) if len(keys) > 1 else next(iter(keys)))
        case _:
            return False
    return True


def _add_alternative(node: Query, keys: set[Key]) -> bool:
    match node:
        case Word() | Wildcard() | Stem() | Exact():
            keys.add(word_key(node))
            return True
        case Or(operands):
            return all(_add_alternative(each, keys) for each in operands)
    return False
