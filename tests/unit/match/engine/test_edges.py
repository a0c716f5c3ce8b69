"""At the edges: what is empty, what is huge, and many rules of one kind."""

from __future__ import annotations

import time

import pytest

from workers.match import Matcher
from workers.rules.language import RuleError


@pytest.mark.parametrize("article", [{}, {"title": ""}, {"title": None, "body": 7}, {"body": " .,'- "}], ids=repr)
def test_an_article_without_words_matches_what_asks_for_none(article: dict[str, object]) -> None:
    matcher = Matcher({"word": "alpha", "number": "words<1", "metadata": "source:x"})
    assert matcher.match(article) == ["number"]


def test_a_long_article_is_matched_whole_and_its_memory_given_back() -> None:
    matcher = Matcher({"last": "omega", "phrase": '"omega psi"', "near": "alpha NEAR/2 omega", "many": "words>1500000"})
    body = "alpha beta " * 900_000 + "omega psi"
    assert matcher.match({"body": body}) == ["last", "many", "near", "phrase"]
    assert matcher.match({"body": "omega"}) == ["last"]


@pytest.mark.parametrize("letter", ["x", "é", "中"])
def test_one_long_word_is_a_word(letter: str) -> None:
    rule = "中 NOT other" if letter == "中" else f"{letter * 3}*"
    matcher = Matcher({"long": rule, "other": "xxxx"})
    for _ in range(2):
        assert matcher.match({"body": letter * 1_000_000}) == ["long"]


def test_a_hundred_thousand_rules_on_one_common_word_are_all_told_and_edited_soon() -> None:
    rules = {f"r{number:06}": "oil" for number in range(100_000)}
    matcher = Matcher(rules)
    assert matcher.match({"title": "oil"}) == list(rules)
    slowest = []
    for number in range(0, 100_000, 2000):
        started = time.thread_time()
        matcher.remove(f"r{number:06}")
        matcher.add(f"r{number:06}", "oil AND gas")
        slowest.append(time.thread_time() - started)
    assert sorted(slowest)[len(slowest) // 2] < 0.005
    assert len(matcher.match({"title": "oil"})) == 100_000 - 50
    assert len(matcher.match({"title": "oil and gas"})) == 100_000


def test_a_rule_of_fifty_thousand_alternatives_matches_each() -> None:
    words = [f"word{number}" for number in range(50_000)]
    matcher = Matcher({"a": f"({' OR '.join(words)}) AND topic", "b": f"topic NOT ({' OR '.join(words)})"})
    assert matcher.match({"title": "topic word49999"}) == ["a"]
    assert matcher.match({"title": "topic word50000"}) == ["b"]
    assert matcher.candidates < 5
    matcher.remove("a")
    assert matcher.match({"title": "topic word1"}) == []
    matcher.remove("b")
    assert matcher.terms == 0


def test_rules_that_differ_in_metadata_are_not_all_looked_at() -> None:
    rules = {f"r{number}": f'source:"paper {number}" AND place:town{number} AND lang:en' for number in range(5000)}
    matcher = Matcher({**rules, "other": "source:(paper OR times)"})
    article = {"body": "x", "source": "Paper 77", "places": ["town77", "town78"], "language": "en-GB"}
    assert matcher.match(article) == ["other", "r77"]
    assert matcher.candidates < 10


def test_near_over_words_that_come_ten_thousand_times_is_answered() -> None:
    matcher = Matcher({"near": "alpha NEAR/5 beta", "far": "alpha NEAR/5 gamma", "ordered": "beta PRE/1 alpha"})
    body = "alpha " * 10_000 + "x " * 10 + "gamma beta " * 10_000 + "alpha"
    assert matcher.match({"body": body}) == ["far", "near", "ordered"]


def test_a_refused_text_changes_nothing() -> None:
    matcher = Matcher({"a": "alpha"})
    with pytest.raises(RuleError):
        matcher.add("a", "beta AND")
    assert matcher.match({"title": "alpha beta"}) == ["a"]


def test_lists_are_put_in_place() -> None:
    matcher = Matcher({"a": "@firms AND centrifuges"}, lists={"firms": ["acme", '"initech corp"']})
    assert matcher.match({"title": "Initech Corp buys centrifuges"}) == ["a"]
    assert matcher.match({"title": "Initech buys centrifuges"}) == []
