"""At the edges: what takes work and memory in proportion to the article and the rule, and to nothing else.

Bounds are held by counting: memory by tracemalloc, work by how the time grows when the article doubles.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from schemas.article import Article
from workers.match import Matcher, evaluate
from workers.rules.language import parse

MANY = 50_000
TIMES = 10_000
BYTES_A_WORD = 2000
"""Bound of the memory for NEAR: so many bytes for each word of the article, whatever the pairs."""
BITS = 5
"""And where NEAR/S or NEAR/P is an operand of NEAR/n: so many bits for each occurrence times each word of its sentence
or paragraph. This is not in proportion to the article, but to the square of what its longest sentence repeats."""


def peak_bytes(work: Callable[[], Any]) -> tuple[Any, int]:
    """What it gives, and the most memory that Python had for it at once."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("letter", ["x", "é", "ж"])
def test_one_word_of_10_mb_is_one_word(letter: str) -> None:
    matcher = Matcher({"beginning": f"{letter * 3}*", "other": letter * 3, "stem": "~running", "words": "words<=1"})
    assert matcher.match({"body": letter * (10_000_000 // len(letter.encode()))}) == ["beginning", "words"]
    assert matcher.match({"body": letter * 3}) == ["beginning", "other", "words"]


def test_an_article_of_10_mb_of_different_words_is_matched_whole() -> None:
    rules = {"last": "word929999", "near": "word5 NEAR/3 word8", "far": "word5 NEAR/2 word8", "wild": "word92999*"}
    matcher = Matcher({**rules, "phrase": '"word7 word8"', "none": "word930000"})
    body = "".join(f"word{number} " for number in range(930_000))
    assert len(body) > 10_000_000
    assert matcher.match({"body": body}) == ["last", "near", "phrase", "wild"]
    assert matcher.match({"body": "word930000"}) == ["none"]


ALTERNATIVES = f"({' OR '.join(f'word{number}' for number in range(MANY))})"


@pytest.mark.parametrize(
    ("query", "yes", "no"),
    [
        pytest.param(f"{ALTERNATIVES} NEAR/2 topic", "word49999 x topic", "word49999 x x topic", id="NEAR"),
        pytest.param(f"topic NEAR/S {ALTERNATIVES}", "A topic, word7.", "A topic. Word7.", id="NEAR/S"),
        pytest.param(f"topic NOT NEAR/2 {ALTERNATIVES}", "topic x x word1", "topic x word1", id="NOT NEAR"),
        pytest.param(f"ATLEAST/2({ALTERNATIVES})", "word1 word2", "word1 word50000", id="ATLEAST"),
    ],
)
def test_50_000_alternatives_may_stand_there(query: str, yes: str, no: str) -> None:
    matcher = Matcher({"a": query})
    assert matcher.match({"title": yes}) == ["a"]
    assert matcher.match({"title": no}) == []
    matcher.remove("a")
    assert matcher.match({"title": yes}) == []
    assert matcher.terms == 0


def test_10_000_alternatives_are_the_most_that_a_place_of_a_phrase_takes() -> None:
    most = f"({' OR '.join(f'word{number}' for number in range(10_000))})"
    matcher = Matcher({"a": f"big {most} deal"})
    assert matcher.match({"title": "big word9999 deal"}) == ["a"]
    assert matcher.match({"title": "big word10000 deal"}) == []
    with pytest.raises(ValueError, match="10,000"):
        Matcher({"a": f"big {ALTERNATIVES} deal"})


NESTED = {
    "NEAR/5": "alpha NEAR/5 beta",
    "NEAR in NEAR/S": "(alpha NEAR/5 beta) NEAR/S alpha",
    "NEAR in NEAR/P": "(alpha NEAR/5 beta) NEAR/P alpha",
    "NEAR/P in NEAR/S": "(alpha NEAR/P beta) NEAR/S alpha",
    "NEAR on both sides": "(alpha NEAR/20 beta) NEAR/20 (beta NEAR/20 alpha)",
    "NOT NEAR": "(alpha NEAR/9 beta) NOT NEAR/5 gamma",
}
SPANNING = {
    "NEAR/S in NEAR/5": "(alpha NEAR/S beta) NEAR/5 alpha",
    "NEAR/P in NEAR/5": "(alpha NEAR/P beta) NEAR/5 alpha",
}


def repeated(times: int) -> Article:
    """Two words that come so many times each, in one sentence."""
    return Article(uri="u:1", body="alpha beta " * times)


@pytest.mark.parametrize("query", [*NESTED.values(), *SPANNING.values()], ids=[*NESTED, *SPANNING])
def test_near_over_words_repeated_10_000_times_takes_bounded_memory(query: str) -> None:
    article = repeated(TIMES)
    matcher = Matcher({"near": query})
    found, taken = peak_bytes(lambda: matcher.match(article))
    assert found == ["near"]
    spanning_bytes = BITS * TIMES * (2 * TIMES) // 8 if query in SPANNING.values() else 0
    assert taken < BYTES_A_WORD * 2 * TIMES + spanning_bytes


@pytest.mark.parametrize("query", NESTED.values(), ids=NESTED)
def test_near_over_repeated_words_takes_work_in_proportion_to_them(query: str) -> None:
    tree = parse(query)

    def taken_s(times: int) -> float:
        article, best = repeated(times), 1e9
        for _ in range(2):
            began = time.thread_time()
            assert evaluate(tree, article)
            best = min(best, time.thread_time() - began)
        return best

    assert taken_s(8000) < 4 * 2.5 * taken_s(2000)  # looking at pairs it would be 16 times as much


def test_a_wildcard_that_every_word_satisfies_costs_no_more_than_the_words() -> None:
    words = [f"pre{number}" for number in range(20_000)]
    matcher = Matcher({f"r{number:03}": f"pre* AND pre{number}" for number in range(500)} | {"all": "pre*"})
    body = " ".join(words)
    found, taken = peak_bytes(lambda: matcher.match({"body": body}))
    assert found == ["all", *(f"r{number:03}" for number in range(500))]
    assert taken < 20_000 * BYTES_A_WORD
    assert matcher.match({"body": "prelude"}) == ["all"]
    matcher.remove("all")
    assert matcher.match({"body": "prelude"}) == []


def test_100_000_hits_are_told_of_rules_of_every_kind() -> None:
    kinds = ("oil", '"crude oil"', "crud*", "~oil", "=Oil", "crude NEAR/3 oil", "title:oil")
    rules = {f"{number:06}": kinds[number % len(kinds)] for number in range(100_000)}
    matcher = Matcher(rules)
    assert matcher.match({"title": "Crude Oil"}) == list(rules)
    assert matcher.match({"title": "gas"}) == []


def test_rules_that_differ_only_in_metadata_are_told_apart() -> None:
    rules = {f"{number:04}": f"oil AND source:paper{number}" for number in range(3000)}
    matcher = Matcher(
        {**rules, "urgent": "oil AND urgency<=2", "late": "oil AND urgency>2", "none": "oil NOT source:paper7"}
    )
    assert matcher.match({"title": "oil", "source": "paper7", "urgency": 2}) == ["0007", "urgent"]
    assert matcher.candidates < 20
    assert matcher.match({"title": "oil"}) == ["none"]
