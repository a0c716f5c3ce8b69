"""Named lists in a rule: put in place, or counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workers.rules.language.refusal import RuleError
from workers.rules.language.shelf import Shelf
from workers.rules.language.tree import (
    NOWHERE,
    And,
    ListRef,
    Or,
    Phrase,
    Query,
    Span,
    bottom_up,
    children,
    walk,
    with_children,
    with_span,
)


def expand(tree: Query, lists: Mapping[str, Sequence[str]]) -> Query:
    """The tree with the entries of each list in its place, joined by Or; no ListRef is left.

    What stands for a list has the span of its name, and nothing inside of it has a place in the rule. Raises RuleError
    where a list is unknown, empty, circular or wrong in itself. Whether it may stand where it stands is for `parse`.
    """
    shelf = Shelf(lists)
    shelf.learn(tree)
    placed: dict[str, Query] = {}
    for name in shelf.learnt():  # each behind those it names
        entries = [_replaced(reading.tree, placed, nowhere=True) for reading in shelf.readings(name)]
        placed[name] = _either(entries, NOWHERE)
    return _replaced(tree, placed, nowhere=False)


def lists_of(tree: Query, lists: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The names of all lists that `tree` depends on, itself or through other lists; unknown ones too. Never raises."""
    shelf = Shelf(lists)
    found: set[str] = set()
    wanted = _names(tree)
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted |= _named_by(name, shelf, lists) - found
    return frozenset(found)


def _named_by(name: str, shelf: Shelf, lists: Mapping[str, Sequence[str]]) -> set[str]:
    try:
        return {each for reading in shelf.readings(name) for each in reading.lists} if name in lists else set()
    except RuleError:
        return set()  # it names nothing that could be read


def _names(tree: Query) -> set[str]:
    return {node.name for node in walk(tree) if isinstance(node, ListRef)}


def _replaced(tree: Query, placed: Mapping[str, Query], *, nowhere: bool) -> Query:
    def put(node: Query, inner: list[Query]) -> Query:
        span = NOWHERE if nowhere else node.span
        match node:
            case ListRef(name):
                return with_span(placed[name], span)
            case Or():
                return _either(inner, span)
            case And():
                return And(tuple(_flat(inner, And)), span=span)
            case Phrase():
                return Phrase(tuple(_flat(inner, Phrase)), span=span)
        return with_span(with_children(node, inner) if inner else node, span)

    return bottom_up(tree, put)


def _either(nodes: Sequence[Query], span: Span) -> Query:
    return with_span(nodes[0], span) if len(nodes) == 1 else Or(tuple(_flat(nodes, Or)), span=span)


def _flat(nodes: Sequence[Query], kind: type[Or | And | Phrase]) -> list[Query]:
    """The nodes, with what is inside of those that are `kind` themselves in their place."""
    flat: list[Query] = []
    for node in nodes:
        flat += children(node) if isinstance(node, kind) else (node,)
    return flat
