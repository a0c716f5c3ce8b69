"""NEAR and NOT NEAR over repeated words, as they are told: from a stretch, and in work that is bounded by the words."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from schemas.article import Article
from tests.unit.match.test_occurrences import is_excluded, pairs, random_term, random_text, text_of
from workers.match import account, explain, sightings, witnesses
from workers.match.near import bits_at, lasts
from workers.match.reading import Text
from workers.match.witnesses import STRETCH_WORDS, allowed_in
from workers.rules.language import parse
from workers.rules.language.tree import NotNear, Query

TOLD = {
    "NEAR/S NOT NEAR": "(alpha NEAR/S beta) NOT NEAR/5 gamma",
    "NEAR/P NOT NEAR/S": "(alpha NEAR/P beta) NOT NEAR/S gamma",
    "a chain NOT NEAR": "((alpha NEAR/S beta) NEAR/2 delta) NOT NEAR/5 gamma",
    "a phrase NOT NEAR": "((alpha NEAR/P beta) alpha) NOT NEAR/5 gamma",
    "a chain": "(alpha NEAR/S beta) NEAR/2 delta",
    "a phrase": "(alpha NEAR/P beta) alpha",
}
WAYS: dict[str, Callable[[Query, Article], int]] = {
    "evidence": lambda tree, article: len(explain(tree, article, 50, 240).hits),
    "account": lambda tree, article: len(account(tree, article).clause.occurrences),
}


def repeated(times: int) -> Article:
    """Two words that come so many times each, in one sentence, and a third at its end."""
    return Article(uri="u:1", body="alpha beta " * times + "delta")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("query", TOLD.values(), ids=TOLD)
def test_what_is_told_of_near_over_repeated_words_takes_work_in_proportion_to_them(
    query: str, way: Callable[[Query, Article], int]
) -> None:
    tree = parse(query)

    def taken_s(times: int) -> float:
        article, best = repeated(times), 1e9
        for _ in range(2):
            began = time.thread_time()
            assert way(tree, article)
            best = min(best, time.thread_time() - began)
        return best

    assert taken_s(2400) < 4 * 2.5 * taken_s(600)  # whole, as these are shorter than a stretch
    assert taken_s(9600) < 4 * 2.5 * taken_s(2400)  # looking at pairs it would be 16 times as much


def test_pairs_that_are_looked_at_for_what_takes_part_are_those_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def counted(first: int, row: int) -> Any:
        nonlocal looked
        for last in lasts(first, row):
            looked += 1
            yield last

    monkeypatch.setattr(witnesses, "lasts", counted)
    assert explain(parse(TOLD["a chain"]), repeated(1000), 50, 240).hits
    assert looked < 5 * 2000  # of 1,000,000 occurrences of the NEAR in it


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("NEAR/S NOT NEAR", {"alpha", "beta"}),
        ("NEAR/P NOT NEAR/S", {"alpha", "beta"}),
        ("a chain NOT NEAR", {"alpha", "beta", "delta"}),
        ("a phrase NOT NEAR", {"(alpha NEAR/P beta) alpha"}),
    ],
)
def test_each_term_of_what_has_none_near_is_told_in_a_long_text(name: str, terms: set[str]) -> None:
    excluded = "Alpha beta alpha delta gamma. " * STRETCH_WORDS
    article = Article(uri="u:1", body=excluded + "\n\n" + "Filler " * 9 + "alpha beta alpha delta.")
    hits = explain(parse(TOLD[name]), article, 50, 240).hits
    assert {hit.term for hit in hits} == terms
    assert all(hit.start > len(excluded) for hit in hits)
    assert account(parse(TOLD[name]), article).clause.occurrences[0].start > len(excluded)


def test_of_occurrences_longer_than_a_stretch_the_shortest_is_told() -> None:
    body = "alpha " * STRETCH_WORDS + "filler " * STRETCH_WORDS + "beta " * STRETCH_WORDS
    hits = explain(parse("(alpha NEAR/S beta) NOT NEAR/5 gamma"), Article(uri="u:1", body=body), 50, 240).hits
    assert [(hit.term, body[hit.start : hit.end]) for hit in hits] == [("alpha", "alpha"), ("beta", "beta")]
    assert hits[1].start - hits[0].start == len("alpha ") + len("filler ") * STRETCH_WORDS


def test_not_near_in_a_stretch_is_what_all_pairs_in_it_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witnesses, "STRETCH_WORDS", 4)
    random = Random(11)
    cut = dropped = 0
    for _ in range(3000):
        left, right, text = random_term(random, 3), random_term(random, 2), random_text(random)
        node = NotNear(left, right, random.choice([1, 2, 3, 7, "S", "P"]))
        of_left = pairs(left, text)
        others = pairs(right, text)
        expected = {a for a in of_left if not any(is_excluded(a, b, node.reach, text) for b in others)}
        within, allowed = allowed_in(left, text, node)
        begin = within.tokens[0].start if within.tokens else 0  # in these texts a word is a code point
        end = begin + len(within)
        found = {(begin + first, begin + last) for first, row in allowed.items() for last in lasts(first, row)}
        assert found == {(first, last) for first, last in expected if begin <= first and last < end}, (
            node,
            text.tokens,
        )
        assert bool(found) == bool(expected)
        cut += bool(found) and len(within) < len(text)
        dropped += bool(found) and found != {each for each in of_left if begin <= each[0] and each[1] < end}
    assert cut > 50
    assert dropped > 10


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("alpha NEAR/S beta", [(2, 3), (7, 8), (8, 9)]),
        ("(alpha NEAR/S beta) NOT NEAR/1 gamma", [(2, 3)]),
        ("(alpha PRE/S beta) NOT NEAR/S gamma", [(2, 3)]),
        ("(alpha NEAR/S beta) NOT NEAR/1 absent", [(2, 3), (7, 8), (8, 9)]),
    ],
)
def test_of_near_and_not_near_one_occurrence_a_word_is_told(query: str, expected: list[tuple[int, int]]) -> None:
    text = text_of("Gamma one. Alpha beta, one beta. Gamma beta alpha beta gamma.")
    assert told(parse(query), text) == expected


def told(node: Query, text: Text) -> list[tuple[int, int]]:
    """The words of the occurrences that are told."""
    asked = sightings.Asked("body", None, text)
    found, count = sightings.sightings(node, sightings.Scope("body", [asked]), 9, None)
    starts = {start: at for at, (start, _) in enumerate(text.places)}
    ends = {end: at for at, (_, end) in enumerate(text.places)}
    assert count == len(found)
    return [(starts[each.start], ends[each.end]) for each in found]


@pytest.mark.parametrize("positions", [[], [0], [7, 8], [3, 64, 1000]], ids=str)
def test_bits_stand_at_their_positions(positions: list[int]) -> None:
    assert bits_at(positions) == sum(1 << position for position in positions)
