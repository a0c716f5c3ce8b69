"""A rule must be anchored: it says no to an article that has none of its words.

The exact condition: with every positive term absent (those under an even number of NOTs) and all others free, the
rule is false. Take each occurrence of a term on its own: a rule never becomes less true when an occurrence under an
odd number of NOTs goes away, for AND, OR, ANY, ATLEAST, phrases and NEAR only grow with their parts, and NOT turns
that around (in `A NOT NEAR B` the absence of A decides, whatever B is). So the worst the free ones can do is be
absent, and the rule is anchored if and only if it is false with all terms absent: one value, found in one pass.
"""

from __future__ import annotations

from collections.abc import Callable

from workers.rules.language.tree import (
    And,
    AnyOf,
    Exact,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
    bottom_up,
)

_ABSENT = (Word, Wildcard, Stem, Exact, Phrase, Near, NotNear)  # false where there is no word


def true_of_nothing(tree: Query, of_list: Callable[[ListRef], bool]) -> bool:
    """Whether `tree` holds where all its terms are absent; `of_list` says it of a list."""
    return bottom_up(tree, lambda node, given: _holds(node, given, of_list))


def unanchored(tree: Query, of_list: Callable[[ListRef], bool]) -> Query | None:
    """The part to blame, or None for an anchored rule."""
    if _plainly_anchored(tree) or not true_of_nothing(tree, of_list):
        return None
    if isinstance(tree, Or):
        return next(each for each in tree.operands if true_of_nothing(each, of_list))
    return tree


def _plainly_anchored(tree: Query) -> bool:
    """The short way for most rules: a word that must be there stands on top."""
    operands = tree.operands if isinstance(tree, And) else (tree,)
    return any(isinstance(each, _ABSENT) for each in operands)


def _holds(node: Query, given: list[bool], of_list: Callable[[ListRef], bool]) -> bool:
    match node:
        case ListRef():
            holds = of_list(node)
        case Not():
            holds = not given[0]
        case And():
            holds = all(given)
        case Or():
            holds = any(given)
        case AnyOf():
            holds = sum(given) >= node.count
        case First() | InField() | Metadata():
            holds = given[0]
        case _:  # a word, a phrase, NEAR, ATLEAST, a code, a number: absent
            holds = False
    return holds
