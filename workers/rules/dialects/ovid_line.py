"""One line of Ovid or PubMed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from workers.rules.dialects.draft import Draft
from workers.rules.dialects.languages import LANGUAGE_FIELDS, in_languages, names_in
from workers.rules.dialects.outcome import Code, NotTaken, Unsayable
from workers.rules.dialects.ovid_signs import (
    AUTHORS,
    DATABASE_FIELDS,
    HEADING_FIELDS,
    KNOWN_FIELDS,
    SOURCES,
    Kind,
    Token,
)
from workers.rules.language.limits import DEPTH_MAX
from workers.rules.language.refusal import shown
from workers.rules.language.tree import Metadata, Query

_STARTS = (Kind.OPEN, Kind.QUOTE, Kind.HEADING, Kind.LINE, Kind.WORD)
_TRUNCATED = re.compile(r"[$:](?=\d|\W|$)")

_Answer = Callable[[], "Query | None"]
LineOf = Callable[[int, bool], "Query | None"]
"""Another line by its number, and whether it is used behind NOT."""


class Line:
    """line = and { "or" and }; and = near { ("and" | "not") near }; near = run { "adjN" run }; run = item { item }."""

    def __init__(self, given: Iterable[Token], line_of: LineOf, draft: Draft, number: int, excluded: bool) -> None:
        self._tokens = [each for each in given if not self._stray(each, draft)]
        self._fielded = self._held_by_fields()
        self._line_of = line_of
        self._draft = draft
        self._number = number
        self._excluded = excluded
        self._at = 0
        self._depth = 0

    def read(self) -> Query | None:
        """All of it."""
        tree = self._or()
        if self._next.kind is not Kind.END:
            raise NotTaken(f"line {self._number} is broken before {shown(self._next.text or ')')}")
        return tree

    @staticmethod
    def _stray(token: Token, draft: Draft) -> bool:
        """Signs alone, and what stands in square brackets and is no field."""
        stray = token.kind is Kind.WORD and not re.search(r"\w", token.text)
        comment = token.kind is Kind.FIELD and not KNOWN_FIELDS.intersection(token.fields)
        if stray or comment:
            draft.change(Code.REPAIRED, f"{shown(token.text)} is neither word nor field: left out")
        return stray or comment

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _or(self) -> Query | None:
        parts: list[_Answer] = []
        mixed = False
        while not parts or self._next.kind is Kind.OR:
            if parts:
                self._take()
            began = self._at
            parts.append(self._answer(began))
            mixed = mixed or self._joins(began)
        if len(parts) == 1:
            return parts[0]()
        if mixed:
            self._draft.change(Code.MIXED_OPERATORS, "OR stands beside AND or NOT without brackets: read behind them")
        return self._draft.any_of(parts, excluded=self._excluded)

    def _answer(self, began: int) -> _Answer:
        """What an operand of OR is, or that it cannot be said: found now, told later."""
        excluded = self._excluded
        try:
            found = self._and()
        except Unsayable as exc:
            error = exc
            self._excluded = excluded
            self._at = self._end_of_operand(began)

            def refuse() -> Query | None:
                raise error

            return refuse
        return lambda: found

    def _end_of_operand(self, began: int) -> int:
        """The OR, bracket or end behind an operand of OR."""
        depth = 0
        for at in range(began, len(self._tokens)):
            kind = self._tokens[at].kind
            if depth == 0 and kind in (Kind.OR, Kind.CLOSE, Kind.END):
                return at
            depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
        raise NotTaken(f"line {self._number}: a bracket is never closed")

    def _joins(self, began: int) -> bool:
        depth, found = 0, False
        for token in self._tokens[began : self._at]:
            depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
            found = found or (depth == 0 and token.kind in (Kind.AND, Kind.NOT))
        return found

    def _and(self) -> Query | None:
        negative = self._next.kind is Kind.NOT
        parts: list[Query | None] = [] if negative else [self._near()]
        some = negative or parts[0] is not None  # what is left out needs no NOT behind it
        while self._next.kind in (Kind.AND, Kind.NOT):
            joined = self._take().kind
            if joined is Kind.AND and self._next.kind is Kind.NOT:
                joined = self._take().kind
            if joined is Kind.AND:
                parts.append(self._near())
                some = some or parts[-1] is not None
                continue
            outer, self._excluded = self._excluded, True
            without = self._near()
            self._excluded = outer
            if some:
                parts.append(self._draft.negated(without))
        return self._draft.all_of(parts)

    def _near(self) -> Query | None:
        tree = self._run()
        while self._next.kind is Kind.NEAR:
            token = self._take()
            right = self._run()
            if token.text:
                tree = self._draft.near(tree, right, max(token.number, 1), ordered=False)
            else:
                tree = self._draft.near(tree, right, 1, ordered=True)
        return self._held(tree)

    def _run(self) -> Query | None:
        """Words side by side, or one other thing, with its field."""
        token = self._next
        if token.kind is Kind.WORD or token.kind is Kind.QUOTE:
            return self._words()
        if token.kind is Kind.OPEN:
            return self._held(self._group())
        if token.kind is Kind.LINE:
            self._take()
            if self._next.kind in _STARTS:
                return self._words(token.text)
            return self._line_of(token.number, self._excluded)
        if token.kind is Kind.HEADING:
            self._take()
            return self._heading(token.text, exploded=token.exploded)
        raise NotTaken(f"line {self._number}: a word is missing before {shown(token.text) or 'the end'}")

    def _group(self) -> Query | None:
        self._take()
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise NotTaken(f"brackets are more than {DEPTH_MAX} deep")
        tree = self._or()
        self._depth -= 1
        if self._take().kind is not Kind.CLOSE:
            raise NotTaken(f"line {self._number}: a bracket is never closed")
        return tree

    def _words(self, first: str = "") -> Query | None:
        words = [first] if first else []
        while self._next.kind in (Kind.WORD, Kind.QUOTE, Kind.LINE):
            words.append(self._take().text)
        text = " ".join(words)
        fields = self._fields()
        if fields is not None and set(fields) <= HEADING_FIELDS:
            return self._heading(
                text, exploded=not {"mesh:noexp", "mh:noexp"}.intersection(fields) and "sh" not in fields
            )
        if fields is not None and LANGUAGE_FIELDS.issuperset(fields):
            name = re.sub(r"\s+language$", "", text, flags=re.IGNORECASE)
            return in_languages([name], f"{text} ({', '.join(fields)})", self._draft, excluded=self._excluded)
        if fields is not None and self._about_records(fields):
            return None
        if fields is None and not self._fielded[self._at - 1]:
            self._draft.change(Code.MAPPING, "words without a field: the tool maps them to headings and adds those")
        ready = _TRUNCATED.sub("*", text).replace("#", "\N{HEBREW LETTER ALEF}")
        part = self._draft.term(text=ready.replace("\N{HEBREW LETTER ALEF}", "?"), optional="" if "#" in text else "?")
        return part if fields is None else self._in_fields(part, fields)

    def _held_by_fields(self) -> list[bool]:
        """For each token, whether it stands in a bracket with a field behind it."""
        held = [False] * len(self._tokens)
        opened: list[bool] = []  # for each bracket that is open, from right to left: is it held?
        for at in range(len(self._tokens) - 1, -1, -1):
            kind = self._tokens[at].kind
            if kind is Kind.CLOSE:
                behind = at + 1 < len(self._tokens) and self._tokens[at + 1].kind is Kind.FIELD
                opened.append(behind or (bool(opened) and opened[-1]))
            elif kind is Kind.OPEN and opened:
                opened.pop()
            held[at] = bool(opened) and opened[-1]
        return held

    def _fields(self) -> tuple[str, ...] | None:
        if self._next.kind is not Kind.FIELD:
            return None
        return self._take().fields

    def _held(self, part: Query | None) -> Query | None:
        """With the field behind it."""
        fields = self._fields()
        if fields is not None and part is not None and LANGUAGE_FIELDS.issuperset(fields):
            names = names_in(part)
            told = f"({' or '.join(names) or '…'}) ({', '.join(fields)})"
            return in_languages(names, told, self._draft, excluded=self._excluded)
        if fields is None or part is None or self._about_records(fields):
            return part if fields is None else None
        return self._in_fields(part, fields)

    def _about_records(self, fields: Sequence[str]) -> bool:
        only = DATABASE_FIELDS.issuperset(fields)
        if only:
            self._draft.change(Code.DATABASE_ONLY, f"{', '.join(fields)} is about records of the database: left out")
        return only

    def _in_fields(self, part: Query, fields: Sequence[str]) -> Query | None:
        known = set(fields) - DATABASE_FIELDS
        if known <= HEADING_FIELDS:
            return self._headings(part)
        if known <= {"ti", "title"}:
            return self._draft.in_title(part)
        if known <= AUTHORS:
            return Metadata("author", part)
        if known <= SOURCES:
            return Metadata("source", part)
        self._draft.change(Code.FIELDS, f"{','.join(fields)} is asked of title, lead and body")
        return part

    def _headings(self, part: Query) -> Query | None:
        """A bracket of headings: `(animals not humans).sh.`."""
        if self._excluded:
            self._draft.change(Code.DATABASE_ONLY, "headings behind NOT choose records of the database: left out")
            return None
        self._draft.change(Code.SUBJECT_HEADING, "headings in a bracket are asked of the text")
        return part

    def _heading(self, text: str, *, exploded: bool) -> Query | None:
        """`Tuberculosis, Multidrug-Resistant` is turned round."""
        heading = text.partition("/")[0].strip(" *")
        if self._excluded:
            self._draft.change(Code.DATABASE_ONLY, f"{heading}/ behind NOT chooses records of the database: left out")
            return None
        words = " ".join(reversed([each.strip() for each in heading.split(",")]))
        self._draft.change(Code.SUBJECT_HEADING, f"{heading}/ is asked of the text as {shown(words)}")
        if exploded:
            self._draft.change(Code.EXPLOSION, f"what stands below {heading}/ in the thesaurus is not asked for")
        return self._draft.term(re.sub(r"[*?$]", " ", words))
