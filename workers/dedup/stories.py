"""The question "which story does this article tell?", and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workers.dedup.text import Text

DAY_MS = 86_400_000
STORY_MAX_MS = 7 * DAY_MS  # a story ends so long after its first article, however often it is seen again
UPDATE_AT = (3, 10, 30)  # sources of a story at which it is worth telling of it again
SOURCES_MAX = 1000  # are told apart; further ones are not counted


class PlacementReason(StrEnum):
    """Why an article tells the story it was given."""

    FIRST = "first"  # nothing like it is known: a story of its own
    SAME_ARTICLE = "same_article"  # another version of an article that is known
    SAME_URL = "same_url"  # another uri, but the same web address
    SAME_TEXT = "same_text"  # another uri, but word for word the same
    LIKE = "like"  # most of the shorter text stands in the other


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of an article; see fingerprint()."""

    uri: str
    version: int
    source: str  # folded; empty where the article names none
    url: str | None  # normalised; None where it names no page of its own
    text: Text
    keys: tuple[int, ...]  # the least of its shingles' numbers, see keys_of()
    keep_ms: int  # for so long other articles may be found to be its copies


@dataclass(frozen=True, slots=True)
class Placement:
    """The story of an article, as it was when the article was placed first: a repeat is answered the same."""

    story: str  # see story_of(): of the story's first article
    reason: PlacementReason
    same_as: str | None  # the uri of the article that it repeats; None for FIRST
    likeness: float  # 0 to 1: of the shorter text's shingles those that stand in the other; 0 for FIRST
    first_uri: str
    first_source: str  # as Fingerprint.source
    articles: int  # of the story with this one; another version is no other article
    sources: int  # of the story with this one; articles without a source count as one
    reached: int | None  # the one of UPDATE_AT that this article's source made full


class Stories(Protocol):
    """Which articles tell the same story.

    An article joins the story of the likest article that came before it; stories are never merged afterwards. A loss
    of the store's memory costs duplicates, never an alert.
    """

    async def place(self, asked: Sequence[Fingerprint]) -> list[Placement]:
        """An answer each, in their order: a later one knows the earlier ones. The number of round trips is fixed.

        The same uri and version is always answered as it was the first time, while it is remembered. May be called
        again after a failure, whole. Raises Unavailable when it cannot be told whether all are placed.
        """
        ...
