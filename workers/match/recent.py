"""Articles that were read lately: what matched is explained next, and need not be read again for it."""

from __future__ import annotations

from collections import OrderedDict

from schemas.article import Article
from workers.match.reading import Reading


class Recent:
    """Keeps the last readings with the words that were found in them.

    Bounded by `words_max` words together (some 300 bytes each); a reading above it is not kept.
    """

    def __init__(self, words_max: int) -> None:
        self._words_max = words_max
        self._words = 0
        self._readings: OrderedDict[int, tuple[Reading, int]] = OrderedDict()

    def keep(self, reading: Reading) -> None:
        """Keep a reading as the latest one."""
        self._drop(id(reading.article))
        words = reading.size
        if not 0 < words <= self._words_max:
            return
        self._readings[id(reading.article)] = reading, words
        self._words += words
        while self._words > self._words_max:
            self._drop(next(iter(self._readings)))

    def of(self, article: Article) -> Reading:
        """The reading of this very article, or a new one."""
        # A reading that is kept holds its article, so no other one gets its id.
        kept = self._readings.get(id(article))
        return kept[0] if kept else Reading(article)

    def _drop(self, key: int) -> None:
        dropped = self._readings.pop(key, None)
        if dropped:
            self._words -= dropped[1]


RECENT = Recent(words_max=100_000)  # some 30 MB
