"""What kind of character each one is: tables for `str.translate` that fill as characters are met.

A table answers with one ASCII letter a character, so that a text becomes a string of kinds of the
same length, on which short regular expressions do the rest. Astral planes beyond the second are
not kept, so a table never holds more than 131,072 entries.
"""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import category, name

SPECIALS = "'.,&+#"
"""What may belong to a word without being a letter, a mark or a digit."""

CLOSING = "\"')]}«»‹›༻༽᚜⁆⁾₎⌉⌋〉❩❫❭❯❱❳❵⟆⟧⟩⟫⟭⟯⦄⦆⦈⦊⦌⦎⦐⦒⦔⦖⦘⧙⧛⧽⸃⸅⸊⸍⸝⸡⸣⸥⸧⸩⸖⸘⸚⸜⹖⹘⹚⹜〉》」』】〕〗〙〛〞〟﴾’”"
"""Closing quotes and brackets; German closes with `«` and `‹`."""

_SEPARATE_LETTERS = ("CJK ", "HIRAGANA ", "KATAKANA", "HENTAIGANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
_SEPARATE_CHARACTERS = frozenset("ー々〆〇〻")
_KEPT_BELOW = 0x20000


class Kinds(dict[int, str]):
    """A table for `str.translate` that asks `kind` about each new character once."""

    def __init__(self, kind: Callable[[str], str]) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, code: int) -> str:
        found = self._kind(chr(code))
        if code < _KEPT_BELOW:
            self[code] = found
        return found


def _kind_in_word(character: str) -> str:
    """`L` letter, `I` letter that is a word of its own, `D` digit, `M` mark, a special itself, else a space."""
    if character in SPECIALS:
        return character
    general = category(character)
    if character in _SEPARATE_CHARACTERS:
        return "I"
    if general[0] == "L":
        return "I" if name(character, "").startswith(_SEPARATE_LETTERS) else "L"
    if general[0] == "M":
        return "M"
    return "D" if general == "Nd" else " "


WORD_KINDS = Kinds(_kind_in_word)
