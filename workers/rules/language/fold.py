"""Step 3 of the words of a text: folding, so that `Élysée`, `ELYSEE` and `elysee` are one word."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, name, normalize

from workers.rules.language.characters import Kinds

_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "ı": "i",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ة": "ه",
    "ک": "ك",
}
_ARABIC_SIGNS = frozenset(map(chr, (0x0640, *range(0x064B, 0x0653), 0x0670)))
_HEBREW_POINTS = frozenset(map(chr, (*range(0x0591, 0x05BE), 0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7, 0xFB1E)))
_VANISHING = _ARABIC_SIGNS | _HEBREW_POINTS
_BARE_SCRIPTS = ("LATIN ", "GREEK ", "CYRILLIC ")
_LONG_WORD = 64


def fold(word: str) -> str:
    """The word that stands for all forms of `word` that differ in case, accents and the like.

    `word` has passed steps 1 and 2. Never empty for a word, and `fold(fold(word)) == fold(word)`.
    """
    if word.isascii():
        return word.lower()
    return _fold_known(word) if len(word) <= _LONG_WORD else _fold(word)


def _fold(word: str) -> str:
    folded = _fold_once(word)
    while folded != word:
        word, folded = folded, _fold_once(folded)
    return folded


_fold_known = lru_cache(maxsize=65536)(_fold)


def _fold_once(word: str) -> str:
    """One round. Another is needed where letters meet that a vanished sign kept apart."""
    composed = normalize("NFC", word.casefold())
    kinds = composed.translate(_KINDS)
    if "m" in kinds:
        composed, kinds = _without_marks(composed, kinds)
    folded = composed.translate(_FORMS)
    # A word of nothing but signs, such as a lone tatweel, stays: there are no empty words.
    return normalize("NFC", folded) or word


def _without_marks(word: str, kinds: str) -> tuple[str, str]:
    kept: list[str] = []
    base = "o"
    for character, kind in zip(word, kinds, strict=True):
        if kind != "m":
            base = kind
        elif base == "b":
            continue
        kept.append(character)
    bare = "".join(kept)
    return bare, bare.translate(_KINDS)


def _is_bare(character: str) -> bool:
    """Whether this is a letter of a script that loses its marks."""
    return category(character)[0] == "L" and name(character, "").startswith(_BARE_SCRIPTS)


def _kind(character: str) -> str:
    """`m` a mark, `b` a letter that loses its marks, `o` any other."""
    if category(character)[0] == "M":
        return "m"
    return "b" if _is_bare(character) else "o"


def _form(character: str) -> str:
    if character in _VANISHING:
        return ""
    if character == "й" or not _is_bare(character):
        return _LETTERS.get(character, character)
    letters = (part for part in normalize("NFD", character) if category(part)[0] != "M")
    return "".join(_LETTERS.get(letter, letter) for letter in letters)


_KINDS = Kinds(_kind)
_FORMS = Kinds(_form)
