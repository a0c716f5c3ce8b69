"""What is asked of a tree once the lists in it are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workers.rules.language.anchored import true_of_nothing, unanchored
from workers.rules.language.limits import DEPTH_MAX, LISTED_TERMS_MAX
from workers.rules.language.operands import FIELDED, unfit
from workers.rules.language.parser import Reading
from workers.rules.language.refusal import RuleError, shown
from workers.rules.language.tree import (
    NOWHERE,
    AtLeast,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    NotNear,
    Or,
    Phrase,
    Query,
    Span,
    children,
    walk,
)
from workers.rules.language.variants import terms, variants

_POSITIONS = (AtLeast, Near, NotNear, Phrase)
_FIELDS = (First, InField, Metadata)


@dataclass(frozen=True, slots=True)
class Facts:
    """A list as the rules that name it see it, the lists in it included."""

    holds: bool = False  # true where all terms are absent
    placeless: str | None = None  # an entry that cannot stand in a phrase or in NEAR
    fielded: str | None = None  # an entry with a field, which cannot stand inside a field
    variants: int = 1
    terms: int = 1
    depth: int = 0


def check_tree(reading: Reading, of_list: Callable[[str], Facts]) -> None:
    """Whether each list may stand where it stands, and phrases, depth and size keep their limits. Raises RuleError."""
    tree = reading.tree
    if reading.lists:
        _check_places(tree, of_list)
        _check_depth(reading, of_list)
        check_size(tree, of_list)
    if reading.branches:
        variants(tree, lambda node: of_list(node.name).variants)


def check_rule(reading: Reading, of_list: Callable[[str], Facts]) -> None:
    """All that is asked of a rule: `check_tree`, and that it is anchored."""
    check_tree(reading, of_list)
    blamed = unanchored(reading.tree, lambda node: of_list(node.name).holds)
    if blamed is not None:
        raise RuleError(
            "this is true of articles that have none of the words",
            *blamed.span,
            "say with AND what must be there, such as: Russia AND NOT sport",
            by_lists=bool(reading.lists),
        )


def check_size(tree: Query, of_list: Callable[[str], Facts]) -> None:
    """The terms of a tree with lists, or of an entry of a list, when the lists are in place. Raises RuleError."""
    if terms(tree, lambda node: of_list(node.name).terms) > LISTED_TERMS_MAX:
        raise RuleError(
            f"with its lists in place this has more than {LISTED_TERMS_MAX:,} terms",
            *_first_list(tree),
            "name fewer or smaller lists, or split the rule",
            by_lists=any(isinstance(node, ListRef) for node in walk(tree)),
        )


def facts_of(entries: list[tuple[str, Reading]], of_list: Callable[[str], Facts]) -> Facts:
    """What a list is, from its entries as typed and as read. Raises RuleError for a list that is too large."""
    trees = [(text, reading.tree) for text, reading in entries]
    either = Or(tuple(tree for _, tree in trees))
    check_size(either, of_list)
    return Facts(
        holds=true_of_nothing(either, lambda node: of_list(node.name).holds),
        placeless=next((text for text, tree in trees if not _has_place(tree, of_list)), None),
        fielded=next((text for text, tree in trees if _has_field(tree, of_list)), None),
        variants=variants(either, lambda node: of_list(node.name).variants),
        terms=terms(either, lambda node: of_list(node.name).terms),
        depth=1 + max(_depth(reading, of_list) for _, reading in entries),
    )


def _depth(reading: Reading, of_list: Callable[[str], Facts]) -> int:
    return max([reading.depth, *(depth + of_list(name).depth for name, depth in reading.lists.items())])


def _has_place(tree: Query, of_list: Callable[[str], Facts]) -> bool:
    if unfit(tree) is not None:
        return False
    named = tree.operands if isinstance(tree, Or) else (tree,)
    return all(of_list(each.name).placeless is None for each in named if isinstance(each, ListRef))


def _has_field(tree: Query, of_list: Callable[[str], Facts]) -> bool:
    return any(
        isinstance(node, FIELDED) or (isinstance(node, ListRef) and of_list(node.name).fielded is not None)
        for node in walk(tree)
    )


def _check_places(tree: Query, of_list: Callable[[str], Facts]) -> None:
    stack = [(tree, False, False)]
    while stack:
        node, positional, inside = stack.pop()
        if isinstance(node, ListRef):
            _check_list(node, of_list(node.name), positional, inside)
        positional = positional or isinstance(node, _POSITIONS)
        inside = inside or isinstance(node, _FIELDS)
        stack.extend((child, positional, inside) for child in reversed(children(node)))


def _check_list(node: ListRef, facts: Facts, positional: bool, inside: bool) -> None:
    if positional and facts.placeless is not None:
        told = f"list {shown(node.name)} cannot stand in a phrase or in NEAR: it has the entry {shown(facts.placeless)}"
        hint = "in such a list each entry is a word, a phrase, or a bracket of them with OR"
        raise RuleError(told, *node.span, hint, by_lists=True)
    if inside and facts.fielded is not None:
        told = f"list {shown(node.name)} cannot stand inside a field: it has the entry {shown(facts.fielded)}"
        hint = "a field cannot stand inside a field: take the list out of it, or its field"
        raise RuleError(told, *node.span, hint, by_lists=True)


def _check_depth(reading: Reading, of_list: Callable[[str], Facts]) -> None:
    for name, depth in reading.lists.items():
        if depth + of_list(name).depth > DEPTH_MAX:
            raise RuleError(
                f"with list {shown(name)} in place brackets and NOTs are more than {DEPTH_MAX} deep",
                *_first_list(reading.tree, name),
                "name the lists inside of it directly",
                by_lists=True,
            )


def _first_list(tree: Query, name: str | None = None) -> Span:
    """Where a list stands first."""
    found = (node.span for node in walk(tree) if isinstance(node, ListRef) and name in (None, node.name))
    return next(found, NOWHERE)
