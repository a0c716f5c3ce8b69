"""Who picks the alerts of which rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.channel import Channel, Picks
from schemas.rule import Rule
from workers.channels import ChannelBook

RULE = Rule(id="r1", query="q", channels=("east", "desk"), tags=("asia", "war"), priority=2, owner="ada")


def book(**picks: Any) -> ChannelBook:
    """A channel for each, with what it picks."""
    made = ChannelBook()
    for name, wanted in picks.items():
        made.put(Channel(id=name, picks=Picks(**wanted)))
    return made


@pytest.mark.parametrize(
    ("picks", "picked"),
    [
        ({}, False),
        ({"rules": ("r0", "r1")}, True),
        ({"tags": ("sport", "war")}, True),
        ({"priorities": (1, 2)}, True),
        ({"owners": ("ada",)}, True),
        ({"rules": ("r1",), "tags": ("asia",), "priorities": (2,), "owners": ("ada",)}, True),
        ({"rules": ("r0",)}, False),
        ({"tags": ("war",), "priorities": (1,)}, False),
        ({"rules": ("r1",), "owners": ("bob",)}, False),
        ({"owners": ("ada",), "tags": ("Asia",)}, False),
    ],
)
def test_all_that_is_given_must_hold_one_of_each(picks: dict[str, Any], picked: bool) -> None:
    assert ("it" in book(it=picks).wanted_by(RULE)) == picked


def test_those_that_are_named_come_first_and_then_those_that_pick_by_id_each_once() -> None:
    made = book(west={"tags": ("war",)}, desk={"tags": ("asia",)}, all={"priorities": (1, 2, 3, 4, 5)})
    assert made.wanted_by(RULE) == ("east", "desk", "all", "west")
    assert book().wanted_by(RULE.model_copy(update={"channels": ("b", "a", "b")})) == ("b", "a")


def test_edits_of_channels_and_rules_are_seen_at_once() -> None:
    made = book(west={"tags": ("war",)})
    assert made.wanted_by(RULE) == ("east", "desk", "west")
    made.put(Channel(id="west", picks=Picks(tags=("sport",))))
    assert made.wanted_by(RULE) == ("east", "desk")
    assert made.wanted_by(RULE.model_copy(update={"tags": ("sport",)})) == ("east", "desk", "west")  # the same version
    made.put(Channel(id="north", picks=Picks(owners=("ada",))))
    assert made.wanted_by(RULE) == ("east", "desk", "north")
    made.drop("north")
    made.drop("north")
    assert made.wanted_by(RULE) == ("east", "desk")


def test_channels_stay_in_the_order_in_which_they_came() -> None:
    made = book(a={}, b={})
    made.put(Channel(id="a", name="another"))
    assert [each.id for each in made] == ["a", "b"]


A_FEW = st.sets(st.sampled_from(["x", "y", "z"]), max_size=2)
PICKS = st.builds(
    lambda rules, tags, owners, priorities: Picks(
        rules=tuple(rules), tags=tuple(tags), owners=tuple(owners), priorities=tuple(priorities)
    ),
    *(A_FEW, A_FEW, A_FEW),
    st.sets(st.integers(1, 3), max_size=2),
)
RULES = st.builds(
    lambda id_, tags, owner, priority: Rule(id=id_, query="q", tags=tuple(tags), owner=owner, priority=priority),
    st.sampled_from(["x", "y"]),
    A_FEW,
    st.sampled_from(["", "x", "y"]),
    st.integers(1, 3),
)
NAMES = st.sampled_from(["a", "b", "c", "d"])


def picks_it(picks: Picks, rule: Rule) -> bool:
    """In the words of the record: all that is given must hold, one of each; empty picks pick nothing."""
    pairs: list[tuple[set[object], set[object]]] = [
        (set(picks.rules), {rule.id}),
        (set(picks.tags), set(rule.tags)),
        (set(picks.owners), {rule.owner}),
        (set(picks.priorities), {rule.priority}),
    ]
    return any(given for given, _ in pairs) and all(given & own for given, own in pairs if given)


@given(st.lists(st.one_of(st.tuples(NAMES, st.one_of(PICKS, st.none())), RULES), max_size=30))
def test_the_answer_is_that_of_asking_every_channel(steps: list[Rule | tuple[str, Picks | None]]) -> None:
    made, plain = ChannelBook(), dict[str, Picks]()
    for step in steps:
        if isinstance(step, Rule):
            expected = sorted(name for name, picks in plain.items() if picks_it(picks, step))
            assert list(made.wanted_by(step)) == expected
        elif step[1] is None:
            made.drop(step[0])
            plain.pop(step[0], None)
        else:
            made.put(Channel(id=step[0], picks=step[1]))
            plain[step[0]] = step[1]
