"""Hits that only one contestant has: each is put to a class that can be checked, or stays unexplained."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.benchmarks.families import FamilyRule, written
from tests.benchmarks.match_agreement import MARKED, PART, PUNCTUATION, TWICE, UNEXPLAINED, WRONG, Reasons, compare
from tests.benchmarks.matchers import Engine, MatcherPy, Mokaccino, Story


class Blind:
    """Sees what it is told to see, and says what it is told to say."""

    name = "blind"

    def __init__(self, seen: Iterable[str], answer: Iterable[str] = ()) -> None:
        self._seen, self._answer = set(seen), list(answer)

    def ask(self, story: Story) -> list[str]:
        return self._answer

    def sees(self, story: Story) -> Callable[[str], bool]:
        return self._seen.__contains__


def rule(*groups: str) -> FamilyRule:
    return FamilyRule(tuple(tuple(group.split("|")) for group in groups))


@pytest.mark.parametrize(
    ("asked", "body", "seen", "why"),
    [
        pytest.param(rule("north korea", "oil"), "North-Korea. Oil", ["oil"], PUNCTUATION, id="punctuation"),
        pytest.param(rule("gatt", "oil"), "G.A.T.T. oil", ["oil"], MARKED, id="a dotted word"),
        pytest.param(rule("oil|gas", "oil|coal"), "oil", ["oil"], TWICE, id="one word in two groups"),
        pytest.param(rule("oil", "gas"), "oil gas", ["oil", "gas"], UNEXPLAINED, id="it sees both and says no"),
        pytest.param(rule("oil", "gas"), "oil gas", ["oil"], UNEXPLAINED, id="it overlooks a plain word"),
    ],
)
def test_a_hit_of_ours_alone_has_its_class(asked: FamilyRule, body: str, seen: list[str], why: str) -> None:
    found = compare(Engine([asked]), Blind(seen), [("", body)], Reasons([asked], Blind(seen)))
    assert (found.both, found.only_ours, found.only_theirs, found.classes) == (0, 1, 0, {why: 1})
    assert found.unexplained == (why == UNEXPLAINED)


@pytest.mark.parametrize(
    ("body", "seen", "why"),
    [
        pytest.param("Holmes A'Court", ["court"], PART, id="a part of a word"),
        pytest.param("nothing", ["court"], UNEXPLAINED, id="not there at all"),
        pytest.param("the court", ["court"], WRONG, id="ours is wrong"),
    ],
)
def test_a_hit_of_theirs_alone_has_its_class(body: str, seen: list[str], why: str) -> None:
    asked = rule("court")
    reasons = Reasons([asked], Blind(seen))
    found = compare(Blind([]), Blind(seen, ["0"]), [("", body)], reasons)
    assert (found.only_theirs, found.classes) == (1, {why: 1})
    assert found.unexplained == (why != PART)


def test_rivals_are_given_all_spellings() -> None:
    assert written("labour") == ["labour", "labor"]
    assert written("labour defence")[0] == "labour defence"
    assert set(written("labour defence")) == {
        f"{one} {two}" for one in ("labour", "labor") for two in ("defence", "defense")
    }
    assert written("oil") == ["oil"]


@pytest.mark.parametrize(
    ("module", "made"), [("matcher_py", MatcherPy), ("mokaccino", Mokaccino)], ids=["matcher-py", "mokaccino"]
)
def test_a_rival_gives_the_answers_of_ours_where_words_are_plain(
    module: str, made: type[MatcherPy] | type[Mokaccino]
) -> None:
    pytest.importorskip(module, reason=f"{module} is not installed; hint: ./run bench match")
    rules = [rule("oil", "gas|coal"), rule("north korea"), rule("labour", "strike"), rule("coal", "iron ore")]
    stories = [
        ("Oil and coal", "the labor went on strike"),
        ("North Korea", "iron ore, coal"),
        ("the north", "korea oil"),
        ("gas", "oils"),
        ("", ""),
    ]
    rival = made(rules)
    found = compare(Engine(rules), rival, stories, Reasons(rules, rival))
    assert (found.both, found.only_ours, found.only_theirs) == (4, 0, 0)
