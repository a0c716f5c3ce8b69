"""Which rules say no to an article without their words: held against all that the free terms could do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import assume, given

from tests.unit.rules.language.trees import ANY_TREES
from workers.rules.language import RuleError, parse, render
from workers.rules.language.tree import AnyOf, Not, NotNear, Or, Query, children


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a AND NOT b", id="AND NOT"),
        pytest.param("NOT NOT a", id="two NOTs"),
        pytest.param("NOT (NOT a OR b)", id="AND NOT, said otherwise"),
        pytest.param("(a OR b) NOT (c OR NOT d)", id="NOT of OR NOT"),
        pytest.param("ANY/2(a, NOT b)", id="more than the NOTs of ANY"),
        pytest.param("a NOT NEAR/5 b", id="NOT NEAR"),
        pytest.param("urgency<=3", id="a test"),
        pytest.param("lang:ko", id="a code"),
        pytest.param("source:reuters NOT sport", id="metadata"),
        pytest.param("a AND title:(NOT b)", id="NOT in a field"),
    ],
)
def test_an_anchored_rule_is_read(text: str) -> None:
    parse(text)


def worst(node: Query, under_not: bool, free: Iterator[bool]) -> bool:
    """The node with each positive term absent and the free ones as `free` says."""
    flipped = (isinstance(node, Not), isinstance(node, NotNear))
    given = [worst(child, under_not ^ flipped[min(at, 1)], free) for at, child in enumerate(children(node))]
    match node:
        case Not():
            answer = not given[0]
        case NotNear():
            answer = given[0] and not given[1]
        case Or():
            answer = any(given)
        case AnyOf(count):
            answer = sum(given) >= count
        case _:
            answer = all(given) if given else under_not and next(free)
    return answer


def free_terms(node: Query) -> int:
    asked = 0

    def count() -> Iterator[bool]:
        nonlocal asked
        while True:
            asked += 1
            yield False

    worst(node, False, count())
    return asked


@given(ANY_TREES)
def test_a_rule_is_refused_exactly_if_free_terms_could_make_it_true(tree: Query) -> None:
    terms = free_terms(tree)
    assume(terms <= 8)
    could = any(worst(tree, False, iter(values)) for values in product([False, True], repeat=terms))
    try:
        parse(render(tree))
    except RuleError as exc:
        message = exc.message
    else:
        message = ""
    assert ("none of the words" in message) == could
