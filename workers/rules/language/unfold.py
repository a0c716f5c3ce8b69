"""The way back from a folded word to a text that has just this word."""

from __future__ import annotations

import re

# `+` and `#` stay only behind a single letter, and some single letters fold to two.
_SINGLE = {"ae": "æ", "oe": "œ", "ss": "ß", "αι": "ᾳ", "ηι": "ῃ", "ωι": "ῳ"}
_BEHIND_TWO = re.compile(rf"({'|'.join(_SINGLE)})(?=[+#])")
# `&`, `+` and `#` need letters beside them, and one letter folds to nothing.
_TATWEEL = "\N{ARABIC TATWEEL}"
_BARE = re.compile("^(?=[&+#])|(?<=&)(?=[&+#]|$)")


def unfold(word: str) -> str:
    """A text that is split and folded to `word`, which was folded itself, or to this pattern. Most are their own."""
    if word.isalnum():
        return word
    return _BARE.sub(_TATWEEL, _BEHIND_TWO.sub(lambda found: _SINGLE[found[1]], word))
