"""A rule while it is translated: its parts in our tree, and what changed on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import product

from workers.rules.dialects.outcome import Change, Code, NotTaken, Unsayable
from workers.rules.language import RuleError, parse
from workers.rules.language.refusal import shown
from workers.rules.language.tree import And, Codes, InField, Near, Not, Or, Phrase, Query, Wildcard, Word

_VARIANTS_MAX = 16  # ways to write one term whose signs stand for one letter or none
_TERMS_MAX = 100_000
_LIMITED = re.compile(r"\*(\d)")


class Draft:
    """Joins parts. None stands for a part about the records of a database, which is left out wherever it stands."""

    def __init__(self) -> None:
        self.changes: dict[Change, None] = {}
        self._sizes: dict[
            int, tuple[Query, int]
        ] = {}  # terms of parts by identity; the part is kept, or its id is reused

    def change(self, code: Code, message: str) -> None:
        """The rule will not say quite what the query says."""
        self.changes[Change(code, message)] = None

    def term(self, text: str, *, optional: str = "") -> Query:
        """Words side by side, with `*` and `?` as wildcards and `*n` for up to n letters.

        `optional` is the sign for one letter or none. Raises Unsayable for what is no word, or too short a stem.
        """
        variants = [self._read(text, each) for each in _variants(text, optional)]
        return self._counted(variants[0] if len(variants) == 1 else Or(tuple(variants)))

    def any_of(self, parts: Iterable[Callable[[], Query | None]], *, excluded: bool = False) -> Query | None:
        """One of the parts; what cannot be said is left out, unless that would let more through (`excluded`).

        Raises Unsayable where nothing is left.
        """
        said: list[Query | None] = []
        missing: Unsayable | None = None
        for part in parts:
            try:
                said.append(part())
            except Unsayable as exc:
                missing = exc
                if excluded:
                    raise
                self.change(Code.LEFT_OUT, f"an alternative is left out: {exc}")
        if missing is not None and not said:
            raise missing
        return self._joined(Or, said)

    def all_of(self, parts: Sequence[Query | None]) -> Query | None:
        """All of the parts."""
        return self._joined(And, parts)

    def negated(self, part: Query | None) -> Query | None:
        """NOT, alone."""
        return None if part is None else self._counted(Not(part))

    def near(self, left: Query | None, right: Query | None, distance: int, *, ordered: bool) -> Query | None:
        """Side by side is distance 1. AND inside is drawn out."""
        if left is None or right is None:
            return left or right
        for one, other, swapped in ((left, right, False), (right, left, True)):
            if isinstance(one, And):
                self.change(Code.AND_IN_PROXIMITY, "AND stands inside of a proximity: each of its parts is to be near")
                return self.all_of(
                    [
                        self.near(*((other, each) if swapped else (each, other)), distance, ordered=ordered)
                        for each in one.operands
                    ]
                )
        return self._counted(Near(left, right, distance, ordered))

    def in_title(self, part: Query | None) -> Query | None:
        """Only in the title."""
        return None if part is None else self._counted(InField("title", part))

    def _joined(self, kind: type[And | Or], parts: Iterable[Query | None]) -> Query | None:
        parts = list(parts)
        if kind is Or and None in parts and any(isinstance(each, Codes) for each in parts):
            told = "a language with OR beside what is left out is left out too: the rule finds more, in every language"
            self.change(Code.DATABASE_ONLY, told)
            parts = [each for each in parts if not isinstance(each, Codes)]
        flat: dict[object, Query] = {}
        for part in parts:
            for each in part.operands if isinstance(part, And | Or) and isinstance(part, kind) else (part,):
                if each is not None:  # what is large is only compared by being the same
                    flat[each if isinstance(each, Word | Wildcard | Phrase) else id(each)] = each
        several = tuple(flat.values())
        if len(several) < 2:
            return several[0] if several else None
        return self._counted(kind(several))

    def _counted(self, node: Query) -> Query:
        """The node, unless lines that use lines have made it too large. Raises NotTaken."""
        inner = (getattr(node, name) for name in node.inner)
        parts = [each for one in inner for each in (one if isinstance(one, tuple) else (one,))]
        size = sum(self._sizes[id(each)][1] if id(each) in self._sizes else 1 for each in parts) or 1
        if size > _TERMS_MAX:
            raise NotTaken(f"it has more than {_TERMS_MAX:,} terms when its lines are put together")
        self._sizes[id(node)] = (node, size)
        return node

    def _read(self, text: str, variant: str) -> Query:
        try:
            return parse('"' + variant.replace('"', " ") + '"')
        except RuleError as exc:
            raise Unsayable(f"{shown(text)}: {exc.message}") from exc


def _variants(text: str, optional: str) -> list[str]:
    """The ways to write a term, where `?` is one letter and `*` any number of them."""
    pieces: list[Sequence[str]] = []
    at = 0
    signs = re.compile(_LIMITED.pattern + (f"|{re.escape(optional)}" if optional else ""))
    for found in signs.finditer(text):
        pieces += [(text[at : found.start()],), ["?" * length for length in range(int(found[1] or 1) + 1)]]
        at = found.end()
    pieces.append((text[at:],))
    number = 1
    for piece in pieces:
        number *= len(piece)
    if number > _VARIANTS_MAX:
        raise Unsayable(f"{shown(text)}: it can be written in more than {_VARIANTS_MAX} ways")
    return ["".join(each) for each in product(*pieces)]
