"""The clauses of a rule laid out in a row, each before those in it, with their answers.

Laying out never recurses, and what is told is bounded: of many clauses under one those are left out that matter least.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from workers.match.clause import Clause, Kind, Leaf
from workers.match.evaluate import holds
from workers.match.reading import Reading
from workers.match.sightings import Asked, Scope
from workers.match.smallest import Gate, answers
from workers.match.terms import UNDER_ONE_MAX, Situation, Terms, picked, placed
from workers.rules.language.tree import (
    TEXT_FIELDS,
    And,
    AnyOf,
    Codes,
    First,
    InField,
    ListRef,
    Metadata,
    Not,
    Number,
    Or,
    Query,
    Span,
    with_children,
)

CLAUSES_MAX = 2_000  # that are told
DEPTH_MAX = 100  # of clauses in clauses; deeper ones are left out, so that whatever writes JSON can write them
_ARTICLE = Scope("article", ())
_JOINS = (And, Or, AnyOf, Not, InField, First, Metadata, ListRef)


@dataclass(slots=True)
class _Point:
    """A clause in its place."""

    node: Query
    told: Query
    scope: Scope
    span: Span | None
    list_name: str | None
    depth: int
    inputs: list[int] = field(default_factory=list)
    leaf: int = -1


class Ledger:
    """The clauses of a rule, asked of an article."""

    def __init__(self, terms: Terms, query: Query) -> None:
        self._terms = terms
        self._leaves: dict[tuple[Query, str], int] = {}
        self._points: list[_Point] = []
        self.values: list[bool] = []  # the answers of the leaves
        self._add(query, whole_text(terms.reading))
        for point in self._points:  # grows meanwhile
            self._open(point)
        self.gates = [_gate(point) for point in self._points]
        self._answers = answers(self.gates, self.values)
        self._counted = self._count()

    @property
    def answer(self) -> bool:
        """What the query says."""
        return self._answers[0]

    def failing(self) -> list[int]:
        """The leaves that the answer stands on, in the order of the rule."""
        points = zip(self._points, self._counted, strict=True)
        return self._in_order({point.leaf for point, counted in points if counted and point.leaf >= 0})

    def told(self, leaves: Collection[int], most: int) -> tuple[Leaf, ...]:
        """These leaves as they stand in the rule, the first `most`."""
        shown = self._in_order(frozenset(leaves))[:most]
        spans: dict[int, dict[Span, None]] = {leaf: {} for leaf in shown}
        first: dict[int, _Point] = {}
        for point in self._points:
            if point.leaf in spans:
                first.setdefault(point.leaf, point)
                if point.span and len(spans[point.leaf]) < UNDER_ONE_MAX:
                    spans[point.leaf][point.span] = None
        return tuple(
            Leaf(self._written(first[leaf]), tuple(sorted(spans[leaf])), first[leaf].list_name, self.values[leaf])
            for leaf in shown
        )

    def clause(self, wanted: Collection[int] = ()) -> Clause:
        """The root with what is under it; those on the way to the wanted leaves are not left out."""
        shown = self._shown(self._leading(wanted))
        clauses: dict[int, Clause] = {}
        for at in sorted(shown, reverse=True):
            clauses[at] = self._clause(at, [clauses[each] for each in shown[at]], wanted)
        return clauses[0]

    def _add(self, told: Query, scope: Scope, above: _Point | None = None) -> int:
        node = told
        around, name, depth = (above.span, above.list_name, above.depth + 1) if above else (None, None, 0)
        if isinstance(told, InField | First | Metadata):
            scope = self._within(told)
            if not isinstance(told.operand, _JOINS):
                node = told.operand
        self._points.append(_Point(node, told, scope, placed(told, around), name, depth))
        return len(self._points) - 1

    def _open(self, point: _Point) -> None:
        """Lay out what is in a clause, or ask the article when it is a leaf."""
        node = point.node
        match node:
            case And(inner) | Or(inner) | AnyOf(_, inner):
                operands: Sequence[Query] = inner
            case Not(operand) | InField(_, operand) | First(_, operand) | Metadata(_, operand):
                operands = (operand,)
            case ListRef(name):
                entries = self._terms.wording.entries(node)
                operands = entries.operands if isinstance(entries, Or) else (entries,)
                point.list_name = point.list_name or name
            case _:
                self._ask(point)
                return
        point.inputs = [self._add(each, point.scope, point) for each in operands]

    def _ask(self, point: _Point) -> None:
        point.node = self._terms.wording.whole(point.node)
        if isinstance(point.node, Codes | Number):
            point.scope = _ARTICLE
        key = point.node, point.scope.name
        if key not in self._leaves:
            self._leaves[key] = len(self.values)
            texts = [asked.text for asked in point.scope.texts]
            self.values.append(holds(point.node, self._terms.reading, texts))
        point.leaf = self._leaves[key]

    def _within(self, node: InField | First | Metadata) -> Scope:
        reading = self._terms.reading
        match node:
            case First(count, _):
                return Scope(f"first/{count}", [Asked("body", None, reading.text("body").first(count))], node)
            case InField("text", _):
                return whole_text(reading)
            case Metadata(field, _):
                entries = enumerate(reading.entries(field))
                several = field in _WITH_ENTRIES
                return Scope(field, [Asked(field, at if several else None, entry) for at, entry in entries], node)
        return Scope(node.field, [Asked(node.field, None, reading.text(node.field))], node)

    def _count(self) -> list[bool]:
        """Which answers the outcome stands on: of OR the true sides, or all when none is, and so on."""
        counts = [True] * len(self.gates)
        for at, gate in enumerate(self.gates):
            for each in gate.inputs:
                counts[each] = counts[at] and self._decides(each, at)
        return counts

    def _decides(self, at: int, above: int) -> bool:
        return self._answers[at] is (self._answers[above] is not self.gates[above].negated)

    def _in_order(self, leaves: AbstractSet[int]) -> list[int]:
        """The leaves left to right, as they first stand in the rule."""
        ordered: dict[int, None] = {}
        stack = [0]
        while stack:
            point = self._points[stack.pop()]
            stack.extend(reversed(point.inputs))
            if point.leaf in leaves:
                ordered[point.leaf] = None
        return list(ordered)

    def _leading(self, wanted: Collection[int]) -> list[bool]:
        """Which clauses are wanted leaves or have some in them."""
        leads = [point.leaf in wanted for point in self._points]
        for at in range(len(leads) - 1, -1, -1):
            leads[at] = leads[at] or any(leads[each] for each in self._points[at].inputs)
        return leads

    def _shown(self, leads: Sequence[bool]) -> dict[int, list[int]]:
        """The clauses that are told, each with those under it."""
        shown: dict[int, list[int]] = {0: []}
        for at, point in enumerate(self._points):
            if at not in shown or len(shown) >= CLAUSES_MAX or point.depth >= DEPTH_MAX:
                continue
            ranks = [0 if leads[each] else 1 if self._decides(each, at) else 2 for each in point.inputs]
            shown[at] = [point.inputs[rank] for rank in picked(ranks, UNDER_ONE_MAX)]
            shown.update((each, []) for each in shown[at])
        return shown

    def _clause(self, at: int, clauses: Sequence[Clause], wanted: Collection[int]) -> Clause:
        point, answer = self._points[at], self._answers[at]
        if point.leaf >= 0:
            return self._leaf_clause(at, wanted)
        true, shown_true = sum(self._answers[each] for each in point.inputs), sum(clause.answer for clause in clauses)
        is_any = isinstance(point.node, AnyOf)
        return Clause(
            kind=_KINDS[type(point.node)],
            canonical=self._terms.wording.text(point.told),
            span=point.span,
            list_name=point.list_name,
            answer=answer,
            counted=self._counted[at],
            needed=self.gates[at].need if is_any else None,
            found=true if is_any else None,
            clauses=tuple(clauses),
            others_true=true - shown_true,
            others_false=len(point.inputs) - true - (len(clauses) - shown_true),
        )

    def _leaf_clause(self, at: int, wanted: Collection[int]) -> Clause:
        point, answer = self._points[at], self._answers[at]
        situation = Situation(
            point.node,
            point.told,
            point.scope,
            point.span,
            point.list_name,
            answer,
            self._counted[at],
            (not answer) if point.leaf in wanted else None,
        )
        return self._terms.clause(situation)

    def _written(self, point: _Point) -> str:
        """A leaf with the field around it."""
        around, told = point.scope.around, point.told
        if isinstance(told, InField) and told.field == "text":
            told = told.operand
        if around is None or isinstance(told, InField | First | Metadata):
            return self._terms.wording.text(told)
        return self._terms.wording.text(with_children(around, (told,)))


def whole_text(reading: Reading) -> Scope:
    """What a rule asks unless it names something else."""
    return Scope("text", [Asked(field, None, reading.text(field)) for field in TEXT_FIELDS])


def _gate(point: _Point) -> Gate:
    match point.node:
        case And():
            need = len(point.inputs)
        case AnyOf(count, _):
            need = count
        case _:
            need = 1
    return Gate(point.inputs, need, isinstance(point.node, Not), point.leaf)


_WITH_ENTRIES = ("author", "place", "subject")
_KINDS: dict[type[Query], Kind] = {
    And: "and",
    Or: "or",
    AnyOf: "any",
    Not: "not",
    InField: "field",
    First: "first",
    Metadata: "metadata",
    ListRef: "list",
}
