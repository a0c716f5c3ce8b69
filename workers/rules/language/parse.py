"""A rule's text becomes its tree, or is refused with the place and the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workers.rules.language.judge import Facts, check_rule, check_tree
from workers.rules.language.parser import read
from workers.rules.language.shelf import Shelf
from workers.rules.language.tree import Query

_UNKNOWN = Facts()


def parse(text: str, lists: Mapping[str, Sequence[str]] | None = None) -> Query:
    """The tree of a rule; lists stay in it by name.

    With `lists` (name to entries) a list that is unknown, empty or circular, or has no right entries for its place,
    is refused, and the rule is judged with the entries in place. Without, a list counts as one positive term.
    Raises RuleError. Takes time in proportion to the text, and to the lists when they are new.
    """
    reading = read(text)
    if lists is None:
        check_rule(reading, lambda _: _UNKNOWN)
    else:
        shelf = Shelf(lists)
        if reading.lists:
            shelf.learn(reading.tree)
        check_rule(reading, shelf.facts)
    return reading.tree


def check_list(name: str, lists: Mapping[str, Sequence[str]]) -> None:
    """Whether a list is right in itself, its entries and all lists that they name.

    It need not be anchored: a rule is judged with the entries in place. Raises RuleError, with no place of its own.
    """
    reading = read(f"@{name}")
    shelf = Shelf(lists)
    shelf.learn(reading.tree)
    check_tree(reading, shelf.facts)
