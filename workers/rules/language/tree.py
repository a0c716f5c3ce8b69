"""The syntax tree of a watch rule: frozen records that compare without their spans.

Words in the tree have passed steps 1 to 3 of the words of a text (split and folded), except in
`Exact`, which keeps case and marks as typed. Spellings are not applied here: the reader of the
tree (evaluator, engine) compares spelling classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple, TypeAlias

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


class Span(NamedTuple):
    """Characters `start` (inclusive) to `end` (exclusive) of the rule as typed."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """What all nodes share: where in the typed rule they stand."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A plain word, folded: matches itself in any spelling."""

    text: str


@dataclass(frozen=True, slots=True)
class Wildcard(Node):
    """A folded pattern with `*` (any run of letters, digits, marks) and `?` (one letter or digit)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Stem(Node):
    """`~word`: the plain word, and every word with its stem in the article's language."""

    text: str


@dataclass(frozen=True, slots=True)
class Exact(Node):
    """`=Word`: this case and these letters (after splitting, before folding)."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """Two or more places at consecutive positions of one field."""

    places: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class ListRef(Node):
    """`@name`: the entries of a named list, joined by OR."""

    name: str


@dataclass(frozen=True, slots=True)
class Near(Node):
    """`A NEAR/n B`, `A PRE/n B` (ordered), with `n` words, a sentence or a paragraph."""

    left: Query
    right: Query
    reach: Reach
    ordered: bool


@dataclass(frozen=True, slots=True)
class NotNear(Node):
    """`A NOT NEAR/n B`: an occurrence of A without a B within reach."""

    left: Query
    right: Query
    reach: Reach


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """`ATLEAST/n(X)`: at least n occurrences in all text fields together."""

    count: int
    operand: Query


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """`ANY/n(A, B, …)`: at least n of the items are true."""

    count: int
    items: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    """All operands are true (two or more, never an And itself)."""

    operands: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """One operand is true (two or more, never an Or itself)."""

    operands: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The operand is not true."""

    operand: Query


@dataclass(frozen=True, slots=True)
class InField(Node):
    """`title:X`, `lead:`, `body:`, `text:` (all three, each on its own)."""

    field: TextField
    operand: Query


@dataclass(frozen=True, slots=True)
class First(Node):
    """`first/n:X`: only within the first n words of `body`."""

    count: int
    operand: Query


@dataclass(frozen=True, slots=True)
class Metadata(Node):
    """`source:X` and its like: X inside one entry of that metadata field."""

    field: MetadataField
    operand: Query


@dataclass(frozen=True, slots=True)
class Codes(Node):
    """`lang:ko`, `country:(kp OR kr)`: one of these codes (lower case, `-`), or its longer form."""

    field: CodeField
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
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


def children(node: Query) -> Iterator[Query]:
    """The nodes directly under `node`, left to right."""
    for entry in fields(node):
        value = getattr(node, entry.name)
        if isinstance(value, Node):
            yield value  # type: ignore[misc]  # every Node subclass is a Query
        elif isinstance(value, tuple) and entry.name != "span":
            yield from (item for item in value if isinstance(item, Node))
