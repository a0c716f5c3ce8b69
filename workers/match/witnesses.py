"""Which occurrences make a rule true: those of its positive terms, and of NEAR only those that take part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeAlias, get_args

from schemas.alert import Hit
from workers.match.evaluate import TERMS, holds, holds_elsewhere
from workers.match.near import Rows, bits_at, lasts, smear
from workers.match.occurrences import alone, chain, rows, rows_of_chain, shortest, shortest_alone
from workers.match.reading import Reading, Text
from workers.match.spellings import spellings
from workers.rules.language.tree import (
    TEXT_FIELDS,
    And,
    AnyOf,
    AtLeast,
    Codes,
    First,
    InField,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Query,
    Word,
    walk,
)

FIELDS = {name: at for at, name in enumerate(get_args(Hit.model_fields["field"].annotation))}
STRETCH_WORDS = 5_000  # in a longer text NEAR is shown in a stretch of so many words
_LONG_OR = 16
_PAIRS_MAX = 20_000  # looked at for one NEAR


class Place(NamedTuple):
    """Code points `start` to `end` of a field as published; of a list field, of one of its entries."""

    field: str
    entry: int
    start: int
    end: int


def in_order(place: Place) -> tuple[int, int, int, int]:
    """Sorts places as the fields and entries follow each other."""
    return FIELDS[place.field], place.entry, place.start, place.end


class Clause(NamedTuple):
    """A term that counts, and the places where it does, in order."""

    term: Query
    places: Sequence[Place]


Asked: TypeAlias = Sequence[tuple[str, int, Text]]  # field, which entry, words


class Witnesses:
    """Finds the clauses that make a rule true of one article, and of each the first `most` places."""

    def __init__(self, reading: Reading, most: int) -> None:
        self._reading = reading
        self._most = most

    def of(self, query: Query) -> list[Clause]:
        """Left to right; none where the rule is false."""
        return self._find(query, self._texts(TEXT_FIELDS)) or []

    def _texts(self, names: Iterable[str]) -> Asked:
        return [(name, 0, text) for name in names if len(text := self._reading.text(name))]

    def _find(self, node: Query, asked: Asked) -> list[Clause] | None:  # noqa: PLR0911  # one a node
        """The clauses, or None where `node` is false."""
        match node:
            case And(operands):
                return self._enough(operands, asked, len(operands))
            case Or(operands):
                return self._enough(_possible(operands, asked), asked, 1)
            case AnyOf(count, items):
                return self._enough(items, asked, count)
            case Not(operand):
                return None if holds(operand, self._reading, [text for _, _, text in asked]) else []
            case AtLeast(count, operand):
                found = sum(len(shortest(operand, text)) for _, _, text in asked)
                return self._occurring(operand, asked) if found >= count else None
            case NotNear(left):
                return self._occurring(left, asked, node)
            case _ if isinstance(node, TERMS):
                return self._occurring(node, asked)
            case _:
                return self._find_elsewhere(node)

    def _find_elsewhere(self, node: Query) -> list[Clause] | None:  # noqa: PLR0911
        match node:
            case InField(field, operand):
                return self._find(operand, self._texts(TEXT_FIELDS if field == "text" else (field,)))
            case First(count, operand):
                return self._find(operand, [("body", 0, self._reading.text("body").first(count))])
            case Metadata(list_field, operand):
                entries = enumerate(self._reading.entries(list_field))
                return self._find(operand, [(list_field, at, entry) for at, entry in entries])
        if not holds_elsewhere(node, self._reading):
            return None
        match node:
            case Codes(code_field):
                article = self._reading.article
                written = article.language if code_field == "lang" else article.country
                return [Clause(node, [Place(code_field, 0, 0, len(written or ""))])]
            case Number(number_field):
                return [Clause(node, [Place(number_field, 0, 0, 0)])]
        return []

    def _enough(self, nodes: Sequence[Query], asked: Asked, count: int) -> list[Clause] | None:
        found: list[Clause] = []
        true = 0
        for at, node in enumerate(nodes):
            clauses = self._find(node, asked)
            if clauses is not None:
                true += 1
                found += clauses
            elif true + len(nodes) - at <= count:
                return None
        return found if true >= count else None

    def _occurring(self, node: Query, asked: Asked, unless: NotNear | None = None) -> list[Clause] | None:
        """The terms of `node` with their places in the texts; without those that a NOT NEAR excludes."""
        found: list[Clause] = []
        for field, entry, whole in asked:
            text, allowed = allowed_in(node, whole, unless)
            for term, parts in terms_of(node, text, allowed) if allowed else ():
                spans = list(islice(parts, self._most))
                at = text.places_of({word for span in spans for word in span}) if spans else {}
                found.append(Clause(term, [Place(field, entry, at[a][0], at[b][1]) for a, b in spans]))
        return self._merged(found) or None

    def _merged(self, clauses: Iterable[Clause]) -> list[Clause]:
        """A term that stands in several texts, or twice in the rule as one node, is one clause."""
        merged: dict[int, tuple[Query, set[Place]]] = {}
        for term, places in clauses:
            merged.setdefault(id(term), (term, set()))[1].update(places)
        return [Clause(term, sorted(places, key=in_order)[: self._most]) for term, places in merged.values() if places]


def _possible(operands: Sequence[Query], asked: Asked) -> Sequence[Query]:
    """A long OR, such as a list, without the words that no text has."""
    if len(operands) <= _LONG_OR:
        return operands
    present = set().union(*(text.folded for _, _, text in asked))
    return [each for each in operands if not (isinstance(each, Word) and spellings(each.text).isdisjoint(present))]


def allowed_in(node: Query, text: Text, unless: NotNear | None) -> tuple[Text, Rows]:
    """The occurrences of `node` that a NOT NEAR does not exclude; NEAR in a long text: those of a stretch of it."""
    if len(text) <= STRETCH_WORDS or not any(isinstance(inner, Near) for inner in walk(node)):
        return text, rows(node, text) if unless is None else alone(unless, text)
    found = shortest(node, text) if unless is None else shortest_alone(unless, text)
    if not found:
        return text, {}
    first, last = min(found.items(), key=lambda span: (max(span[1] - span[0], STRETCH_WORDS), span))
    stretch = range(first, min(max(last + 1, first + STRETCH_WORDS), len(text)))
    within = text.between(stretch.start, stretch.stop)
    return within, rows(node, within) if unless is None else alone(unless, text, stretch)


def terms_of(node: Query, text: Text, allowed: Rows) -> Iterator[tuple[Query, Iterator[tuple[int, int]]]]:
    """Each term of `node` with the occurrences (first, last) of its own that stand in an allowed one of `node`."""
    while isinstance(node, Near):
        joins, prefixes = chain(node)[1], rows_of_chain(node, text)
        for join, prefix in zip(reversed(joins), reversed(prefixes[:-1]), strict=True):
            right = rows(join.right, text)
            allowed, of_right = _parted(join, prefix, right, allowed, text)
            yield from terms_of(join.right, text, of_right)
        node = chain(node)[0]
    if isinstance(node, Or):
        for operand in node.operands:
            yield from terms_of(operand, text, _common(allowed, rows(operand, text)))
    else:
        yield node, ((first, last) for first, row in allowed.items() for last in lasts(first, row))


def _parted(join: Near, left: Rows, right: Rows, allowed: Rows, text: Text) -> tuple[Rows, Rows]:
    """Which of `left` and which of `right` take part in an allowed occurrence of the NEAR."""
    of_left, of_right = _pairs(join, left, right, allowed, text)
    if not join.ordered:
        later, earlier = _pairs(join, right, left, allowed, text)
        of_left, of_right = _both(of_left, earlier), _both(of_right, later)
    return of_left, of_right


def _pairs(join: Near, earlier: Rows, later: Rows, allowed: Rows, text: Text) -> tuple[Rows, Rows]:
    firsts = list(later)
    reach = join.reach if isinstance(join.reach, int) else len(text)
    in_reach = smear(bits_at(firsts), reach)  # bit p + reach is set: one of them begins in reach of p
    of_earlier: Rows = {}
    of_later: Rows = {}
    looked = 0
    for first, row in earlier.items():
        wanted = allowed.get(first)
        if not wanted:
            continue
        looked += 1
        for last in lasts(first, row & in_reach >> first + reach):
            for at in range(bisect_right(firsts, last), bisect_right(firsts, last + reach)):
                start = firsts[at]
                looked += 1
                both = later[start] << (start - first) & wanted
                if both:
                    of_earlier[first] = of_earlier.get(first, 0) | 1 << (last - first)
                    of_later[start] = of_later.get(start, 0) | both >> (start - first)
                if looked >= _PAIRS_MAX or start - first > wanted.bit_length():
                    break
        if looked >= _PAIRS_MAX:
            break
    return of_earlier, dict(sorted(of_later.items()))


def _both(one: Rows, other: Rows) -> Rows:
    firsts = sorted(one.keys() | other.keys())
    return {first: one.get(first, 0) | other.get(first, 0) for first in firsts}


def _common(one: Rows, other: Rows) -> Rows:
    common = {first: row & other.get(first, 0) for first, row in one.items()}
    return {first: row for first, row in common.items() if row}
