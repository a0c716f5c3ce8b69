"""British and American spellings of one word: the pairs of breame, folded, taken as classes.

A class is all that pairs connect (`yoghourt`, `yoghurt`, `yogurt`). Its representative is its first word in
alphabetical order.
"""

from __future__ import annotations

from breame.data.spelling_constants import AMERICAN_ENGLISH_SPELLINGS, BRITISH_ENGLISH_SPELLINGS

from workers.rules.language.fold import fold

_TWO_WORDS = {
    ("bevvies", "bevies"): "drinks; groups",
    ("bevvy", "bevy"): "a drink; a group",
    ("groyne", "groin"): "a sea wall; a part of the body",
    ("groynes", "groins"): "sea walls; parts of the body",
    ("philtre", "filter"): "a love potion; a strainer",
    ("philtres", "filters"): "love potions; strainers",
    ("pummelled", "pummel"): "past and present",
    ("pummelling", "pummeled"): "present and past",
    ("snowploughs", "snowplow"): "many and one",
    ("tranquilly", "tranquility"): "adverb and noun",
}
"""Pairs, British then American, that are two words and not two spellings of one, and why."""


def _connected() -> dict[str, frozenset[str]]:
    """For each word of a pair all the words that pairs connect with it."""
    pairs = {(british, american) for british, american in BRITISH_ENGLISH_SPELLINGS.items()}
    pairs |= {(british, american) for american, british in AMERICAN_ENGLISH_SPELLINGS.items()}
    classes: dict[str, frozenset[str]] = {}
    for british, american in pairs - _TWO_WORDS.keys():
        one, other = fold(british), fold(american)
        joined = classes.get(one, frozenset((one,))) | classes.get(other, frozenset((other,)))
        for word in joined:
            classes[word] = joined
    return classes


_CONNECTED = _connected()

CLASSES: dict[str, str] = {word: min(words) for word, words in _CONNECTED.items()}
"""The representative of each word that has another spelling; all other words are absent."""


def spelling(folded: str) -> str:
    """The word that stands for all spellings of a folded word: itself where there is one spelling only."""
    return CLASSES.get(folded, folded)


def spellings(folded: str) -> frozenset[str]:
    """All spellings of a folded word, itself among them."""
    return _CONNECTED.get(folded) or frozenset((folded,))
