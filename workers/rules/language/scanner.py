"""Cuts the normal text of a rule into tokens, one at a time: a refusal comes with the first place that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from workers.rules.language import slips
from workers.rules.language.pieces import Pieces
from workers.rules.language.refusal import LINE_BREAKS, RuleError
from workers.rules.language.tokens import FIELDS, Kind, Source, Token
from workers.rules.language.tree import (
    Comparison,
    ListRef,
    Number,
    NumberField,
    Reach,
)

_SPACE = re.compile(rf"(?:\s+|//[^{LINE_BREAKS}]*)*")
_PIECE = re.compile(r'(?:[^\s"()/]|/(?!/))+')
_ITEM_PIECE = re.compile(r'(?:[^\s"()/,]|/(?!/)|(?<=\d),(?=\d))+')
_MARKS = {"(": Kind.OPEN, ")": Kind.CLOSE}
_WORD_OPERATORS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}
_COUNTED = re.compile(r"(NEAR|W|PRE|ONEAR|ATLEAST|ANY)(?:/(.*))?", re.DOTALL)
_FIRST = re.compile(r"first/([^:/]*):")
_LIST = re.compile(r"@([\w-]*)")
_TEST = re.compile(r"(urgency|words)(\s*)([<>=]+)(\s*)", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_SIGN = re.compile(r"[-+]+(?=[\w~=@])")


class Scanner:
    """`tokens()` of one rule."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._pieces = Pieces(source)
        self._in_items: list[bool] = []  # for each open bracket: is it that of ANY?

    def tokens(self) -> Iterator[Token]:
        """All tokens, `NOT NEAR` as one, END last. Raises RuleError."""
        held: Token | None = None
        for token in self._single():
            if held and token.kind is Kind.NEAR:
                yield self._not_near(held, token)
                held = None
                continue
            if held:
                yield held
            held = token if token.kind is Kind.NOT else None
            if not held:
                yield token

    def _single(self) -> Iterator[Token]:
        last: Token | None = None
        at = self._skip(0)
        while at < len(self._text):
            token = self._next(at, last)
            yield token
            last, at = token, self._skip(token.end)
        yield Token(Kind.END, at, at, "")

    def _not_near(self, negation: Token, near: Token) -> Token:
        """not_near = "NOT" ("NEAR" | "W") "/" (n | "S" | "P")."""
        if near.ordered:
            slip = slips.not_before(near.text)
            raise self._slipped(slip, negation.start, near.end)
        text = f"NOT {near.text}"
        return Token(Kind.NOT_NEAR, negation.start, near.end, text, reach=near.reach)

    def _skip(self, at: int) -> int:
        """Behind white space and comments: `// …` to the end of the line."""
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _next(self, at: int, last: Token | None) -> Token:
        mark = self._text[at]
        if mark == '"':
            return self._quote(at, at, "")
        if mark in _MARKS:
            if mark == "(":
                self._in_items.append(last is not None and last.kind is Kind.CALL and last.text.startswith("ANY"))
            elif self._in_items:
                self._in_items.pop()
            return Token(_MARKS[mark], at, at + 1, mark)
        end = self._piece_end(at)
        return self._piece(at, end, last) if end > at else Token(Kind.COMMA, at, at + 1, mark)

    def _piece(self, at: int, end: int, last: Token | None) -> Token:
        """A run without white space, quotes and brackets: an operator, a prefix, a test, or words."""
        piece = self._text[at:end]
        if piece in _WORD_OPERATORS:
            return Token(_WORD_OPERATORS[piece], at, end, piece)
        if piece[0].isalpha():
            special = self._counted(at, end, piece) or self._test(at) or self._field(at, piece)
            if special:
                return special
        elif piece[0] in "~=":
            return self._prefixed(at, end, piece)
        elif piece[0] == "@":
            return self._list(at, end)
        elif piece[0] in "-+":
            self._check_sign(at, end, last)
        return Token(Kind.PLACES, at, end, piece, self._pieces.plain(at, end))

    def _quote(self, start: int, at: int, sign: str) -> Token:
        r"""quote = ["~" | "="] '"' { any character but '"' } '"', with at least one word in it."""
        end = self._text.find('"', at + 1)
        if end < 0:
            raise self._source.refusal("this quote is never closed", at, at + 1, 'add " where the phrase ends')
        nodes = self._pieces.prefixed(sign, at + 1, end) if sign else self._pieces.plain(at + 1, end)
        if not nodes:
            raise self._source.refusal(
                "there is no word in this quote", at, end + 1, "write a word in it, or take it out"
            )
        return Token(Kind.PLACES, start, end + 1, self._text[at + 1 : end], nodes)

    def _prefixed(self, at: int, end: int, piece: str) -> Token:
        """prefixed = ("~" | "=") (piece | quote)."""
        sign, behind = piece[0], self._text[at + 1 : at + 2]
        if len(piece) == 1 and behind == '"':
            return self._quote(at, at + 1, sign)
        slip = slips.behind_sign(sign, piece[1:], behind)
        if slip:
            raise self._slipped(slip, at, at + 1)
        nodes = self._pieces.prefixed(sign, at + 1, end)
        if not nodes:
            raise self._slipped(slips.no_word(sign), at, at + 1)
        return Token(Kind.PLACES, at, end, piece, nodes)

    def _list(self, at: int, end: int) -> Token:
        """list = "@" (letters, digits, "_", "-")."""
        found = _LIST.match(self._text, at, end)
        name = found[1] if found else ""
        rest = self._text[at + 1 + len(name) : end]
        if not name or any(char.isalnum() or char in "*?@" for char in rest):
            raise self._slipped(slips.list_name(name), at, end)
        self._pieces.count(1, at, end)
        node = ListRef(name, span=self._source.span(at, at + 1 + len(name)))
        return Token(Kind.PLACES, at, end, f"@{name}", [node])

    def _check_sign(self, at: int, end: int, last: Token | None) -> None:
        """Other tools read `-word` as NOT; what touches a quote or bracket before it is a hyphen."""
        if at and self._text[at - 1] in '")':
            return
        found = _SIGN.match(self._text, at, end)
        bare = end - at == 1 and self._text[end : end + 1] in ('"', "(")
        if found or bare:
            raise self._slipped(slips.sign(self._text[at], last.kind if last else None), at, at + 1)

    def _counted(self, at: int, end: int, piece: str) -> Token | None:
        """near = ("NEAR" | "W" | "PRE" | "ONEAR") "/" (n | "S" | "P"), call = ("ATLEAST" | "ANY") "/" n."""
        found = _COUNTED.fullmatch(piece)
        if not found or piece == "W":
            return None
        name, given = found[1], found[2]
        if name in ("ATLEAST", "ANY"):
            count = self._count(name, given, at, end)
            return Token(Kind.CALL, at, end, piece, count=count)
        ordered = name in ("PRE", "ONEAR")
        reach = cast("Reach", given) if given in ("S", "P") else self._count(name, given, at, end)
        return Token(Kind.NEAR, at, end, piece, reach=reach, ordered=ordered)

    def _count(self, name: str, given: str | None, at: int, end: int) -> int:
        """n = 1 to 1000."""
        slip = slips.count(name, given)
        if slip:
            raise self._slipped(slip, at, end)
        return int(given or 0)

    def _field(self, at: int, piece: str) -> Token | None:
        """field = letters ":" | "first/" n ":"."""
        first = _FIRST.match(piece)
        if first:
            end = at + first.end()
            return Token(Kind.FIELD, at, end, "first", count=self._count("first", first[1], at, end))
        colon = piece.find(":")
        if colon < 1 or not piece[:colon].isalpha():
            return None
        name, end = piece[:colon], at + colon + 1
        if name not in FIELDS:
            raise self._slipped(slips.field(name), at, end)
        return Token(Kind.FIELD, at, end, name)

    def _test(self, at: int) -> Token | None:
        """test = ("urgency" | "words") ("<" | "<=" | "=" | ">=" | ">") whole number.

        White space may stand around the comparison; but `words =US` is a word and an exact word.
        """
        found = _TEST.match(self._text, at)
        if not found or (found[3] == "=" and found[2] and not found[4]):
            return None
        value = self._text[found.end() : self._piece_end(found.end())].rstrip(",;.")
        end = found.end() + len(value) if value else found.end(3)
        number = value.replace(",", "") if _GROUPED.fullmatch(value) else value
        slip = slips.test(found[1], found[3], number)
        if slip:
            raise self._slipped(slip, at, max(end, at + 1))
        self._pieces.count(1, at, end)
        node = Number(
            cast("NumberField", found[1]), cast("Comparison", found[3]), int(number), span=self._source.span(at, end)
        )
        return Token(Kind.PLACES, at, end, self._text[at:end], [node])

    def _piece_end(self, at: int) -> int:
        in_items = bool(self._in_items) and self._in_items[-1]
        found = (_ITEM_PIECE if in_items else _PIECE).match(self._text, at)
        return found.end() if found else at

    def _slipped(self, slip: slips.Slip, start: int, end: int) -> RuleError:
        return self._source.refusal(slip.message, start, end, slip.hint)
