"""The matcher gives the evaluator's answers, whatever the rules and in whatever order they came and went."""

from __future__ import annotations

from random import Random

import pytest

from schemas.article import Article
from tests.unit.match.random_rules import random_article, random_rule
from workers.match import Matcher, explain
from workers.match.evaluate import holds, plain
from workers.match.reading import Reading
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    First,
    InField,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
)

A, B, C, X = Word("alpha"), Word("beta"), Word("gamma"), Word("absent")


def article_of(title: str, **fields: object) -> Article:
    return Article.model_validate({"uri": "urn:1", "title": title, **fields})


@pytest.mark.parametrize("seed", range(4))
def test_the_matcher_says_yes_where_the_evaluator_does(seed: int) -> None:
    random = Random(seed)
    matcher = Matcher()
    rules: dict[str, Query] = {}
    answers = {True: 0, False: 0}
    for number in range(192):
        for _ in range(3):
            rule_id = f"r{random.randrange(60):02}"
            if random.random() < 0.3:
                rules.pop(rule_id, None)
                matcher.remove(rule_id)
            else:
                rules[rule_id] = random_rule(random)
                matcher.add(rule_id, rules[rule_id])
        article = random_article(random, number)
        reading = Reading(article)
        texts = plain(reading)
        expected = [rule_id for rule_id, query in sorted(rules.items()) if holds(query, reading, texts)]
        assert matcher.match(article) == expected, article
        answers[True] += len(expected)
        answers[False] += len(rules) - len(expected)
    assert len(matcher) == len(rules)
    assert min(answers.values()) > 2000


def test_ids_come_sorted() -> None:
    matcher = Matcher()
    for rule_id in ("b", "c", "a"):
        matcher.add(rule_id, A)
    assert matcher.match(article_of("alpha")) == ["a", "b", "c"]


def test_a_rule_added_again_is_replaced() -> None:
    matcher = Matcher()
    matcher.add("a", A)
    matcher.add("a", B)
    assert matcher.match(article_of("alpha")) == []
    assert matcher.match(article_of("beta")) == ["a"]
    assert len(matcher) == 1


def test_a_rule_that_is_removed_says_nothing_and_may_be_removed_again() -> None:
    matcher = Matcher()
    matcher.add("a", A)
    matcher.remove("a")
    matcher.remove("a")
    assert matcher.match(article_of("alpha")) == []


def test_nothing_is_left_of_rules_that_were_removed() -> None:
    random = Random(7)
    matcher = Matcher()
    sizes = []
    for _ in range(3):
        for number in range(300):
            matcher.add(f"r{number}", random_rule(random))
            matcher.match(random_article(random, number))
        sizes.append(matcher.index_bytes)
        for number in range(300):
            matcher.remove(f"r{number}")
        assert (len(matcher), matcher.terms) == (0, 0)
        assert matcher.match(random_article(random, 1)) == []
        assert matcher.candidates == 0
    assert sizes[2] < 1.3 * sizes[0]


@pytest.mark.parametrize(
    ("query", "always"),
    [
        (A, 0),
        (And((A, Not(B))), 0),
        (Or((A, B)), 0),
        (Wildcard("alp*"), 0),
        (Stem("alpha"), 0),
        (Phrase((A, Or((B, C)))), 0),
        (Near(A, B, 3, ordered=False), 0),
        (NotNear(A, B, 3), 0),
        (AtLeast(2, A), 0),
        (AnyOf(2, (A, B, Number("urgency", "=", 1))), 0),
        (InField("title", And((A, Not(B)))), 0),
        (First(3, A), 0),
        (Metadata("source", A), 0),
        (Metadata("source", Wildcard("alp*")), 0),
        (Codes("lang", ("pt",)), 0),
        (And((Number("urgency", "=", 1), A)), 0),
        (Number("urgency", "=", 1), 0),
        (Or((A, Number("urgency", "=", 1))), 0),
        (AnyOf(1, (A, B, Number("urgency", "=", 1))), 0),
        (Not(A), 1),
    ],
)
def test_only_rules_that_need_nothing_are_looked_at_for_every_article(query: Query, always: int) -> None:
    matcher = Matcher()
    matcher.add("a", query)
    matcher.match(article_of("none of these", urgency=2))
    assert matcher.candidates == always


def test_rules_move_to_a_word_that_is_rarer_in_what_was_seen() -> None:
    matcher = Matcher()
    for number in range(20):
        matcher.add(f"a{number:02}", And((Word("everywhere"), Word("rare"))))
    for _ in range(200):
        matcher.match(article_of("rare as a word may be"))
    for _ in range(1000):
        matcher.match(article_of("everywhere"))
    matcher.match(article_of("everywhere else"))
    assert matcher.candidates == 0
    assert len(matcher.match(article_of("everywhere rare"))) == 20
    for _ in range(4000):
        matcher.match(article_of("rare"))
    matcher.match(article_of("rare"))
    assert matcher.candidates == 0
    assert len(matcher.match(article_of("everywhere rare"))) == 20


