"""What is compared of an article."""

from __future__ import annotations

import re

from schemas.article import Article
from workers.dedup.address import host_of, normalise_url
from workers.dedup.stories import DAY_MS, Fingerprint
from workers.dedup.text import Text, least_numbers
from workers.rules.language.fold import fold
from workers.rules.language.split import folded_sequence

WORDS_MAX = 10_000  # of an article are compared, its first ones: it bounds the memory an article takes
_CHARACTERS_MAX = 20 * WORDS_MAX  # are read for them
_SOURCE_CHARACTERS_MAX = 200
_INSIDE = re.compile(
    r"(?:(?<=[^\W_]\s)|(?<=[^\W_],\s)|(?<=[^\W_];\s))[^\W\d_][^\W_]*"
)  # a word that begins no sentence
_LOWER = re.compile(r"\b[^\W\d_][^\W_]*")


def fingerprint(article: Article, keep_ms: int = DAY_MS) -> Fingerprint:
    """Of title, lead and body. Pure; takes time in proportion to them, but for what lies beyond WORDS_MAX words.

    `keep_ms` is for how long other articles shall be known as its copies: the longest window of its rules.
    """
    texts = tuple(_bounded((article.title, article.lead, article.body)))
    words = [word for text in texts for word in folded_sequence(text, language=article.language)][:WORDS_MAX]
    text = Text(words, _names(texts))
    return Fingerprint(
        uri=article.uri,
        version=article.version,
        source=(" ".join(folded_sequence(article.source or "")) or host_of(article.url))[:_SOURCE_CHARACTERS_MAX],
        url=normalise_url(article.url),
        text=text,
        keys=least_numbers(text),
        keep_ms=keep_ms,
    )


def _bounded(texts: tuple[str | None, ...]) -> list[str]:
    """The texts there are, together at most _CHARACTERS_MAX long."""
    kept, room = [], _CHARACTERS_MAX
    for text in texts:
        if text and room:
            kept.append(text[:room])
            room -= len(kept[-1])
    return kept


def _names(texts: tuple[str, ...]) -> frozenset[str]:
    """Folded words that stand with a capital inside sentences, and nowhere without."""
    mixed = [text for text in texts if not text.isupper()]
    inside = {word for text in mixed for word in _INSIDE.findall(text) if word[0].isupper()}
    small = {word for text in mixed for word in _LOWER.findall(text) if word[0].islower()}
    return frozenset(map(fold, inside)) - frozenset(map(fold, small))
