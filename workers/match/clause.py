"""An account of a rule and an article: every clause with its answer, and what would have had to be otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from workers.rules.language.tree import Span

Kind: TypeAlias = Literal[
    "and",
    "or",
    "any",
    "not",
    "field",
    "first",
    "metadata",
    "list",
    "word",
    "wildcard",
    "stem",
    "exact",
    "phrase",
    "near",
    "not_near",
    "at_least",
    "codes",
    "number",
]
By: TypeAlias = Literal[
    "word",  # as folded
    "spelling",  # the other of British and American
    "stem",
    "wildcard",
    "exact",
    "phrase",
    "near",  # from the first word of the earlier to the last one of the later
    "alternative",  # one of a bracket, which tells which
    "code",
    "number",
]


Unit: TypeAlias = Literal["words", "sentences", "paragraphs"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a clause stands in the article."""

    field: str
    entry: int | None  # from 0, of a field with a list of entries
    start: int  # code points of the field, or of its entry, as published
    end: int
    written: str  # what stands there, `WRITTEN_MAX_CHARS` of it at most
    folded: str  # its words as they are compared, one space between, cut likewise
    by: By
    list_name: str | None  # the name of the list that the term stands in
    counted: bool  # whether it took part in what made the clause true; inside of NEAR not all that stands there does


@dataclass(frozen=True, slots=True)
class Apart:
    """How far apart the sides of a NEAR stand that both occur, and nowhere as near as it asks."""

    left: str  # canonical; of a chain the first NEAR, inside out, that fails
    right: str
    unit: Unit
    limit: int  # what the rule allows; 0 sentences: both within one
    distance: int | None  # the smallest, in the rule's order where it has one; None where there is none
    backwards: int | None  # of a rule with an order: the smallest in the other one
    together: bool  # whether both occur in one text; if they do, and have no distance, they share words
    measured: bool  # False: too many words would have to be looked at, and nothing but left, right, limit is known
    nearest: tuple[Occurrence, ...]  # the two, in the order of the text: those of `distance`, else of `backwards`


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the rule with its answer.

    Under a term (NEAR, NOT NEAR, ATLEAST, a phrase that is false) stand its parts; they answer whether they occur.
    """

    kind: Kind
    canonical: str  # cut behind `CANONICAL_MAX_CHARS`
    span: Span | None  # in the rule as typed: of what stands in a list, of the list's name; None where nobody knows
    list_name: str | None
    answer: bool
    counted: bool  # whether the outcome stands on this answer
    wanted: bool | None = None  # the other answer, where it is among the smallest set that would make the rule true
    needed: int | None = None  # of ANY and ATLEAST
    found: int | None = None
    value: str | None = None  # the article's own: of a number test or code; None where it has none
    occurrences: tuple[Occurrence, ...] = ()  # the first ones
    occurrences_count: int = 0  # of all
    apart: Apart | None = None  # of NEAR that is false where all its sides occur
    clauses: tuple[Clause, ...] = ()
    others_true: int = 0  # clauses under it that are left out
    others_false: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """A clause that holds no clauses, with the field around it; the same one in several places is told once."""

    canonical: str
    spans: tuple[Span, ...]
    list_name: str | None
    answer: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A set of leaves that makes the rule true when each of them gives the other answer."""

    leaves: tuple[Leaf, ...]  # the first ones, in the order of the rule
    count: int  # of all
    smallest: bool  # proven; else fewer may do
    possible: bool  # False: no set was found, and with `smallest` there is none, as the rule contradicts itself


@dataclass(frozen=True, slots=True)
class Account:
    """What a rule says to an article, and why."""

    answer: bool
    clause: Clause
    failing: tuple[Leaf, ...]  # of a rule that says no: the leaves it stands on, the first ones
    failing_count: int
    wanted: Wanted | None  # of a rule that says no
