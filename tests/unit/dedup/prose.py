"""Texts that look like news: made of a seed, and never alike by chance."""

from __future__ import annotations

import random

_SYLLABLES = tuple(left + right for left in "bdfgklmnprstvz" for right in "aeiou")
_COMMON = ("the", "of", "to", "and", "in", "that", "for", "on", "with", "as", "was", "by", "at", "from", "it", "said")


def prose(seed: int, words: int = 120) -> str:
    """Sentences in paragraphs, without numbers; every third word or so is a common one."""
    chance = random.Random(seed)
    own = ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(60)]
    said = [chance.choice(_COMMON if chance.random() < 0.35 else own) for _ in range(words)]
    sentences = [said[at : at + 15] for at in range(0, words, 15)]
    return " ".join(" ".join(sentence).capitalize().replace(" and ", ", and ") + "." for sentence in sentences)
