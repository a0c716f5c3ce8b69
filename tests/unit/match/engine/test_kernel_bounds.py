"""The compiled part checks no bounds: what fills its arrays most, makes them grow, or makes them be emptied."""

from __future__ import annotations

import time
import tracemalloc
from random import Random

import pytest

from tests.unit.match.random_rules import random_article, random_rule
from workers.match import Matcher
from workers.match.engine import forms, store
from workers.match.evaluate import holds, plain
from workers.match.reading import Reading
from workers.rules.language.tree import Phrase, Query, Word


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all that grows begin with next to nothing."""
    for name, value in (("_ARENA_WORDS", 64), ("_TERMS", 4), ("_SLOTS", 4), ("_FORMS", 4)):
        monkeypatch.setattr(store, name, value)
    for name, value in (("_CHUNKS_LOG", 3), ("_PAIRS", 4)):
        monkeypatch.setattr(store, name, value)


@pytest.mark.parametrize("seed", range(3))
def test_arrays_that_grow_all_the_time_change_no_answer(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    small(monkeypatch)
    monkeypatch.setattr(forms, "REMEMBERED_MAX", 30)
    random = Random(seed)
    matcher, rules = Matcher(), dict[str, Query]()
    hits = 0
    for number in range(60):
        for _ in range(6):
            rule_id = f"{'long-' * random.randrange(5)}é{random.randrange(80)}"
            rules[rule_id] = random_rule(random)
            matcher.add(rule_id, rules[rule_id])
        for rule_id in random.sample(sorted(rules), 2):
            del rules[rule_id]
            matcher.remove(rule_id)
        article = random_article(random, number)
        reading = Reading(article)
        texts = plain(reading)
        expected = [rule_id for rule_id, query in sorted(rules.items()) if holds(query, reading, texts)]
        assert matcher.match(article) == expected
        hits += len(expected)
    assert hits > 500
    for rule_id in rules:
        matcher.remove(rule_id)
    assert matcher.terms == 0


def test_hits_of_more_rules_than_there_was_room_for_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    matcher = Matcher({f"a{number:03}": "oil" for number in range(3)})
    for number in range(3, 200):
        assert len(matcher.match({"title": "oil"})) == number
        matcher.add(f"a{number:03}", "oil" if number % 2 else "ATLEAST/1(oil NEAR/S oil) OR oil")
    assert matcher.match({"title": "oil"}) == [f"a{number:03}" for number in range(200)]


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        pytest.param("㌖", 6, id="six words in three bytes, the most there are"),
        pytest.param("x ", 1, id="words of one letter"),
    ],
)
def test_the_densest_texts_have_room(letter: str, words: int) -> None:
    times = (65_536 - 24 - 2) // len(letter.encode())  # as many as the buffers take before they grow
    matcher = Matcher({"all": f"words={times * words}", "any": "キ OR x"})
    assert matcher.match({"body": letter * times}) == ["all", "any"]
    assert matcher.match({"body": letter * (2 * times)}) == ["any"]


def words(first: int, last: int) -> str:
    return " ".join(f"word{number}" for number in range(first, last))


def test_two_articles_that_are_each_too_many_words_to_remember_are_both_matched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forms, "REMEMBERED_MAX", 100)
    learn, learnt = forms.Forms.learn, 0

    def counted(self: forms.Forms, count: int, language: int) -> None:
        nonlocal learnt
        learnt += 1
        assert learnt < 9, "it forgets what it has just learnt, again and again"
        learn(self, count, language)

    monkeypatch.setattr(forms.Forms, "learn", counted)
    matcher = Matcher({"wild": "word*", "last": "word599"})
    assert matcher.match({"body": words(0, 400)}) == ["wild"]
    assert matcher.match({"body": words(200, 600)}) == ["last", "wild"]


def test_long_chunks_stand_for_their_words_however_much_is_forgotten_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forms, "REMEMBERED_MAX", 100)
    matcher = Matcher({"wild": "word*", "long": '"crude oil"', "not": "word7 OR silver"})
    assert matcher.match({"body": words(100, 300)}) == ["wild"]
    giant = "&&".join(["crude", "oil", *["copper"] * 60])
    assert matcher.match({"title": giant, "body": words(250, 450)}) == ["long", "wild"]
    assert matcher.match({"title": giant, "body": words(400, 600)}) == ["long", "wild"]


def test_a_rule_with_50_000_alternatives_goes_in_time_in_proportion_to_them() -> None:
    def taken_s(count: int) -> float:
        matcher = Matcher({"a": f"({' OR '.join(f'word{number}' for number in range(count))})"})
        began = time.thread_time()
        matcher.remove("a")
        return time.thread_time() - began

    assert taken_s(50_000) < 25 * taken_s(5_000)  # looking through all of them each time it would be 100 times as much


@pytest.mark.parametrize("urgency", [2**63, 10**30, -(10**30)])
def test_no_number_is_too_large_to_ask(urgency: int) -> None:
    matcher = Matcher({"high": "urgency>3", "low": "urgency<3", "not": "oil NOT urgency>3"})
    assert matcher.match({"title": "oil", "urgency": urgency}) == (["high"] if urgency > 0 else ["low", "not"])


def test_a_phrase_of_one_place_is_that_place() -> None:
    matcher = Matcher()
    matcher.add("a", Phrase((Word("oil"),)))
    assert matcher.match({"title": "oil"}) == ["a"]
    assert matcher.match({"title": "gas"}) == []


def test_what_is_forgotten_and_met_again_in_another_language_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    matcher = Matcher({"stem": "~running"})
    for number in range(200):
        matcher.add(f"r{number}", f"ankara{'' if number % 2 else '*'} OR iran")
        title = f"l'Iran Ankara'da extraordinarily{number} running"
        for language, expected in (("tr", number % 2 == 1), ("fr", True), ("en", True)):
            found = matcher.match({"title": title, "language": language})
            assert (f"r{number}" in found) is (expected or language == "tr")
        matcher.remove(f"r{number}")


@pytest.mark.parametrize(
    "form", [pytest.param("{} NEAR/2 x{}", id="plain"), pytest.param("=a{} NEAR/2 x{}", id="tree")]
)
def test_a_rule_of_5_000_nears_is_told_from_one_that_fails_in_the_last(form: str) -> None:
    count = 5000
    pairs = [form.format(f"a{n}" if form[0] == "{" else n, n) for n in range(count)]
    matcher = Matcher({"oil": "oil"})
    matcher.add("near", " AND ".join(pairs))
    body = "".join(f"a{n} x{n} . . " for n in range(count))
    assert matcher.match({"body": body}) == ["near"]
    assert matcher.match({"body": body.replace(f"a{count - 1} ", f"a{count - 1} and so on ")}) == []
    matcher.remove("near")
    assert matcher.terms == 1
    assert matcher.match({"title": "oil"}) == ["oil"]


def test_articles_in_ever_new_languages_leave_nothing_behind() -> None:
    matcher = Matcher({f"r{number}": f"subject:~word{number}" for number in range(300)})

    def matched(number: int) -> None:
        assert matcher.match({"title": "x", "subjects": ["words7"], "language": f"x{number}"}) == []
        assert matcher.match({"title": "x", "subjects": ["word7"], "language": f"x{number}"}) == ["r7"]

    matched(0)
    tracemalloc.start()
    try:
        for number in range(1, 400):
            matched(number)
        assert tracemalloc.get_traced_memory()[0] < 150 * 300 * 250  # bytes: of 150 languages' stems
    finally:
        tracemalloc.stop()


def test_a_rule_of_half_a_million_literals_is_told() -> None:
    ors, each = 1500, 6  # made of 12 words each, 64 clauses of 6
    word = [[f"w{n}x{m}" for m in range(2 * each)] for n in range(ors)]
    brackets = [" OR ".join(f"({a} AND {b})" for a, b in zip(of[::2], of[1::2], strict=True)) for of in word]
    matcher = Matcher({"oil": "oil"})
    matcher.add("wide", f"oil AND {' AND '.join(f'({bracket})' for bracket in brackets)}")
    body = " ".join(f"{of[0]} {of[1]}" for of in word)
    assert matcher.match({"title": "oil", "body": body}) == ["oil", "wide"]
    assert matcher.match({"title": "oil", "body": body.replace("w7x1 ", "")}) == ["oil"]
    matcher.remove("wide")
    assert matcher.terms == 1
