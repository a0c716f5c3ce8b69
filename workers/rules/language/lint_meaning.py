"""What the parts of rules mean, as numbers: equal parts have one number, and each knows what follows from it.

Two layers share one table. A **shape** is a term by itself: a word, a phrase, NEAR. A **statement** is what is asked of
an article: a shape in a field, a test, and what AND, OR, NOT and ANY make of them. What a number stands for is made of
smaller numbers only, so whatever is found of all of them is found in one pass, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeAlias

from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
    bottom_up,
    children,
)

Structure: TypeAlias = tuple[Any, ...]  # its kind, and what it is made of
Spellings: TypeAlias = Callable[[str], Collection[str]]

_BOOLEAN = (And, Or, Not, AnyOf, InField, First, Metadata)


class Part(NamedTuple):
    """A part of a rule that is true or false of an article, and the parts directly in it."""

    node: Query
    statement: int
    kind: type[Query]  # what joins the parts, whatever field stands before
    parts: tuple[Part, ...] = ()


class Meanings:
    """The table."""

    def __init__(self, spellings: Spellings | None = None) -> None:
        self.structures: list[Structure] = []
        self._numbers: dict[Structure, int] = {}
        self._spellings = spellings

    def number(self, structure: Structure) -> int | None:
        """The number of a structure that is known."""
        return self._numbers.get(structure)

    def spellings(self, word: str) -> Collection[str] | None:
        """All spellings of a word; None where nobody knows."""
        return self._spellings(word) if self._spellings else None

    def shape(self, term: Query) -> int:
        """The number of a term, wherever it stands. Never recurses."""
        return bottom_up(term, self._shape)

    def read(self, tree: Query) -> Part:
        """The parts of a rule. Never recurses."""
        made: list[Part] = []
        stack: list[tuple[Query, str, bool]] = [(tree, "text", False)]
        while stack:
            node, context, entered = stack.pop()
            if not isinstance(node, _BOOLEAN):
                made.append(Part(node, self._atom(node, context), type(node)))
            elif not entered:
                stack.append((node, context, True))
                inside = _context(node, context)
                stack.extend((child, inside, False) for child in reversed(children(node)))
            else:
                cut = len(made) - len(children(node))
                parts = tuple(made[cut:])
                del made[cut:]
                made.append(self._combined(node, parts))
        return made[0]

    def _combined(self, node: Query, parts: tuple[Part, ...]) -> Part:
        if isinstance(node, InField | First | Metadata):  # it says where its terms stand, nothing else
            return parts[0]._replace(node=node)
        statements = [part.statement for part in parts]
        match node:
            case And():
                number = self._joined("and", statements)
            case Or():
                number = self._joined("or", statements)
            case AnyOf(count):
                number = self._any(count, statements)
            case _:
                number = self._number(("not", statements[0]))
        return Part(node, number, type(node), parts)

    def _any(self, count: int, statements: list[int]) -> int:
        if count == 1:
            return self._joined("or", statements)
        if count == len(statements):
            return self._joined("and", statements)
        return self._number(("any", count, *sorted(statements)))

    def _joined(self, kind: str, statements: list[int]) -> int:
        """AND and OR in one order, flat, each operand once."""
        flat: set[int] = set()
        for each in statements:
            structure = self.structures[each]
            flat.update(structure[1:] if structure[0] == kind else (each,))
        return flat.pop() if len(flat) == 1 else self._number((kind, *sorted(flat)))

    def _atom(self, node: Query, context: str) -> int:
        match node:
            case Codes(field, codes):
                structure: Structure = ("codes", field, tuple(sorted(set(codes))))
            case Number(field, comparison, value):
                structure = ("number", field, *_interval(comparison, value))
            case NotNear(left, right, reach):
                structure = ("notnear", context, reach, self.shape(left), self.shape(right))
            case AtLeast(count, operand):
                structure = ("atleast", context, count, self.shape(operand))
            case ListRef(name):
                structure = ("list", context, name)
            case _:
                structure = ("in", context, self.shape(node))
        return self._number(structure)

    def _shape(self, node: Query, inner: list[int]) -> int:
        match node:
            case Word(text):
                structure: Structure = ("word", self._class(text))
            case Stem(text):
                structure = ("stem", self._class(text))
            case Wildcard(pattern):
                structure = ("wildcard", pattern)
            case Exact(text):
                structure = ("exact", text)
            case ListRef(name):
                structure = ("entries", name)
            case Phrase():
                structure = ("phrase", *inner)
            case Near(reach=reach, ordered=ordered):
                structure = ("near", reach, ordered, *inner)
            case Or():
                flat = sorted(set(inner))
                if len(flat) == 1:
                    return flat[0]
                structure = ("either", *flat)
            case _:
                raise TypeError(f"{type(node).__name__} has no place in a text")
        return self._number(structure)

    def _class(self, word: str) -> str:
        return min(self.spellings(word) or (word,))

    def _number(self, structure: Structure) -> int:
        number = self._numbers.setdefault(structure, len(self.structures))
        if number == len(self.structures):
            self.structures.append(structure)
        return number


def _context(node: Query, context: str) -> str:
    """Where the terms inside stand."""
    match node:
        case InField(field) | Metadata(field):
            return field
        case First(count):
            return f"first/{count}"
    return context


def _interval(comparison: str, value: int) -> tuple[int | None, int | None]:
    """The whole numbers that pass, from least to most; None has no end."""
    match comparison:
        case "<":
            return None, value - 1
        case "<=":
            return None, value
        case "=":
            return value, value
        case ">=":
            return value, None
        case _:
            return value + 1, None
