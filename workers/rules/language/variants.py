"""The size of a tree: how many ways a phrase can be said, how many terms there are."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from workers.rules.language.limits import VARIANTS_MAX
from workers.rules.language.refusal import RuleError
from workers.rules.language.tree import (
    Codes,
    Exact,
    ListRef,
    Near,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
    bottom_up,
    walk,
)

_TERMS = (Word, Wildcard, Stem, Exact, Codes, Number)


def variants(tree: Query, of_list: Callable[[ListRef], int]) -> int:
    """How many ways it can be said, alternatives multiplied; spellings and wildcards are not counted.

    More than the limit is told as one more than it. Raises RuleError at a phrase of `tree` with too many.
    """
    return bottom_up(tree, lambda node, given: _variants(node, given, of_list))


def terms(tree: Query, of_list: Callable[[ListRef], int]) -> int:
    """Words, wildcards, codes and tests, those of lists too."""
    return sum(
        of_list(node) if isinstance(node, ListRef) else len(node.codes) if isinstance(node, Codes) else 1
        for node in walk(tree)
        if isinstance(node, (*_TERMS, ListRef))
    )


def _variants(node: Query, given: list[int], of_list: Callable[[ListRef], int]) -> int:
    match node:
        case ListRef():
            return of_list(node)
        case Or():
            return min(sum(given), VARIANTS_MAX + 1)
        case Near():
            return min(prod(given), VARIANTS_MAX + 1)
        case Phrase():
            return _checked(node, given)
    return 1


def _checked(phrase: Phrase, given: list[int]) -> int:
    number = 1
    for each in given:
        number *= each
        if number > VARIANTS_MAX:
            raise RuleError(
                f"this phrase can be said in more than {VARIANTS_MAX:,} ways",
                *phrase.span,
                "its alternatives are multiplied: split it into several phrases with OR, or use NEAR or PRE",
                by_lists=any(isinstance(node, ListRef) for node in walk(phrase)),
            )
    return number
