"""Ours and a rival, asked the same: which story does each text of a stream tell?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from schemas.article import Article
from workers.dedup import Fingerprint, fingerprint
from workers.dedup.stories_memory import MemoryStories

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128


@dataclass(frozen=True, slots=True)
class Told:
    """The story of each text, in order, and what it took."""

    stories: list[str]
    reading_s: float  # CPU time to make what is compared
    placing_s: float  # CPU time to find the story

    @property
    def articles_per_s(self) -> float:
        """One core."""
        return len(self.stories) / (self.reading_s + self.placing_s)


class Maker(Protocol):
    """Puts texts together, each as it comes."""

    name: str

    def tell(self, order: Sequence[int]) -> Told:
        """The texts in this order."""


class Ours:
    """The product's own code, in memory."""

    name = "wirewatch"

    def __init__(self, articles: Sequence[Article]) -> None:
        began = time.process_time()
        self.prints: list[Fingerprint] = [fingerprint(each) for each in articles]
        self.reading_s = time.process_time() - began

    def tell(self, order: Sequence[int]) -> Told:
        """See Maker."""
        known = MemoryStories(lambda: 0)
        began = time.process_time()
        placed = asyncio.run(known.place([self.prints[at] for at in order]))
        return Told([each.story for each in placed], self.reading_s, time.process_time() - began)


class Datasketch:
    """MinHash LSH of 3-word shingles: a text joins the likest that the index finds. Raises ImportError."""

    def __init__(self, articles: Sequence[Article], prints: Sequence[Fingerprint], threshold: float) -> None:
        from datasketch import MinHash

        self.name = f"datasketch, Jaccard ≥ {threshold}"
        self._threshold = threshold
        began = time.process_time()
        self._hashes: list[MinHash] = []
        for each in prints:  # of the same words, which are split for both alike
            words = each.text.words
            made = MinHash(num_perm=PERMUTATIONS)
            made.update_batch({" ".join(three).encode() for three in zip(words, words[1:], words[2:], strict=False)})
            self._hashes.append(made)
        self.reading_s = time.process_time() - began

    def tell(self, order: Sequence[int]) -> Told:
        """See Maker."""
        from datasketch import MinHashLSH

        index = MinHashLSH(threshold=self._threshold, num_perm=PERMUTATIONS)
        stories: dict[int, str] = {}
        began = time.process_time()
        for at in order:
            own = self._hashes[at]
            found = [(own.jaccard(self._hashes[other]), -other) for other in index.query(own)]
            like, other = max(found, default=(0.0, 0))
            stories[at] = stories[-other] if like >= self._threshold else str(at)
            index.insert(at, own)
        return Told([stories[at] for at in order], self.reading_s, time.process_time() - began)
