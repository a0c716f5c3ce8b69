"""Words that were met before a rule came, or went, are told as those that were met after it."""

from __future__ import annotations

from random import Random

import pytest

from schemas.article import Article
from workers.match import Matcher
from workers.match.engine import forms
from workers.match.evaluate import holds, plain
from workers.match.reading import Reading
from workers.rules.language import parse
from workers.rules.language.split import exact_words, split

BEGINNINGS = ["con", "cons", "constr", "Constru", "CONST", "wo", "кон", "конст", "οικ", "colou", "colo", "中国", "a"]
ENDINGS = ["", "s", "ing", "ed", "tion", "tions", "r", "rs", "man", "men", "ция", "ции", "ονομία", "'s", ".com", "7"]
RULES = [
    *["con*", "cons*", "const*", "construct*", "construc*", "wo?", "wom?n", "w?men", "c?ns*", "a?", "con?", "конст*"],
    *["~construct", "~constructions", "~color", "~woman", "~конституция", "=CONST", "=Constru", "constr", "constrs"],
    *["colour", "colors", "(con OR cons*) constrs", "(~women OR wom*) con", "cons* NEAR/2 ~colour", "οικονομία"],
    *[
        "title:(con* OR wom*)",
        "中 国",
        "中 国 s",
        "com",
        "1,000",
        "1000",
        "1.5",
        "конс* NOT con",
        "U.S.",
        "=us",
        "dell",
    ],
]
ODD = [
    "1,000",
    "1.5",
    "1,5",
    "U.S.",
    "us",
    "dell'Women",
    "con.constrs",
    "x.con",
    "women.Constructing",
    "A'con",
    "中'con",
]


def test_rules_that_come_and_go_between_articles_say_what_the_evaluator_says() -> None:
    random = Random(11)
    parsed = {text: parse(text) for text in RULES}
    live: set[str] = set()
    matcher = Matcher()
    hits = 0
    for number in range(700):
        for text in random.sample(RULES, 2):
            if text in live:
                live.discard(text)
                matcher.remove(text)
            else:
                live.add(text)
                matcher.add(text, text if random.random() < 0.5 else parsed[text])
        article = _article(random, number)
        reading = Reading(article)
        texts = plain(reading)
        expected = sorted(text for text in live if holds(parsed[text], reading, texts))
        assert matcher.match(article) == expected, article
        hits += len(expected)
    assert hits > 2000
    for text in live:
        matcher.remove(text)
    assert matcher.terms == 0
    assert matcher.match(_article(random, 0)) == []


def _article(random: Random, number: int) -> Article:
    words = [random.choice(BEGINNINGS) + random.choice(ENDINGS) for _ in range(7)]
    words += random.choices(ODD, k=2)
    return Article(
        uri=f"a:{number}",
        title=random.choice(words),
        body=random.choice([" ", ", ", "-"]).join(words),
        language=random.choice(["en", "fr", "ru", "tr"]),
    )


def test_thousands_of_words_that_were_met_are_found_by_a_beginning_that_comes_later() -> None:
    words = [f"{begin}{number:x}" for begin in ("abc", "abcdefghij", "Abcdefg") for number in range(4096, 6096)]
    matcher = Matcher({"other": "~other"})
    for at in range(0, len(words), 500):
        assert matcher.match({"body": " ".join(words[at : at + 500])}) == []
    for pattern, count in (("abc*", 6000), ("abcd*", 4000), ("abcdefg*", 4000), ("abcdefgh*", 2000), ("ab?????", 2000)):
        for _ in range(2):
            matcher.add("a", pattern)
            assert sum(matcher.match({"body": word}) == ["a"] for word in words) == count
            matcher.remove("a")
            assert not any(matcher.match({"body": word}) for word in words[::7])


def test_a_word_forgotten_again_and_again_takes_no_place_more() -> None:
    matcher = Matcher({"other": "~other"})
    for _ in range(2000):
        matcher.add("a", "constructions*")
        assert matcher.match({"body": "constructions constr"}) == ["a"]
        matcher.remove("a")
        assert matcher.match({"body": "constructions constr"}) == []
    assert matcher._catalogue.forms._chunks <= 4


def test_what_was_met_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "REMEMBERED_MAX", 1000)
    matcher = Matcher({"stem": "~construct", "word": "word7"})
    for number in range(30):
        body = " ".join(f"word{number}{each} x{number}.y{each}" for each in range(100))
        assert matcher.match({"body": body + " constructing"}) == ["stem"]
        assert matcher.match({"body": "Word7 constructing"}) == ["stem", "word"]
    assert matcher._catalogue.forms._vocabulary.filed < 2000


@pytest.mark.parametrize("pattern", ["w?n", "wo?", "w?", "won*"])
def test_words_that_no_wildcard_can_begin_are_not_worked_out(pattern: str) -> None:
    matcher = Matcher({"a": pattern})
    beside = [f"{first}{second}{third}" for first in "ab" for second in "xy" for third in "012"]
    assert matcher.match({"body": " ".join((*beside, "a", "ab", "win"))}) == (["a"] if pattern == "w?n" else [])
    assert matcher._catalogue.forms._vocabulary.filed < 8
    assert matcher.match({"body": "WON wo wan"}) == ["a"]
    matcher.remove("a")
    assert matcher.match({"body": "WON wo wan wen w"}) == []


@pytest.mark.parametrize("language", ["en", "tr"])
def test_exact_words_are_those_of_split(language: str) -> None:
    random = Random(5)
    for _ in range(300):
        text = "".join(random.choices([*BEGINNINGS, *ENDINGS, *ODD, " ", "'", ".", ",", "é", "٣", "“"], k=12))
        assert exact_words(text, language=language) == [token.exact for token in split(text, language=language)]
