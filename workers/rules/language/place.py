"""Trees in place of the names of lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    with_children,
    with_span,
)


def put(tree: Query, placed: Mapping[str, Query], *, nowhere: bool) -> Query:
    """`tree` with each list in its place; `nowhere` says that spans are to mean nothing."""

    def place(node: Query, inner: list[Query]) -> Query:
        span = NOWHERE if nowhere else node.span
        match node:
            case ListRef(name):
                return with_span(placed[name], span)
            case Or():
                return either(inner, span)
            case And():
                return And(tuple(_flat(inner, And)), span=span)
            case Phrase():
                return Phrase(tuple(_flat(inner, Phrase)), span=span)
        return with_span(with_children(node, inner) if inner else node, span)

    return bottom_up(tree, place)


def either(nodes: Sequence[Query], span: Span) -> Query:
    """One of these."""
    return with_span(nodes[0], span) if len(nodes) == 1 else Or(tuple(_flat(nodes, Or)), span=span)


def _flat(nodes: Sequence[Query], kind: type[Or | And | Phrase]) -> list[Query]:
    """The nodes, with what is inside of those that are `kind` themselves in their place."""
    flat: list[Query] = []
    for node in nodes:
        flat += children(node) if isinstance(node, kind) else (node,)
    return flat
