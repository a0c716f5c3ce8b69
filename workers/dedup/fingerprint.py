"""What is compared of an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from schemas.article import Article
from workers.dedup.address import host_of, normalise_url
from workers.dedup.stories import DAY_MS, Fingerprint
from workers.dedup.text import Text, least_numbers
from workers.rules.language.fold import fold
from workers.rules.language.split import folded_sequence
from workers.rules.language.typeset import in_ascii

WORDS_MAX = 10_000  # of an article are compared, its first ones: it bounds the memory an article takes
_CHARACTERS_MAX = 20 * WORDS_MAX  # are read for them
_SOURCE_CHARACTERS_MAX = 200
_WORD = re.compile(r"[^\W\d_][^\W_]*")
# The same of a text of ASCII, sooner: capitals behind another word, where there are single spaces; and what is no word.
_ASCII_CAPITAL = re.compile(r"[A-Z](?<=[0-9A-Za-z,;] [A-Z])[0-9A-Za-z]*")
_ASCII_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}
_BEHIND_DIGITS = re.compile(r"[0-9](?<![0-9A-Za-z][0-9])[0-9]*([A-Za-z][0-9A-Za-z]*)")  # 3rd
_SLASHED = re.compile(r"\d/[1-68]")  # where it is nowhere, there is no fraction either
_FRACTION = re.compile(r"(?<![\d/.,])(?:(\d{1,9})[- ])?(\d{1,2})/(2|3|4|5|8|16|32|64)(?![\d/])")


def fingerprint(article: Article, keep_ms: int = DAY_MS) -> Fingerprint:
    """Of title, lead and body. Pure; takes time in proportion to them, but for what lies beyond WORDS_MAX words.

    `keep_ms` is for how long other articles shall be known as its copies: the longest window of its rules.
    """
    texts = _bounded((article.title, article.lead, article.body))
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
    return [_FRACTION.sub(_decimal, text) if "/" in text and _SLASHED.search(text) else text for text in kept]


def _decimal(found: re.Match[str]) -> str:
    """6-1/4 is one number, 6.25, not a six, a one and a four, which others may have too."""
    whole, part, parts = found.groups(default="0")
    return f"{int(whole) + int(part) / int(parts):.6g}"


def _plainer(text: str) -> str:
    return in_ascii(text, apart='"')  # which is no letter, and no space between words either


def _names(texts: Sequence[str]) -> frozenset[str]:
    """Folded words that stand with a capital inside sentences, and nowhere without."""
    names: set[str] = set()
    small: set[str] = set()
    for text in map(_plainer, texts):
        if text.isupper():  # a headline in capitals says nothing
            continue
        if text.isascii():
            spaced = " ".join(text.split())
            names.update(_ASCII_CAPITAL.findall(spaced))
            small.update(spaced.translate(_ASCII_SPACED).split(), _BEHIND_DIGITS.findall(spaced))
            continue
        small.update(_WORD.findall(text))
        names.update(
            found[0]
            for before, piece in pairwise(text.split())
            if piece[0].isupper() and (before[-1].isalnum() or before[-1] in ",;") and (found := _WORD.match(piece))
        )
    return frozenset(fold(name) for name in names if name.lower() not in small)
