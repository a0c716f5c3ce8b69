"""Which of the articles that are known an article repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from workers.dedup.likeness import SAME_TEXT_WORDS, likeness, likest
from workers.dedup.stories import UPDATE_AT, Fingerprint, PlacementReason
from workers.dedup.text import Text, keys_of

POSTED_MAX = 8  # articles under one key, the latest: keys of menus and footers have thousands
COMPARED_MAX = 12  # articles that may be like it are looked at
ESTIMATE_FROM = 0.25  # of the likeness, far below what makes a copy: the sample is small
_ID_BYTES = 6


class Posted(NamedTuple):
    """An article as it stands under a key."""

    article: int  # see article_id()
    shingles: int  # how many its text has


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a store knows that may bear on one article."""

    uri: int | None = None  # the latest article of the same uri, another version
    url: int | None = None  # of the same web address
    words: int | None = None  # of the same words
    shared: Mapping[Posted, int] = field(default_factory=dict)  # articles and how many keys they share with it


@dataclass(frozen=True, slots=True)
class Choice:
    """What an article shall join, before the store has counted it."""

    reason: PlacementReason
    joins: int | None  # an article
    likeness: float


def article_id(uri: str, version: int) -> int:
    """The name of one version of an article in the index; 48 bits, so that it takes little room there."""
    return int.from_bytes(blake2b(f"{version} {uri}".encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).digest())


def words_key(text: Text) -> str | None:
    """The same for texts of the same words; None for one that is too short to be the same by more than chance."""
    return text.digest if len(text) >= SAME_TEXT_WORDS else None


def likely(own: Fingerprint, shared: Mapping[Posted, int]) -> list[int]:
    """The articles that are worth comparing, those that are likest by the keys they share first.

    Each text's keys are the least of its numbers, so of two texts only those can be shared that lie below the greatest
    key of the longer one: a part of all that is known. By that the likeness is estimated.
    """
    own_shingles = len(own.text.numbers)
    found = []
    for posted, keys in shared.items():
        guess = keys / _keys_expected(*sorted((own_shingles, posted.shingles)))
        if guess >= ESTIMATE_FROM:
            found.append((guess, keys, posted.article))
    return [article for _, _, article in sorted(found, reverse=True)[:COMPARED_MAX]]


@lru_cache(maxsize=65536)
def _keys_expected(fewer: int, more: int) -> float:
    """How many keys two texts of so many shingles share if one stands in the other, on average."""
    return max(1.0, fewer * keys_of(more) / more) if more else 1.0


def to_compare(own: Fingerprint, near: Neighbours) -> list[int]:
    """The articles whose texts choose() asks for."""
    sure = [each for each in (near.uri, near.url, near.words) if each is not None]
    return sure[:1] or likely(own, near.shared)


def choose(own: Fingerprint, near: Neighbours, texts: Mapping[int, Text]) -> Choice:
    """What the article joins. Texts that the store has lost meanwhile are passed over."""
    for reason, article in (
        (PlacementReason.SAME_ARTICLE, near.uri),
        (PlacementReason.SAME_URL, near.url),
        (PlacementReason.SAME_TEXT, near.words),
    ):
        if article is not None:
            return Choice(reason, article, likeness(own.text, texts[article]) if article in texts else 0.0)
    candidates = [article for article in likely(own, near.shared) if article in texts]
    found = likest(own.text, (texts[article] for article in candidates))
    if found is None:
        return Choice(PlacementReason.FIRST, None, 0.0)
    return Choice(PlacementReason.LIKE, candidates[found.place], found.likeness)


def reached(before: int, now: int) -> int | None:
    """The number of sources at which it is worth telling again, when this article has made it full."""
    return next((number for number in UPDATE_AT if before < number <= now), None)
