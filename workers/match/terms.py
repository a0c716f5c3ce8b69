"""A term of a rule with its answer, where it stands, and the parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from workers.match.apart import Distances
from workers.match.clause import Apart, Clause, Kind, Occurrence
from workers.match.occurrences import chain
from workers.match.reading import Reading
from workers.match.sightings import Scope, Taking, counted_words, occurs, sightings, taking_part
from workers.match.wording import Wording
from workers.rules.language.tree import (
    NOWHERE,
    AtLeast,
    Codes,
    Exact,
    Near,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Span,
    Stem,
    Wildcard,
    Word,
)

UNDER_ONE_MAX = 20  # clauses that are told under one
_DEPTH_MAX = 20  # of parts in parts
_KINDS: dict[type[Query], Kind] = {
    Word: "word",
    Wildcard: "wildcard",
    Stem: "stem",
    Exact: "exact",
    Phrase: "phrase",
    Near: "near",
    NotNear: "not_near",
    AtLeast: "at_least",
    Codes: "codes",
    Number: "number",
    Or: "or",
}


class Situation(NamedTuple):
    """What a clause is, in the rule and for the outcome."""

    node: Query  # with lists in place
    told: Query  # what is shown as its text: with the field around it, where that holds nothing else
    scope: Scope
    span: Span | None
    list_name: str | None
    answer: bool
    counted: bool
    wanted: bool | None = None
    depth: int = 0  # under the term


class Under(NamedTuple):
    """Clauses under a clause, and how many are left out."""

    clauses: tuple[Clause, ...] = ()
    others_true: int = 0
    others_false: int = 0


def placed(node: Query, around: Span | None) -> Span | None:
    """Where a node stands in the rule as typed; what stands in a list is where the list's name is."""
    return around if node.span == NOWHERE else node.span


def picked(ranks: Sequence[int], most: int) -> list[int]:
    """Which ones have the lowest ranks, in their own order."""
    if len(ranks) <= most:
        return list(range(len(ranks)))
    return sorted(sorted(range(len(ranks)), key=ranks.__getitem__)[:most])


@dataclass(frozen=True, slots=True)
class Terms:
    """Makes the clauses of terms, each with its first `most` occurrences."""

    reading: Reading
    wording: Wording
    distances: Distances
    most: int

    def clause(self, situation: Situation) -> Clause:
        """The clause of a term, with its parts under it."""
        node = situation.node
        clause = self._clause(situation, self._parts(situation))
        match node:
            case Codes(field):
                return replace(clause, value=self._code(field))
            case Number(field):
                number = self.reading.number(field)
                return replace(clause, value=None if number is None else str(number))
            case AtLeast(count, _):
                return replace(clause, needed=count, found=counted_words(node, situation.scope))
        return clause

    def _clause(self, situation: Situation, under: Under, taking: Taking | None = None) -> Clause:
        node, told = situation.node, situation.told
        name = self.wording.list_of(node)
        is_list = name is not None and isinstance(node, Or)
        occurrences, count = self._occurrences(situation, taking)
        return Clause(
            kind="list" if is_list else _KINDS[type(node)],
            canonical=f"@{name}" if is_list else self.wording.text(told),
            span=situation.span,
            list_name=situation.list_name,
            answer=situation.answer,
            counted=situation.counted,
            wanted=situation.wanted,
            occurrences=occurrences,
            occurrences_count=count,
            apart=self._apart(situation, under),
            clauses=under.clauses,
            others_true=under.others_true,
            others_false=under.others_false,
        )

    def _occurrences(self, situation: Situation, taking: Taking | None) -> tuple[tuple[Occurrence, ...], int]:
        node, name = situation.node, situation.list_name
        match node:
            case Codes(field) if situation.answer:
                written = self._code(field) or ""
                folded = self.reading.code(field) or ""
                return (Occurrence(field, None, 0, len(written), written, folded, "code", name, counted=True),), 1
            case Number(field) if situation.answer:
                return (Occurrence(field, None, 0, 0, "", "", "number", name, counted=True),), 1
            case Codes() | Number() | Or():
                return (), 0
            case AtLeast(_, operand):
                return ((), 0) if self._divided(operand) else sightings(operand, situation.scope, self.most, name)
        parts = None if taking is None or isinstance(node, Near) else taking.get(id(node), [])
        return sightings(node, situation.scope, self.most, name, parts)

    def _apart(self, situation: Situation, under: Under) -> Apart | None:
        node = situation.node
        if situation.answer or not isinstance(node, Near):
            return None
        if under.others_false or not all(side.answer for side in under.clauses):
            return None
        return self.distances.of(node, situation.scope, situation.list_name)

    def _code(self, field: str) -> str | None:
        article = self.reading.article
        return article.language if field == "lang" else article.country

    def _divided(self, operand: Query) -> bool:
        """Whether an operand of ATLEAST is told as a clause of its own."""
        return isinstance(operand, Or | Near) or self.wording.list_of(operand) is not None

    def _parts(self, situation: Situation) -> Under:
        node = situation.node
        parts = self._parts_of(situation)
        taking = None
        if parts and situation.answer and not isinstance(node, Phrase):
            taking = taking_part(node, situation.scope, self.most)
        return self._under(parts, situation, taking)

    def _parts_of(self, situation: Situation) -> Sequence[Query]:
        parts: Sequence[Query] = ()
        match situation.node:
            case Near():
                innermost, joins = chain(situation.node)
                parts = (innermost, *(join.right for join in joins))
            case NotNear(left, right):
                parts = (left, right)
            case AtLeast(_, operand) if self._divided(operand):
                parts = (operand,)
            case Or(operands):
                parts = operands
            case Phrase(places):
                plain = all(isinstance(place, Word) for place in places)
                parts = places if (not plain if situation.answer else situation.counted) else ()
        return parts

    def _under(self, parts: Sequence[Query], around: Situation, taking: Taking | None) -> Under:
        either = isinstance(around.node, Or)
        answers = [occurs(part, around.scope) for part in parts]
        counted = [around.counted and (not either or answer is around.answer) for answer in answers]
        shown = picked([answer is not either for answer in answers], UNDER_ONE_MAX if around.depth < _DEPTH_MAX else 0)
        clauses = tuple(self._part(parts[at], around, answers[at], counted[at], taking) for at in shown)
        true, shown_true = sum(answers), sum(clause.answer for clause in clauses)
        return Under(clauses, true - shown_true, len(answers) - true - (len(clauses) - shown_true))

    def _part(self, node: Query, around: Situation, answer: bool, counted: bool, taking: Taking | None) -> Clause:
        name = around.list_name or self.wording.list_of(node)
        span, depth = placed(node, around.span), around.depth + 1
        situation = Situation(node, node, around.scope, span, name, answer, counted, depth=depth)
        return self._clause(situation, self._under(self._parts_of(situation), situation, taking), taking)
