"""Texts of other articles that were compared lately: copies come in bursts, and a text never changes."""

from __future__ import annotations

from collections import OrderedDict

from workers.dedup.text import Text

WORDS_MORE = 5  # that the text takes as such, some 700 bytes: many short ones are bounded too


class RecentTexts:
    """Keeps the texts asked for last, bounded by `words_max` words together; each counts WORDS_MORE more."""

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
        self._words += _room(text) - (_room(gone) if gone is not None else 0)
        while self._words > self._words_max:
            _, oldest = self._texts.popitem(last=False)
            self._words -= _room(oldest)


def _room(text: Text) -> int:
    return len(text) + WORDS_MORE
