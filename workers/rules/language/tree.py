"""The syntax tree of a watch rule: frozen records that compare without their spans.

A chain of NEAR may be a hundred thousand nodes deep on its left, all else a few hundred: go through a tree with `walk`
and `bottom_up`, which never recurse (nor do comparing, hashing, printing and pickling).

Words in the tree have passed steps 1 to 3 of the words of a text (split and folded), except in
`Exact`, which keeps case and marks as typed. Spellings are not applied here: the reader of the
tree (evaluator, engine) compares spelling classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, TypeVar, cast

from workers.rules.language.node import NOWHERE, Node, Span, fold_up, made, nodes_in, values_of

__all__ = ["NOWHERE", "Node", "Span"]

T = TypeVar("T")

TEXT_FIELDS = ("title", "lead", "body")
METADATA_FIELDS = ("source", "section", "author", "place", "subject")
CODE_FIELDS = ("lang", "country")
NUMBER_FIELDS = ("urgency", "words")

TextField: TypeAlias = Literal["title", "lead", "body", "text"]
MetadataField: TypeAlias = Literal["source", "section", "author", "place", "subject"]
CodeField: TypeAlias = Literal["lang", "country"]
NumberField: TypeAlias = Literal["urgency", "words"]
Comparison: TypeAlias = Literal["<", "<=", "=", ">=", ">"]
Reach: TypeAlias = int | Literal["S", "P"]  # words apart, one sentence, one paragraph


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Word(Node):
    """A plain word, folded: matches itself in any spelling."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Wildcard(Node):
    """A folded pattern with `*` (any run of letters, digits, marks) and `?` (one letter or digit)."""

    pattern: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stem(Node):
    """`~word`: the plain word, and every word with its stem in the article's language."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Exact(Node):
    """`=Word`: this case and these letters (after splitting, before folding)."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Phrase(Node):
    """Two or more places at consecutive positions of one field."""

    places: tuple[Query, ...]

    inner: ClassVar[tuple[str, ...]] = ("places",)
    several: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListRef(Node):
    """`@name`: the entries of a named list, joined by OR."""

    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Near(Node):
    """`A NEAR/n B`, `A PRE/n B` (ordered), with `n` words, a sentence or a paragraph."""

    left: Query
    right: Query
    reach: Reach
    ordered: bool

    inner: ClassVar[tuple[str, ...]] = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NotNear(Node):
    """`A NOT NEAR/n B`: an occurrence of A without a B within reach."""

    left: Query
    right: Query
    reach: Reach

    inner: ClassVar[tuple[str, ...]] = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AtLeast(Node):
    """`ATLEAST/n(X)`: at least n occurrences in all text fields together."""

    count: int
    operand: Query

    inner: ClassVar[tuple[str, ...]] = ("operand",)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnyOf(Node):
    """`ANY/n(A, B, …)`: at least n of the items are true."""

    count: int
    items: tuple[Query, ...]

    inner: ClassVar[tuple[str, ...]] = ("items",)
    several: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class And(Node):
    """All operands are true (two or more, never an And itself)."""

    operands: tuple[Query, ...]

    inner: ClassVar[tuple[str, ...]] = ("operands",)
    several: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Or(Node):
    """One operand is true (two or more, never an Or itself)."""

    operands: tuple[Query, ...]

    inner: ClassVar[tuple[str, ...]] = ("operands",)
    several: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(Node):
    """The operand is not true."""

    operand: Query

    inner: ClassVar[tuple[str, ...]] = ("operand",)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InField(Node):
    """`title:X`, `lead:`, `body:`, `text:` (all three, each on its own)."""

    field: TextField
    operand: Query

    inner: ClassVar[tuple[str, ...]] = ("operand",)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class First(Node):
    """`first/n:X`: only within the first n words of `body`."""

    count: int
    operand: Query

    inner: ClassVar[tuple[str, ...]] = ("operand",)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Metadata(Node):
    """`source:X` and its like: X inside one entry of that metadata field."""

    field: MetadataField
    operand: Query

    inner: ClassVar[tuple[str, ...]] = ("operand",)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Codes(Node):
    """`lang:ko`, `country:(kp OR kr)`: one of these codes (lower case, `-`), or its longer form."""

    field: CodeField
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(Node):
    """`urgency<=3`, `words>=200`: a missing value never passes."""

    field: NumberField
    comparison: Comparison
    value: int


Query: TypeAlias = (
    Word
    | Wildcard
    | Stem
    | Exact
    | Phrase
    | ListRef
    | Near
    | NotNear
    | AtLeast
    | AnyOf
    | And
    | Or
    | Not
    | InField
    | First
    | Metadata
    | Codes
    | Number
)


def children(node: Query) -> tuple[Query, ...]:
    """The nodes directly under `node`, left to right."""
    return cast("tuple[Query, ...]", nodes_in(node))


def with_children(node: Query, inner: Sequence[Query]) -> Query:
    """The same node over other children."""
    return cast("Query", made(type(node), values_of(node), inner, node.span))


def with_span(node: Query, span: Span) -> Query:
    """The same node in another place."""
    return node if node.span == span else cast("Query", made(type(node), values_of(node), nodes_in(node), span))


def walk(tree: Query) -> Iterator[Query]:
    """All nodes, each before those under it, left to right. Never recurses."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def bottom_up(tree: Query, combine: Callable[[Query, list[T]], T]) -> T:
    """What `combine` makes of the root, given what it made of the children of each node. Never recurses."""
    return fold_up(tree, combine)
