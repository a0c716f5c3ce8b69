"""The smallest set of answers to change: held against all sets there are."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.match.smallest import Gate, Smallest, answers, smallest


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Gate], list[bool]]:
    """A tree over up to seven leaves, some of them in several places."""
    leaves = draw(st.integers(1, 7))
    gates: list[Gate] = [Gate()]
    at = 0
    while at < len(gates):
        room = 24 - len(gates)
        kind = draw(st.sampled_from(["leaf", "gate", "gate", "not"])) if room > 3 else "leaf"
        if at == 0 and kind == "leaf":
            kind = "gate"
        if kind == "leaf":
            gates[at] = Gate(leaf=draw(st.integers(0, leaves - 1)))
        else:
            number = 1 if kind == "not" else draw(st.integers(2, 4))
            inputs = range(len(gates), len(gates) + number)
            need = draw(st.integers(1, number))
            gates[at] = Gate(inputs, need, negated=kind == "not")
            gates += [Gate()] * number
        at += 1
    return gates, draw(st.lists(st.booleans(), min_size=leaves, max_size=leaves))


def by_trying(gates: list[Gate], values: list[bool]) -> int | None:
    leaves = range(len(values))
    for number in range(len(values) + 1):
        if any(answers(gates, values, changed)[0] for changed in combinations(leaves, number)):
            return number
    return None


@given(questions())
@settings(max_examples=600)
def test_the_set_makes_the_rule_true_and_no_smaller_one_does(question: tuple[list[Gate], list[bool]]) -> None:
    gates, values = question
    found = smallest(gates, values)
    assert found.proven
    if found.leaves is None:
        assert by_trying(gates, values) is None
    else:
        assert answers(gates, values, found.leaves)[0]
        assert len(found.leaves) == by_trying(gates, values)


def cover(edges: list[tuple[int, int]]) -> list[Gate]:
    """The vertex cover of a graph as a rule: of each edge one end."""
    gates = [Gate(range(1, len(edges) + 1), len(edges))]
    gates += [Gate((len(edges) + 2 * at + 1, len(edges) + 2 * at + 2)) for at in range(len(edges))]
    return gates + [Gate(leaf=end) for edge in edges for end in edge]


@pytest.mark.parametrize(
    ("edges", "least"),
    [
        pytest.param([(0, 1), (0, 2), (0, 3), (0, 4)], 1, id="a star is covered by its middle"),
        pytest.param([(0, 1), (1, 2), (2, 0)], 2, id="a triangle needs two"),
        pytest.param([(a, b) for a in range(6) for b in range(a)], 5, id="of six that all meet five"),
        pytest.param([(at, at + 1) for at in range(11)], 6, id="a path of twelve needs every other"),
    ],
)
def test_leaves_in_several_places_count_once(edges: list[tuple[int, int]], least: int) -> None:
    found = smallest(cover(edges), [False] * 12)
    assert found.proven
    assert found.leaves is not None
    assert len(found.leaves) == least


def test_what_takes_too_long_is_told_with_what_was_found_and_that_it_is_not_proven() -> None:
    edges = [(a, b) for a in range(20) for b in range(a) if (a * 7 + b * 3) % 5]
    found = smallest(cover(edges), [False] * 20, visits_max=20 * len(edges))
    assert not found.proven
    assert found.leaves is not None
    assert answers(cover(edges), [False] * 20, found.leaves)[0]


def test_a_rule_that_contradicts_itself_has_no_set() -> None:
    gates = [Gate((1, 2), 2), Gate(leaf=0), Gate((3,), negated=True), Gate(leaf=0)]
    assert smallest(gates, [False]) == Smallest(None, proven=True)


def test_ten_repeated_leaves_in_480_gates_are_always_proven() -> None:
    edges = [(a % 10, (a * b + b) % 10) for a in range(40) for b in range(1, 4)]
    gates = cover(edges)
    assert len(gates) <= 480
    assert smallest(gates, [False] * 10).proven
