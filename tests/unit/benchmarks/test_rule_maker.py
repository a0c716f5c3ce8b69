"""Rules for a benchmark: as many hits as wanted, the same for the same seed."""

from __future__ import annotations

import random
import re

import pytest

from tests.benchmarks.rule_maker import FORMS, SHARE_MAX, MadeRule, WordIndex, make_rules, make_silent

DOCUMENTS = 600


def texts(seed: int = 1) -> list[str]:
    """Documents of words as rare and as common as in a language: the n-th word 1/n as often as the first."""
    chance = random.Random(seed)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(4000)]
    weights = [1 / place for place in range(1, len(words) + 1)]
    return [" ".join(chance.choices(words, weights, k=120)) for _ in range(DOCUMENTS)]


INDEX = WordIndex(texts())


def holds(text: str, query: str) -> bool:
    """Read the few forms that are made here, apart from the index: words have blanks around them."""
    padded = f" {text} "
    first, _, forbidden = query.partition(" AND NOT ")
    if forbidden and f" {forbidden} " in padded:
        return False
    parts = [part.strip('()"').split(" OR ") for part in first.split(" AND ")]
    return all(any(f" {word} " in padded for word in part) for part in parts)


@pytest.mark.parametrize(("number", "wanted"), [(80, 0.2), (200, 0.5), (150, 0.5)])
def test_the_rules_hit_as_often_as_wanted(number: int, wanted: float) -> None:
    rules = make_rules(INDEX, number, wanted, seed=3)
    assert sum(rule.hits for rule in rules) / DOCUMENTS == pytest.approx(wanted, rel=0.1)


def test_the_hits_told_are_those_that_a_plain_reader_counts() -> None:
    documents = texts()
    for rule in make_rules(INDEX, 60, 0.5, seed=4):
        found = sum(holds(text, rule.query) for text in documents)
        assert found == rule.hits, rule


def test_a_document_that_a_rule_hits_holds_a_word_of_each_of_its_groups() -> None:
    documents = texts()
    for rule in make_rules(INDEX, 60, 0.5, seed=5):
        for text in documents:
            if holds(text, rule.query):
                words = set(text.split())
                assert all(words & set(group) for group in rule.needs), rule


def test_the_same_seed_makes_the_same_rules() -> None:
    assert make_rules(WordIndex(texts()), 80, 0.2, seed=6) == make_rules(WordIndex(texts()), 80, 0.2, seed=6)


def test_another_seed_makes_other_rules() -> None:
    one, two = (make_rules(INDEX, 80, 0.2, seed=seed) for seed in (6, 7))
    assert {rule.query for rule in one} != {rule.query for rule in two}


def test_no_query_is_made_twice_and_each_rule_has_an_id_of_its_own() -> None:
    rules = make_rules(INDEX, 300, 0.5, seed=8)
    assert len({rule.query for rule in rules}) == len({rule.id for rule in rules}) == 300


def test_every_form_is_made() -> None:
    assert {rule.form for rule in make_rules(INDEX, 200, 0.5, seed=9)} == set(FORMS)


def test_no_rule_is_of_common_words_alone() -> None:
    most = DOCUMENTS * SHARE_MAX
    for rule in make_rules(INDEX, 100, 0.5, seed=10):
        for word in re.findall(r"[a-z]{4,}", rule.query):
            assert INDEX.frequency(word) <= most


def test_a_rule_is_written_with_its_channel() -> None:
    rule = MadeRule("made-00001", "word", "tariff", (("tariff",),), 3)
    assert rule.record("desk") == {
        "id": "made-00001",
        "name": "word made-00001",
        "query": "tariff",
        "channels": ["desk"],
    }


def test_of_a_silent_rule_no_document_has_the_words_together() -> None:
    telling = make_rules(INDEX, 80, 0.2, seed=6)
    rules = make_silent(INDEX, 200, 6, telling)
    assert len({rule.query for rule in [*rules, *telling]}) == 280
    assert not any(INDEX.having(*rule.needs) for rule in rules)
    assert {rule.form for rule in rules} == set(FORMS) - {"word"}
    assert rules == make_silent(INDEX, 200, 6, telling)
