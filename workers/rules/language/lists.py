"""Named lists in a rule: put in place, or counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workers.rules.language.judge import check_size
from workers.rules.language.place import put
from workers.rules.language.shelf import Shelf, lists_named
from workers.rules.language.tree import ListRef, Query, walk


def expand(tree: Query, lists: Mapping[str, Sequence[str]]) -> Query:
    """The tree with the entries of each list in its place, joined by Or; no ListRef is left.

    What stands for a list has the span of its name, and nothing inside of it has a place in the rule. Raises RuleError
    where a list is unknown, empty, circular or wrong in itself. Whether it may stand where it stands is for `parse`.
    """
    shelf = Shelf(lists)
    shelf.learn(tree)
    check_size(tree, shelf.facts)
    placed = shelf.placed()
    return put(tree, placed, nowhere=False) if placed else tree


def lists_of(tree: Query, lists: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The names of all lists that `tree` depends on, itself or through other lists; unknown ones too. Never raises."""
    found: set[str] = set()
    wanted = {node.name for node in walk(tree) if isinstance(node, ListRef)}
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted.update(each for each in lists_named(name, lists.get(name, ())) if each not in found)
    return frozenset(found)
