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
FEWER = 5_000
TIMES = 10_000
BYTES_A_WORD = 1800
"""Bound of the memory for NEAR: so many bytes for each word of the article, whatever the pairs."""


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


def alternatives(count: int) -> str:
    return f"({' OR '.join(f'word{number}' for number in range(count))})"


@pytest.mark.parametrize(
    ("query", "yes", "no"),
    [
        pytest.param(f"{alternatives(MANY)} NEAR/2 topic", "word49999 x topic", "word49999 x x topic", id="NEAR"),
        pytest.param(f"topic NEAR/S {alternatives(FEWER)}", "A topic, word7.", "A topic. Word7.", id="NEAR/S"),
        pytest.param(f"topic NOT NEAR/2 {alternatives(FEWER)}", "topic x x word1", "topic x word1", id="NOT NEAR"),
        pytest.param(f"ATLEAST/2({alternatives(FEWER)})", "word1 word2", "word1 word50000", id="ATLEAST"),
    ],
)
def test_many_alternatives_may_stand_there(query: str, yes: str, no: str) -> None:
    matcher = Matcher({"a": query})
    assert matcher.match({"title": yes}) == ["a"]
    assert matcher.match({"title": no}) == []
    matcher.remove("a")
    assert matcher.match({"title": yes}) == []
    assert matcher.terms == 0


def test_10_000_alternatives_are_the_most_that_a_place_of_a_phrase_takes() -> None:
    matcher = Matcher({"a": f"big {alternatives(10_000)} deal"})
    assert matcher.match({"title": "big word9999 deal"}) == ["a"]
    assert matcher.match({"title": "big word10000 deal"}) == []
    with pytest.raises(ValueError, match="10,000"):
        Matcher({"a": f"big {alternatives(10_001)} deal"})


NESTED = {
    "NEAR/5": "alpha NEAR/5 beta",
    "NEAR in NEAR/S": "(alpha NEAR/5 beta) NEAR/S alpha",
    "NEAR in NEAR/P": "(alpha NEAR/5 beta) NEAR/P alpha",
    "NEAR/P in NEAR/S": "(alpha NEAR/P beta) NEAR/S alpha",
    "NEAR on both sides": "(alpha NEAR/20 beta) NEAR/20 (beta NEAR/20 alpha)",
    "NOT NEAR": "(alpha NEAR/9 beta) NOT NEAR/5 gamma",
    "NEAR/S in NEAR/5": "(alpha NEAR/S beta) NEAR/5 alpha",
    "NEAR/P in NEAR/5": "(alpha NEAR/P beta) NEAR/5 alpha",
    "NEAR/S and NEAR/P in NEAR/5": "(alpha NEAR/S beta) NEAR/5 (beta NEAR/P alpha)",
    "NEAR/P in a phrase": "(alpha NEAR/P beta) alpha",
    "NEAR/P in NOT NEAR": "(alpha NEAR/9 beta) NOT NEAR/5 (alpha NEAR/P gamma)",
    "NEAR/P and NOT NEAR": "(alpha NEAR/P beta) NOT NEAR/5 gamma",
}


def repeated(times: int) -> Article:
    """Two words that come so many times each, in one sentence."""
    return Article(uri="u:1", body="alpha beta " * times)


def test_near_over_words_repeated_10_000_times_is_answered() -> None:
    assert Matcher(NESTED).match(repeated(TIMES)) == sorted(NESTED)


def test_near_of_a_sentence_over_words_repeated_10_000_times_takes_bounded_memory() -> None:
    matcher = Matcher({"near": NESTED["NEAR/S in NEAR/5"]})
    found, taken = peak_bytes(lambda: matcher.match(repeated(TIMES)))
    assert found == ["near"]
    assert taken < BYTES_A_WORD * 2 * TIMES


@pytest.mark.parametrize("query", NESTED.values(), ids=NESTED)
def test_near_over_repeated_words_takes_memory_in_proportion_to_them(query: str) -> None:
    matcher = Matcher({"near": query})

    def taken_bytes(times: int) -> int:
        article = repeated(times)
        found, taken = peak_bytes(lambda: matcher.match(article))
        assert found == ["near"]
        assert taken < BYTES_A_WORD * 2 * times
        return taken

    few_bytes = max(taken_bytes(800), 2 * 800 * 100)  # of few words the engine may ask nothing
    assert taken_bytes(3200) < 4 * 1.3 * few_bytes  # a bit for each pair would be 8 times as much


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

    assert taken_s(4000) < 4 * 2.5 * taken_s(1000)  # looking at pairs it would be 16 times as much


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


def test_many_hits_are_told_of_rules_of_every_kind() -> None:  # 100,000 hits of one kind: see test_edges
    kinds = ("oil", '"crude oil"', "crud*", "~oil", "=Oil", "crude NEAR/3 oil", "title:oil")
    rules = {f"{number:05}": kinds[number % len(kinds)] for number in range(21_000)}
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
