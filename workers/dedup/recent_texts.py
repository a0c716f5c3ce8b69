"""Texts of other articles that were compared lately: copies come in bursts, and a text never changes."""

from __future__ import annotations

from collections import OrderedDict

from workers.dedup.text import Text


class RecentTexts:
    """Keeps the texts asked for last, bounded by `words_max` words together."""

    def __init__(self, words_max: int) -> None:
        self._words_max = words_max
        self._words = 0
        self._texts: OrderedDict[int, Text] = OrderedDict()

    def of(self, article: int) -> Text | None:
        """The text, if it is still here."""
        text = self._texts.get(article)
        if text is not None:
            self._texts.move_to_end(article)
        return text

    def keep(self, article: int, text: Text) -> None:
        """Keep it as the latest one."""
        gone = self._texts.pop(article, None)
        self._texts[article] = text
        self._words += len(text) - (len(gone) if gone is not None else 0)
        while self._words > self._words_max:
            _, oldest = self._texts.popitem(last=False)
            self._words -= len(oldest)
