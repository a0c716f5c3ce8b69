"""The tokens of Scopus and of tools like it: brackets, quotes in three shapes, operators, fields and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from workers.rules.dialects.outcome import NotTaken
from workers.rules.language.refusal import shown


class Kind(Enum):
    """What a token is to the parser."""

    OPEN = auto()
    CLOSE = auto()
    QUOTE = auto()  # "…"
    BRACES = auto()  # {…}
    ANGLES = auto()  # <…>
    AND = auto()
    OR = auto()
    NOT = auto()  # also AND NOT
    NEAR = auto()  # W/n, PRE/n
    FIELD = auto()  # with its bracket open
    FILTER = auto()  # a test of a record, such as PUBYEAR > 2010
    WORD = auto()
    END = auto()


class Token(NamedTuple):
    """`text` without its marks."""

    kind: Kind
    text: str = ""
    number: int = 0
    ordered: bool = False


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<OPEN>\() | (?P<CLOSE>\)) |
      "(?P<QUOTE>[^"]*)" | \{(?P<BRACES>[^{}]*)\} | <(?P<ANGLES>[^<>]*)> |
      (?P<FILTER>PUBYEAR\s*(?:[<>=]+|AFT|BEF|IS)\s*\d+) |
      (?P<NOT>(?:AND\s+)?NOT(?=[\s()"{<]|$)) | (?P<AND>AND(?=[\s()"{<]|$)) | (?P<OR>OR(?=[\s()"{<]|$)) |
      (?P<NEAR>(?:W|PRE)/\d+(?=[\s()"{<]|$)) |
      (?P<FIELD>[A-Z]+(?:-[A-Z]+)*)\s*\( |
      (?P<WORD>[^\s(){}<>"]+)
    )""",
    re.VERBOSE,
)
_LOWER = re.compile(_TOKEN.pattern, re.VERBOSE | re.IGNORECASE)


def tokens(text: str, *, any_case: bool) -> Iterator[Token]:
    """All tokens, END last. `any_case` says that operators may be in lower case. Raises NotTaken."""
    pattern = _LOWER if any_case else _TOKEN
    text = text.rstrip()
    at = 0
    while at < len(text):
        found = pattern.match(text, at)
        if not found or not found.lastgroup:
            raise NotTaken(f"a quote or bracket is never closed: {shown(text[at:].strip())}")
        kind, value = Kind[found.lastgroup], found[found.lastgroup]
        if kind is Kind.NEAR:
            name, _, number = value.partition("/")
            yield Token(kind, value, int(number[:9]), ordered=name.upper() == "PRE")
        else:
            yield Token(kind, value)
        at = found.end()
    yield Token(Kind.END)
