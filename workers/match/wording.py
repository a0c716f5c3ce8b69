"""How the parts of a rule are written: canonical texts, and the lists in their places, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workers.errors import Broken
from workers.rules.language import expand
from workers.rules.language.render import beginnings
from workers.rules.language.tree import ListRef, Query, bottom_up, children, walk, with_children, with_span

CANONICAL_MAX_CHARS = 200


class Wording:
    """Knows a rule's nodes by their identity, and keeps all of them for that."""

    def __init__(self, query: Query, lists: Mapping[str, Sequence[str]] | None) -> None:
        self._kept: list[Query] = [query]
        self._texts = dict(beginnings(query, CANONICAL_MAX_CHARS))
        self._roots: dict[int, str] = {}
        self._placed: dict[str, Query] = {}
        for node in walk(query):
            if isinstance(node, ListRef) and node.name not in self._placed:
                if lists is None:
                    raise Broken(f"@{node.name} cannot be asked: put the lists in place, or give them")
                self._placed[node.name] = expand(node, lists)
                self._texts |= beginnings(self._placed[node.name], CANONICAL_MAX_CHARS)

    def text(self, node: Query) -> str:
        """The canonical form, cut behind `CANONICAL_MAX_CHARS`."""
        known = self._texts.get(id(node))
        if known is None:
            self._kept.append(node)
            self._texts |= beginnings(node, CANONICAL_MAX_CHARS)
            known = self._texts[id(node)]
        return known

    def entries(self, node: ListRef) -> Query:
        """The entries of a list, joined by OR."""
        return self._placed[node.name]

    def list_of(self, node: Query) -> str | None:
        """The name of the list whose entries this node of a `whole` term is."""
        return self._roots.get(id(node))

    def whole(self, term: Query) -> Query:
        """A term with the lists in it in place, each still a node of its own."""
        if not self._placed or not any(isinstance(node, ListRef) for node in walk(term)):
            return term

        def place(node: Query, inner: list[Query]) -> Query:
            if not isinstance(node, ListRef):
                return with_children(node, inner) if inner else node
            placed = self._placed[node.name]
            root = with_span(with_children(placed, children(placed)), node.span)  # anew, as it may be named twice
            self._roots[id(root)] = node.name
            return root

        whole = bottom_up(term, place)
        self._kept.append(whole)
        self._texts |= beginnings(whole, CANONICAL_MAX_CHARS)
        return whole
