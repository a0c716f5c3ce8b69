"""The tokens of a line of Ovid or PubMed: words, headings with `/`, fields with `.` or in square brackets."""

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
    QUOTE = auto()
    HEADING = auto()  # of a thesaurus: `exp Malaria/di`
    FIELD = auto()  # behind what it holds: `.ti,ab.` or `[tiab]`
    LINE = auto()  # `12`, `#12`
    AND = auto()
    OR = auto()
    NOT = auto()
    NEAR = auto()  # adjN
    WORD = auto()
    END = auto()


class Token(NamedTuple):
    """`fields` are codes in lower case; `number` is that of a line, or the distance of adjN, 0 for adj."""

    kind: Kind
    text: str = ""
    fields: tuple[str, ...] = ()
    number: int = 0
    exploded: bool = False


TEXT_FIELDS = frozenset(
    {
        *("ti", "ab", "tw", "mp", "kf", "kw", "ot", "af", "nm", "id", "tiab", "all"),
        *("title", "title/abstract", "text word"),
    }
)
DATABASE_FIELDS = frozenset(
    {
        *("pt", "fs", "rn", "ed", "xs", "cm", "dp", "crdt", "la", "dt", "yr", "em", "ps", "px", "rs", "ui", "ac", "dc"),
        *("lg", "ax", "edat", "supplementary concept", "substance name", "publication type", "language"),
        *("subheading", "date - publication"),
    }
)
HEADING_FIELDS = frozenset(("mh", "mesh", "mesh terms", "mesh:noexp", "mh:noexp", "majr", "sh", "hw"))
AUTHORS = frozenset(("au", "author"))
SOURCES = frozenset(("jn", "so", "ta", "journal"))
KNOWN_FIELDS = TEXT_FIELDS | DATABASE_FIELDS | HEADING_FIELDS | AUTHORS | SOURCES
_CODES = "|".join(sorted(each for each in KNOWN_FIELDS if each.isalpha() and len(each) == 2))
_SUFFIX = re.compile(
    rf"\s*\.\s*((?:{_CODES})(?:\s*[.,]\s*(?:{_CODES})(?![a-z]))*)\s*,?\s*(?:\.|(?=[\s)]|$))", re.IGNORECASE
)
_HEADING = re.compile(
    r"((?:exp\s+|\*)*)(\"[^\"]+\"|[^()/\"\[\].*\d\s][^()/\"\[\]]{0,200}?)\s{0,9}/(\s*EXP\b)?"
    r"(?:[a-z]{2}(?![a-z])(?:\s*,\s*[a-z]{2}(?![a-z]))*)?(?:\s*\[[^\]]*\])?(?=[\s),.]|$)",
    re.IGNORECASE,
)
_HOLDS_OPERATOR = re.compile(r"\s(?:or|not|adj\d*)\s", re.IGNORECASE)
_TOKEN = re.compile(
    r"""(?P<OPEN>\() | (?P<CLOSE>\)) | "(?P<QUOTE>[^"]*)" | \[(?P<FIELD>[^\]]*)\] |
    \#?(?P<LINE>\d+)(?=\s|\)|$) |
    (?P<AND>and)(?=[\s()"]|$) | (?P<OR>or)(?=[\s()"]|$) | (?P<NOT>not)(?=[\s()"]|$) | adj(?P<NEAR>\d*)(?=[\s()"]|$) |
    (?P<WORD>[^\s()"\[\]]+)""",
    re.VERBOSE | re.IGNORECASE,
)


def tokens(line: str) -> Iterator[Token]:
    """All tokens, END last. Raises NotTaken."""
    line = line.replace("“", '"').replace("”", '"').rstrip()
    at, fresh = 0, True  # fresh: an operand may begin
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        heading = _HEADING.match(line, at) if fresh else None
        suffix = None if fresh else _SUFFIX.match(line, at)
        if heading and _is_heading(heading[2]):
            exploded = "exp" in heading[1].lower() or bool(heading[3])
            yield Token(Kind.HEADING, heading[2].strip(' "'), exploded=exploded)
            at, fresh = heading.end(), False
        elif suffix:
            yield Token(Kind.FIELD, suffix.group(), _codes(suffix[1]))
            at = suffix.end()
        else:
            token, at = _plain(line, at)
            yield token
            fresh = token.kind in (Kind.OPEN, Kind.AND, Kind.OR, Kind.NOT, Kind.NEAR)
    yield Token(Kind.END)


def _plain(line: str, at: int) -> tuple[Token, int]:
    found = _TOKEN.match(line, at)
    if not found or not found.lastgroup:
        raise NotTaken(f"a quote or bracket is never closed: {shown(line[at:])}")
    kind, text, end = Kind[found.lastgroup], found[found.lastgroup], found.end()
    if kind is Kind.FIELD:
        return Token(kind, text, _codes(text)), end
    if kind is Kind.LINE or kind is Kind.NEAR:
        return Token(kind, text, number=int(text[:9] or 0)), end
    if kind is Kind.WORD:
        dots = (dot for dot in range(at + 1, end) if line[dot] == ".")
        end = next((dot for dot in dots if _SUFFIX.match(line, dot)), end)
        text = line[at:end]
    return Token(kind, text), end


def _is_heading(text: str) -> bool:
    """Whether what stands before the slash is a term of the thesaurus, and not a query before one."""
    if text.startswith('"'):
        return True
    before, _, _ = text.partition(" and ")
    joined = " and " in text.lower() and not (before[:1].isupper() and " and " in text and "$" not in text)
    return (
        not joined and not _HOLDS_OPERATOR.search(text) and not re.search(rf"\.\s*(?:{_CODES})\b", text, re.IGNORECASE)
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(each.strip().lower() for each in re.split("[.,]", text) if each.strip())
