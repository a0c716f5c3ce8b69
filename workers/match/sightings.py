"""Where a term of a rule stands in an article, as what, and by which way of comparing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from workers.match.clause import By, Occurrence
from workers.match.near import Rows, lasts
from workers.match.occurrences import alone, rows, shortest, shortest_alone
from workers.match.reading import Text
from workers.match.spellings import spellings
from workers.match.witnesses import allowed_in, terms_of
from workers.rules.language.tree import (
    AtLeast,
    Exact,
    First,
    InField,
    Metadata,
    Near,
    NotNear,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
    walk,
)

WRITTEN_MAX_CHARS = 200
_FOLDED_MAX_WORDS = 100


class Asked(NamedTuple):
    """A text that is asked."""

    field: str
    entry: int | None
    text: Text


class Scope(NamedTuple):
    """The texts that a term is asked of."""

    name: str  # the same term in a scope of the same name has the same answer
    texts: Sequence[Asked]
    around: InField | First | Metadata | None = None  # the field that is written around the term


class Stretch(NamedTuple):
    """Words `first` to `last` of a text."""

    asked: Asked
    first: int
    last: int

    @property
    def place(self) -> tuple[str, int, int, int]:
        """Field, entry, start and end in code points."""
        field, entry, text = self.asked
        return field, entry or 0, text.places[self.first][0], text.places[self.last][1]


Taking: TypeAlias = dict[int, list[Stretch]]
"""By the `id` of a term: the stretches of it that take part in making its clause true."""


def taking_part(node: Query, scope: Scope, most: int) -> Taking:
    """For NEAR, NOT NEAR and ATLEAST that are true; `most` of each term and text."""
    unless = node if isinstance(node, NotNear) else None
    source = node.left if isinstance(node, NotNear) else node.operand if isinstance(node, AtLeast) else node
    taking: Taking = {}
    for asked in scope.texts:
        text, allowed = allowed_in(source, asked.text, unless)
        within = asked._replace(text=text)
        for term, spans in terms_of(source, text, allowed) if allowed else ():
            found = [Stretch(within, first, last) for first, last in islice(spans, most)]
            taking.setdefault(id(term), []).extend(found)
    return taking


def sightings(
    node: Query, scope: Scope, most: int, name: str | None, taking: Sequence[Stretch] | None = None
) -> tuple[tuple[Occurrence, ...], int]:
    """The first `most` occurrences in the order of the texts, and how many there are.

    With `taking` those come first that take part, and only they count. Of brackets, and of NEAR and what holds one, the
    occurrences that begin at one word are one: the shortest, or with NOT NEAR the shortest that has none near. `name`
    is that of the list that the term stands in.
    """
    found = [(asked, _rows(node, asked.text)) for asked in scope.texts]
    count = sum(row.bit_count() for _, each in found for row in each.values())
    everywhere = (
        Stretch(asked, first, last)
        for asked, each in found
        for first, row in each.items()
        for last in lasts(first, row)
    )
    parts = {stretch.place: stretch for stretch in taking or ()}
    others = (stretch for stretch in everywhere if not parts or stretch.place not in parts)
    ranks = {(asked.field, asked.entry): rank for rank, asked in enumerate(scope.texts)}
    picked = sorted(
        islice(chain(parts.values(), others), most),
        key=lambda stretch: (ranks[stretch.asked[:2]], *stretch.place[2:]),
    )
    return tuple(told(node, each, name, counted=taking is None or each.place in parts) for each in picked), count


def _rows(node: Query, text: Text) -> Rows:
    source = node.left if isinstance(node, NotNear) else node
    if not isinstance(source, Or) and not any(isinstance(inner, Near) for inner in walk(source)):
        return alone(node, text) if isinstance(node, NotNear) else rows(node, text)
    found = shortest_alone(node, text) if isinstance(node, NotNear) else shortest(node, text)
    return {first: 1 << (last - first) for first, last in found.items()}


def told(node: Query, stretch: Stretch, name: str | None, *, counted: bool) -> Occurrence:
    """An occurrence of the term; `name` is that of the list that the term stands in."""
    (field, entry, text), first, last = stretch
    _, _, start, end = stretch.place
    folded = " ".join(text.folded[first : min(last + 1, first + _FOLDED_MAX_WORDS)])
    written = text.written.text[start : min(end, start + WRITTEN_MAX_CHARS)]
    by = _by(node, text.folded[first])
    return Occurrence(field, entry, start, end, written, folded[:WRITTEN_MAX_CHARS], by, name, counted)


def _by(node: Query, folded: str) -> By:  # noqa: PLR0911  # one a node
    match node:
        case Word(word):
            return "word" if folded == word else "spelling"
        case Stem(word):
            return "word" if folded == word else "spelling" if folded in spellings(word) else "stem"
        case Wildcard():
            return "wildcard"
        case Exact():
            return "exact"
        case Phrase():
            return "phrase"
        case Near():
            return "near"
        case NotNear(left):
            return _by(left, folded)
        case _:
            return "alternative"


def occurs(node: Query, scope: Scope) -> bool:
    """Whether the term stands in one of the texts."""
    return any(shortest(node, asked.text) for asked in scope.texts)


def counted_words(node: AtLeast, scope: Scope) -> int:
    """How many times the operand of ATLEAST occurs."""
    return sum(len(shortest(node.operand, asked.text)) for asked in scope.texts)
