"""Is one text a copy of the other?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from workers.dedup.difference import difference, is_number
from workers.dedup.text import Text

LIKE_FROM = 0.6  # likeness of copies: measured, see docs/stories.md
SHORT_WORDS = 30  # a text with fewer must be liker than that,
SHORT_LIKE_FROM = 0.8
HEADLINE_WORDS = 12  # one with fewer must be the same word for word,
SAME_TEXT_WORDS = 3  # and one with fewer than that is nobody's copy: `Morning briefing`


class Likest(NamedTuple):
    """The text that another one repeats."""

    place: int  # among those that were offered
    likeness: float


def likeness(one: Text, other: Text) -> float:
    """Containment: of the shingles of the text that has fewer, those that stand in the other; 0 to 1, 4 decimals."""
    fewer = min(len(one.shingles), len(other.shingles))
    return round(len(one.shingles & other.shingles) / fewer, 4) if fewer else float(one.words == other.words)


def likest(text: Text, earlier: Iterable[Text]) -> Likest | None:
    """Of texts that came earlier the likest that it is a copy of; of equals the one offered first.

    Texts that are otherwise alike but differ in numbers, dates or names are no copies: see difference().
    """
    found = [(likeness(text, other), -place, other) for place, other in enumerate(earlier)]
    for like, place, other in sorted(found, key=lambda each: each[:2], reverse=True):
        if like < LIKE_FROM:
            return None
        if is_copy(text, other, like):
            return Likest(-place, like)
    return None


def is_copy(text: Text, other: Text, like: float) -> bool:
    """Of texts so alike."""
    shorter = min(len(text), len(other))
    if shorter < HEADLINE_WORDS:
        return False
    if shorter < SHORT_WORDS and (like < SHORT_LIKE_FROM or _marks_differ(text, other)):
        return False
    return like >= LIKE_FROM and difference(text, other) is None


def _marks_differ(one: Text, other: Text) -> bool:
    """Each has a number, or each a name, that the other lacks, wherever it stands."""
    words, other_words = set(one.words), set(other.words)
    for marks, other_marks in (
        (set(filter(is_number, words)), set(filter(is_number, other_words))),
        (one.names, other.names),
    ):
        if marks - other_words and other_marks - words:
            return True
    return False
