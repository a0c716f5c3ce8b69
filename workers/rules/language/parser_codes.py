"""Language and country codes: `lang:ko`, `country:(kp OR kr)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import cast

from workers.rules.language.refusal import RuleError, shown
from workers.rules.language.tokens import Kind, Source, Token
from workers.rules.language.tree import CodeField, Codes

_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")


def read_codes(
    source: Source, field: Token, tokens: Iterator[Token], opened: Callable[[Token], None]
) -> tuple[Codes, int]:
    """codes = field (code | "(" code { "OR" code } ")"): the node, and where it ends in the normal text.

    Codes are kept in lower case with `-` for `_`. Takes what it reads from `tokens`, and tells a bracket to `opened`.
    Raises RuleError.
    """
    first = token = next(tokens)
    if first.kind is not Kind.OPEN:
        codes = [_code(source, field, first)]
    else:
        opened(first)
        codes = []
        while not codes or token.kind is not Kind.CLOSE:
            codes.append(_code(source, field, next(tokens)))
            token = next(tokens)
            if token.kind is Kind.END:
                raise source.refusal("this bracket is never closed", first.start, first.end, "add ) where it ends")
            if token.kind not in (Kind.OR, Kind.CLOSE):
                raise _refusal(source, field, token, "codes in a bracket are joined by OR")
    span = source.span(field.start, token.end)
    return Codes(cast("CodeField", field.text), tuple(codes), span=span), token.end


def _code(source: Source, field: Token, token: Token) -> str:
    code = token.text.rstrip(",;")
    if token.kind is Kind.PLACES and _CODE.fullmatch(code):
        return code.lower().replace("_", "-")
    at = field if token.kind is Kind.END else token
    what = f"{shown(token.text)} is no code" if token.kind is not Kind.END else f"{field.text}: has no code behind it"
    raise _refusal(source, field, at, what)


def _refusal(source: Source, field: Token, token: Token, message: str) -> RuleError:
    one, two = ("ko", "ja") if field.text == "lang" else ("kp", "kr")
    hint = f"write {field.text}:{one} or {field.text}:({one} OR {two}); NOT stands before {field.text}:"
    return source.refusal(message, token.start, token.end, hint)
