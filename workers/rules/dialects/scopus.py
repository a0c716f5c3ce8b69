"""Scopus and corpustools: boolean queries of one piece.

| written | Scopus | corpustools |
|---|---|---|
| order | OR, W/n and PRE/n, AND, AND NOT | the same, and told where OR stands beside another without brackets |
| `W/n`, `PRE/n` | up to n words between: NEAR/n+1, PRE/n+1 | the same |
| words side by side | AND | OR |
| `"…"` | phrase, punctuation aside, plurals too | phrase |
| `{…}` | phrase with its punctuation, without wildcards | the same: the sign is Scopus's |
| `<…>` | – | phrase |
| `?` | one letter | one letter or none |
| plurals, British and American spellings | found too | not found |
| words such as `of`, `the`, `and` in a phrase | passed over, and told | words |
| fields | TITLE( ) is title:; others that are text ask all text; LANGUAGE( ) is lang:; the rest is left out | none |

Proximity may not hold AND: it is drawn out, and told. AND NOT in a proximity is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from workers.rules.dialects.draft import Draft
from workers.rules.dialects.languages import in_languages, names_in
from workers.rules.dialects.outcome import Code, NotTaken, Unsayable
from workers.rules.dialects.signs import Kind, Token, tokens
from workers.rules.language.limits import DEPTH_MAX
from workers.rules.language.refusal import shown
from workers.rules.language.tree import And, Metadata, MetadataField, Query, Word


class Traits(NamedTuple):
    """How tools that share the signs differ."""

    any_case: bool  # operators may be in lower case
    side_by_side_is_or: bool
    optional: str  # the sign for one letter or none
    order_known: bool
    looks_for_signs: bool  # punctuation inside of a phrase is part of it


SCOPUS = Traits(True, False, "", True, False)
CORPUSTOOLS = Traits(False, True, "?", False, True)

_TEXT_FIELDS = {
    "TITLE-ABS-KEY",
    "TITLE-ABS",
    "TITLE-ABS-KEY-AUTH",
    "ABS",
    "KEY",
    "AUTHKEY",
    "INDEXTERMS",
    "ALL",
    "TEXT",
}
_METADATA: dict[str, MetadataField] = {"AUTH": "author", "AUTHOR-NAME": "author", "SRCTITLE": "source"}
_JOINS = (Kind.AND, Kind.OR, Kind.NOT, Kind.NEAR)
_STARTS = (Kind.OPEN, Kind.QUOTE, Kind.BRACES, Kind.ANGLES, Kind.FIELD, Kind.FILTER, Kind.WORD)
_SIGNS = re.compile(r"[^\w\s*?]|_")
_OPERATORS = re.compile(r"\b(AND|OR|NOT)\b")


def read(text: str, draft: Draft, traits: Traits) -> Query | None:
    """The tree of a query; None where nothing of it asks for text. Raises NotTaken, Unsayable."""
    return _Parser(text, draft, traits).read()


class _Parser:
    def __init__(self, text: str, draft: Draft, traits: Traits, depth: int = 0) -> None:
        self._tokens = list(tokens(text, any_case=traits.any_case))
        self._draft = draft
        self._traits = traits
        self._at = 0
        self._depth = depth
        self._excluded = False  # behind NOT

    def read(self) -> Query | None:
        """All of it."""
        tree = self._expression()
        if self._next.kind is not Kind.END:
            raise NotTaken("a bracket is closed that was never opened")
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _expression(self) -> Query | None:
        """expression = and { "AND NOT" and }."""
        began = self._at
        negative = self._next.kind is Kind.NOT
        parts = [] if negative else [self._and()]
        some = negative or parts[0] is not None  # what is left out needs no NOT behind it
        while self._next.kind is Kind.NOT:
            self._take()
            outer, self._excluded = self._excluded, True
            try:
                without = self._and()
            finally:
                self._excluded = outer
            if some:
                parts.append(self._draft.negated(without))
        tree = self._draft.all_of(parts)
        self._tell_mixed(began)
        return tree

    def _and(self) -> Query | None:
        """and = near { ["AND"] near }."""
        parts = [self._near()]
        while self._next.kind is Kind.AND or (not self._traits.side_by_side_is_or and self._next.kind in _STARTS):
            if self._next.kind is Kind.AND:
                self._take()
            if self._next.kind is Kind.NOT:
                raise NotTaken("AND NOT is written as AND and a bracket")
            parts.append(self._near())
        return self._draft.all_of(parts)

    def _near(self) -> Query | None:
        """near = or { ("W/n" | "PRE/n") or }."""
        tree = self._or()
        while self._next.kind is Kind.NEAR:
            token = self._take()
            tree = self._draft.near(tree, self._or(), token.number + 1, ordered=token.ordered)
        return tree

    def _or(self) -> Query | None:
        """or = atom { ["OR"] atom }."""
        parts: list[Callable[[], Query | None]] = [self._answer(self._atom)]
        while self._next.kind is Kind.OR or (self._traits.side_by_side_is_or and self._next.kind in _STARTS):
            if self._next.kind is Kind.OR:
                self._take()
            parts.append(self._answer(self._atom))
        if len(parts) == 1:
            return parts[0]()
        return self._draft.any_of(parts, excluded=self._excluded)

    @staticmethod
    def _answer(part: Callable[[], Query | None]) -> Callable[[], Query | None]:
        """What a part is, or that it cannot be said: found now, told later."""
        try:
            found = part()
        except Unsayable as exc:
            error = exc

            def refuse() -> Query | None:
                raise error

            return refuse
        return lambda: found

    def _atom(self) -> Query | None:  # one a kind
        token = self._take()
        match token.kind:
            case Kind.OPEN:
                return self._group()
            case Kind.FIELD:
                return self._field(token.text.upper(), self._group())
            case Kind.QUOTE | Kind.WORD:
                return self._term(token.text)
            case Kind.BRACES:
                return self._braces(token.text)
            case Kind.ANGLES:
                return self._angles(token.text)
            case Kind.FILTER:
                self._leave_out(token.text)
                return None
        where = "at the end" if token.kind is Kind.END else f"before {token.text}"
        raise NotTaken(f"a word or bracket is missing {where}")

    def _group(self) -> Query | None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise NotTaken(f"brackets are more than {DEPTH_MAX} deep")
        began = self._at
        try:
            tree = self._expression()
        except Unsayable:
            self._at = self._end_of_group(began)
            raise
        finally:
            self._depth -= 1
        if self._take().kind is not Kind.CLOSE:
            raise NotTaken("a bracket is never closed")
        return tree

    def _end_of_group(self, began: int) -> int:
        """Behind the bracket that closes the one before `began`."""
        depth = 1
        for at in range(began, len(self._tokens)):
            kind = self._tokens[at].kind
            depth += (kind in (Kind.OPEN, Kind.FIELD)) - (kind is Kind.CLOSE)
            if depth == 0:
                return at + 1
        raise NotTaken("a bracket is never closed")

    def _term(self, text: str) -> Query:
        if self._traits.looks_for_signs and (found := _SIGNS.search(text)):
            self._draft.change(
                Code.PUNCTUATION, f"{found.group()} in {shown(text)} only separates words here, or is an ending"
            )
        return self._draft.term(text, optional=self._traits.optional)

    def _braces(self, text: str) -> Query:
        if re.search(r"[*?]", text):
            self._draft.change(
                Code.WILDCARD_IN_BRACES, f"the sign in {{{text}}} is no wildcard there; read as one, as surely meant"
            )
        self._draft.change(
            Code.EXACT_PHRASE, "braces hold the phrase to its punctuation and endings; here punctuation only separates"
        )
        return self._draft.term(text)

    def _angles(self, text: str) -> Query | None:
        if not _OPERATORS.search(text):
            return self._term(text)
        self._draft.change(Code.OPERATOR_IN_PHRASE, f"<{text}> holds an operator: read as a bracket")
        return _Parser(text, self._draft, self._traits, self._depth).read()

    def _field(self, name: str, part: Query | None) -> Query | None:
        if part is None or name == "TITLE":
            return self._draft.in_title(part)
        if name in _METADATA:
            return Metadata(_METADATA[name], part)
        if name in _TEXT_FIELDS:
            self._draft.change(Code.FIELDS, f"{name} is asked of title, lead and body")
            return part
        if name == "LANGUAGE" or (
            name == "LIMIT-TO" and isinstance(part, And) and part.operands[0] == Word("language")
        ):
            names = names_in(part)
            return in_languages(names, f"{name}({', '.join(names) or '…'})", self._draft, excluded=self._excluded)
        self._leave_out(f"{name}(…)")
        return None

    def _leave_out(self, text: str) -> None:
        self._draft.change(Code.DATABASE_ONLY, f"{shown(text)} is about records of the database: left out")

    def _tell_mixed(self, began: int) -> None:
        """Of a group that has been read."""
        if self._traits.order_known:
            return
        depth, kinds = 0, set()
        for token in self._tokens[began : self._at]:
            depth += (token.kind in (Kind.OPEN, Kind.FIELD)) - (token.kind is Kind.CLOSE)
            if depth == 0 and token.kind in _JOINS:
                kinds.add(token.kind)
        if Kind.OR in kinds and len(kinds) > 1:
            told = "OR stands beside other operators without brackets: read before them"
            self._draft.change(Code.MIXED_OPERATORS, told)