def test_a_word_is_found_in_any_spelling() -> None:
    matcher = Matcher()
    matcher.add("a", And((Word("defence"), Phrase((Word("colour"), A)))))
    assert matcher.match(article_of("defense color alpha")) == ["a"]


def test_a_wildcard_added_after_a_word_was_seen_finds_it() -> None:
    matcher = Matcher()
    matcher.add("a", Wildcard("beta*"))
    assert matcher.match(article_of("alphabet")) == []
    matcher.add("b", Wildcard("alph*"))
    assert matcher.match(article_of("alphabet")) == ["b"]
    matcher.remove("b")
    assert matcher.match(article_of("alphabet")) == []
    matcher.add("b", Stem("alphabets"))
    assert matcher.match(article_of("alphabet")) == ["b"]


def test_a_stem_is_taken_in_the_language_of_each_article() -> None:
    matcher = Matcher()
    matcher.add("a", Stem("cheval"))
    assert matcher.match(article_of("chevaux", language="fr")) == ["a"]
    assert matcher.match(article_of("chevaux", language="en")) == []
    assert matcher.match(article_of("cheval", language="en")) == ["a"]


def test_a_rule_as_deep_as_may_be_is_no_recursion_error() -> None:
    asked_deep: Query = A
    term: Query = A
    for _ in range(100):
        asked_deep = Or((X, And((A, Not(Not(asked_deep))))))
        term = Or((X, Near(A, Phrase((B, term)), 1, ordered=True)))
    text = "alpha " + "alpha beta " * 100 + "alpha"
    for query in (asked_deep, And((A, Not(AtLeast(1000, term)))), AtLeast(1, term)):
        matcher = Matcher()
        matcher.add("a", query)
        assert matcher.match(article_of(text)) == ["a"]
        assert explain(query, article_of(text), 50, 240).hits


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param([f"{number:05}" for number in range(40)], id="told apart by their first bytes"),
        pytest.param(
            [f"rule of the desk {number:05}" for number in range(40)], id="alike in more bytes than are sorted by"
        ),
        pytest.param(["", "\0", "a", "a\0", "aa", "a" * 16, "a" * 17, "a" * 16 + "\0"], id="one begins another"),
        pytest.param(["é", "e", "z", "中", "\U0001f600", "\uffff", "\ud800", "\ue000", "É" * 9], id="beyond ASCII"),
    ],
)
def test_ids_come_sorted_however_they_were_added(ids: list[str]) -> None:
    added = list(ids)
    Random(3).shuffle(added)
    matcher = Matcher(dict.fromkeys(added, "word"))
    assert matcher.match({"title": "a word"}) == sorted(ids)


def test_a_rule_in_a_crowded_bucket_can_be_taken_out_and_put_back() -> None:
    """The last record takes the place of the one taken out: of every width, first, middle and last."""
    guards = ["", " AND b", " AND (b OR c)", " AND (b OR c OR d)", " AND (b OR c OR d OR e OR f)", " NOT x"]
    rules = {f"{number:03}": "common" + guards[number % 6] for number in range(300)}
    matcher, left = Matcher(rules), dict(rules)
    article = {"title": "common b"}
    for rule_id in Random(5).sample(sorted(rules), 250):
        matcher.remove(rule_id)
        del left[rule_id]
        assert matcher.match(article) == sorted(left)
    for rule_id, query in rules.items():
        matcher.add(rule_id, query)
    assert matcher.match(article) == sorted(rules)
    assert matcher.match({"title": "common"}) == [each for each in sorted(rules) if int(each) % 6 in (0, 5)]


def test_phrases_are_found_while_their_table_is_moved_to_a_larger_one() -> None:
    """Phrases come and go: whatever stands half-way in two tables is found, and found no more once it is gone."""
    words = [f"w{number}" for number in range(300)]
    random, rules, matcher = Random(7), {}, Matcher()
    for number in range(24_000):
        pair = random.sample(words, 2)
        rule_id = f"r{random.randrange(20_000)}"
        rules[rule_id] = pair
        matcher.add(rule_id, " ".join(pair))
        if number % 3 == 0:
            gone = random.choice(list(rules)) if number % 300 == 0 else rule_id
            del rules[gone]
            matcher.remove(gone)
        if number % 400 == 0 and rules:
            asked = random.sample(sorted(rules), min(20, len(rules)))
            text = " x ".join(" ".join(rules[each]) for each in asked)
            pairs = {tuple(rules[each]) for each in asked}
            assert matcher.match({"body": text}) == sorted(each for each, pair in rules.items() if tuple(pair) in pairs)
