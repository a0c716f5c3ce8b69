"""Articles that were read lately: what matched is explained next, and need not be read again for it."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import NamedTuple
from weakref import ref

from schemas.article import Article
from workers.match.reading import Reading

_GONE = Article.model_construct()  # stands in a reading that is kept for its article, which may go


class _Kept(NamedTuple):
    article: ref[Article]
    reading: Reading
    words: int
    characters: int


class Recent:
    """Keeps the last readings: the texts that were asked and the words in them, not the articles.

    Bounded by `words_max` words together (some 300 bytes each) and by `characters_max` characters of their texts (4
    bytes each at most); a reading above either is not kept. One whose article has gone is of no use to anybody and goes
    when the next is kept.
    """

    def __init__(self, words_max: int, characters_max: int) -> None:
        self._words_max = words_max
        self._characters_max = characters_max
        self._words = 0
        self._characters = 0
        self._readings: OrderedDict[int, _Kept] = OrderedDict()
        self._gone: deque[tuple[int, ref[Article]]] = deque()  # an article may go on any thread, at any moment

    def keep(self, reading: Reading) -> None:
        """Keep a reading as the latest one. It may be used again when `of` has given it back."""
        self._sweep()
        article = reading.article
        key = id(article)
        self._drop(key)
        words, characters = reading.size, reading.characters
        if not 0 < words <= self._words_max or characters > self._characters_max:
            return
        kept = ref(article, lambda gone: self._gone.append((key, gone)))
        self._readings[key] = _Kept(kept, reading, words, characters)
        self._words += words
        self._characters += characters
        reading.article = _GONE
        while self._words > self._words_max or self._characters > self._characters_max:
            self._drop(next(iter(self._readings)))

    def of(self, article: Article) -> Reading:
        """The reading of this very article, or a new one."""
        kept = self._readings.get(id(article))
        if kept is None or kept.article() is not article:  # another one may have taken the place of one that has gone
            return Reading(article)
        self._drop(id(article))
        kept.reading.article = article
        return kept.reading

    def _sweep(self) -> None:
        while self._gone:
            key, gone = self._gone.popleft()
            if (kept := self._readings.get(key)) is not None and kept.article is gone:
                self._drop(key)

    def _drop(self, key: int) -> None:
        dropped = self._readings.pop(key, None)
        if dropped:
            self._words -= dropped.words
            self._characters -= dropped.characters


RECENT = Recent(words_max=100_000, characters_max=4_000_000)  # some 30 MB, and 16 MB
