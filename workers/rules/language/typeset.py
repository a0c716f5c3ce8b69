"""The typographic signs of news: most texts that are no ASCII have nothing else, and ASCII is read sooner."""

from __future__ import annotations

from workers.rules.language.normalise import normalise

SIGNS = "’‘‚“”„–—…•·«»‹›§©®€£\u00a0\u2009\u202f"
_SPACE = " "
_IN_ASCII = tuple((sign, plain if (plain := normalise(sign).text).isascii() else "") for sign in SIGNS)


def in_ascii(text: str, apart: str = _SPACE) -> str:
    """With its signs as step 1 has them, and `apart` for those that are no ASCII then; its words stay the same."""
    if not text.isascii():
        for sign, plain in _IN_ASCII:
            text = text.replace(sign, plain or apart)
    return text
