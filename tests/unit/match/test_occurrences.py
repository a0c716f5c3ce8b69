"""Occurrences, held against all pairs on small random texts."""

from __future__ import annotations

from itertools import product
from random import Random
from time import process_time

import pytest

from workers.errors import Broken
from workers.match.near import lasts
from workers.match.occurrences import alone, fitting, rows, shortest
from workers.match.reading import Text, Written
from workers.rules.language.split import Token
from workers.rules.language.tree import And, Exact, Near, NotNear, Or, Phrase, Query, Reach, Stem, Wildcard, Word

A, B, C = Word("alpha"), Word("beta"), Word("gamma")


def text_of(written: str) -> Text:
    return Text(Written(written, body=True))


def pairs(node: Query, text: Text) -> set[tuple[int, int]]:
    """Every occurrence by the definition: all pairs are looked at."""
    if isinstance(node, Word):
        return {(at, at) for at, token in enumerate(text.tokens) if token.folded == node.text}
    if isinstance(node, Or):
        return set().union(*(pairs(operand, text) for operand in node.operands))
    if isinstance(node, Phrase):
        found = pairs(node.places[0], text)
        for place in node.places[1:]:
            found = {(a[0], b[1]) for a, b in product(found, pairs(place, text)) if b[0] == a[1] + 1}
        return found
    assert isinstance(node, Near)
    left, right = pairs(node.left, text), pairs(node.right, text)
    ordered = [(a, b) for a, b in product(left, right) if are_near(a, b, node.reach, text)]
    if not node.ordered:
        ordered += [(b, a) for a, b in product(left, right) if are_near(b, a, node.reach, text)]
    return {(a[0], b[1]) for a, b in ordered}


def are_near(a: tuple[int, int], b: tuple[int, int], reach: Reach, text: Text) -> bool:
    """Is `b` behind `a` and in reach?"""
    if b[0] <= a[1]:
        return False
    if isinstance(reach, int):
        return b[0] - a[1] <= reach
    first, last = text.tokens[a[0]], text.tokens[b[1]]
    return first.sentence == last.sentence if reach == "S" else first.paragraph == last.paragraph


def is_excluded(a: tuple[int, int], b: tuple[int, int], reach: Reach, text: Text) -> bool:
    overlap = a[0] <= b[1] and b[0] <= a[1]
    return overlap or are_near(a, b, reach, text) or are_near(b, a, reach, text)


def spans(node: Query, text: Text) -> set[tuple[int, int]]:
    return {(first, last) for first, row in rows(node, text).items() for last in lasts(first, row)}


def random_term(random: Random, depth: int) -> Query:
    kind = random.random() if depth else 0
    if kind < 0.35:
        return random.choice([A, B, C])
    if kind < 0.5:
        return Or((random_term(random, depth - 1), random_term(random, depth - 1)))
    if kind < 0.65:
        return Phrase((random_term(random, depth - 1), random_term(random, depth - 1)))
    return Near(
        random_term(random, depth - 1),
        random_term(random, depth - 1),
        random.choice([1, 2, 3, 7, "S", "P"]),
        random.random() < 0.4,
    )


def random_text(random: Random) -> Text:
    sentence = paragraph = 0
    tokens = []
    for at in range(random.randrange(14)):
        if random.random() < 0.2:
            sentence += 1
            paragraph += random.random() < 0.5
        word = random.choice(["alpha", "beta", "gamma", "delta"])
        tokens.append(Token(word, word, at, at + 1, sentence, paragraph))
    return Text(Written(""), tokens)


def test_rows_and_shortest_are_what_all_pairs_give() -> None:
    random = Random(1)
    filled = 0
    for _ in range(3000):
        node, text = random_term(random, 3), random_text(random)
        expected = pairs(node, text)
        filled += bool(expected)
        assert spans(node, text) == expected, (node, text.tokens)
        assert list(rows(node, text)) == sorted({first for first, _ in expected})
        least = {first: min(last for start, last in expected if start == first) for first, _ in expected}
        assert shortest(node, text) == least, (node, text.tokens)
        assert list(shortest(node, text)) == sorted(least)
    assert filled > 600


def test_not_near_is_what_all_pairs_give() -> None:
    random = Random(2)
    kept = dropped = 0
    for _ in range(3000):
        left, right, text = random_term(random, 2), random_term(random, 2), random_text(random)
        node = NotNear(left, right, random.choice([1, 2, 3, 7, "S", "P"]))
        others = pairs(right, text)
        expected = {a for a in pairs(left, text) if not any(is_excluded(a, b, node.reach, text) for b in others)}
        found = {(first, last) for first, row in alone(node, text).items() for last in lasts(first, row)}
        assert found == expected, (node, text.tokens)
        kept += bool(expected)
        dropped += expected != pairs(left, text)
    assert kept > 300
    assert dropped > 300


@pytest.mark.parametrize(
    ("node", "count"),
    [
        (Near(A, B, 1000, ordered=False), 19_999),
        (Near(Near(A, B, 50, ordered=False), A, 50, ordered=False), 19_997),
        (Near(Near(Near(A, B, "P", ordered=False), A, "P", ordered=False), B, "P", ordered=False), 19_997),
        (Near(A, B, "S", ordered=True), 10_000),
        (Near(Near(Near(A, B, 1000, ordered=False), A, 1000, ordered=False), B, 1000, ordered=False), 19_997),
        (Near(Near(A, B, "P", ordered=False), A, 5, ordered=False), 19_997),
        (Near(Near(A, B, 50, ordered=True), Near(B, A, 50, ordered=True), 50, ordered=True), 9_998),
    ],
    ids=[
        "a thousand words",
        "a chain of words",
        "a chain in a paragraph",
        "a sentence",
        "a long chain of words",
        "a paragraph, then words",
        "NEAR of NEARs",
    ],
)
def test_near_over_words_repeated_ten_thousand_times_takes_no_time_for_their_pairs(node: Near, count: int) -> None:
    text = text_of("alpha beta " * 10_000)
    began = process_time()
    assert len(shortest(node, text)) == count
    assert process_time() - began < 5  # 10,000 x 10,000 pairs would take a minute


def test_a_chain_of_ten_thousand_nears_is_no_recursion() -> None:
    node: Query = A
    for _ in range(10_000):
        node = Near(node, B, 5, ordered=False)
    assert shortest(node, text_of("alpha beta")) == {}
    for _ in range(10_000):
        node = Near(node, B, "S", ordered=False)
    assert shortest(node, text_of("alpha beta")) == {}


@pytest.mark.parametrize(
    ("node", "written", "expected"),
    [
        (Word("defence"), "Defense and defence", {(0, 0), (2, 2)}),
        (Word("us"), "U.S. and US and us", {(0, 0), (2, 2), (4, 4)}),
        (Exact("US"), "U.S. and US and us", {(0, 0), (2, 2)}),
        (Exact("Élan"), "Élan elan Elan", {(0, 0)}),
        (Stem("sanction"), "sanctions sanctioned sanctuary Sanction", {(0, 0), (1, 1), (3, 3)}),
        (Stem("color"), "colours coloured dolour", {(0, 0), (1, 1)}),
        (Phrase((Word("north"), Word("korea"))), "North. Korea, north-Korea", {(0, 1), (2, 3)}),
        (Phrase((Or((Word("north"), Word("south"))), Word("korea"))), "South Korea north Korea", {(0, 1), (2, 3)}),
        (Phrase((Exact("US"), Word("troops"))), "us troops US troops", {(2, 3)}),
        (Near(Word("korea"), Word("korea"), 5, ordered=False), "Korea", set()),
    ],
    ids=[
        "spellings",
        "dots",
        "exact case",
        "exact accents",
        "stem",
        "stem of a spelling",
        "punctuation in a phrase",
        "alternatives in a phrase",
        "exact in a phrase",
        "no word is shared",
    ],
)
def test_a_term_occurs(node: Query, written: str, expected: set[tuple[int, int]]) -> None:
    assert spans(node, text_of(written)) == expected


def test_a_stem_is_taken_in_the_language_of_the_article() -> None:
    written = "chevaux cheval"
    assert spans(Stem("cheval"), Text(Written(written, "fr-CA"))) == {(0, 0), (1, 1)}
    assert spans(Stem("cheval"), Text(Written(written, "en"))) == {(1, 1)}


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("sanct*", ["sanct", "sanctions", "sanct1", "sanctा"], ["sanc", "asanct", "sanct.5", "sanct&t"]),
        ("wom?n", ["woman", "wom1n"], ["womn", "womaan", "wom&n"]),
        ("colo*r", ["color", "colour", "colorer"], ["colours"]),
        ("at&t*", ["at&t", "at&tx"], ["at&t&t"]),
        ("abc*x*y?z", ["abcxyaz", "abcxxyyyaz", "abcaxyxyaz"], ["abcxyz", "abcx.yaz", "abcyaz"]),
        ("a?*", ["ab", "abc"], ["a", "a&b"]),
        ("abc**d", ["abcd", "abcxd"], ["abc"]),
        ("abc*a.1*b", ["abca.1b", "abcxa.1xb"], ["abc.1b", "abca.1.1b"]),
    ],
)
def test_a_wildcard_sees_the_word_whole(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    assert [word for word in fits + fits_not if fitting(pattern).fullmatch(word)] == fits


def test_a_wildcard_is_decided_in_linear_time() -> None:
    began = process_time()
    assert not fitting("abc*x*x*x*x*x*x*y").fullmatch("abc" + "x" * 1_000_000)
    assert process_time() - began < 1


def test_a_wildcard_takes_no_spellings() -> None:
    assert spans(Wildcard("colou*"), text_of("colour color")) == {(0, 0)}


def test_what_asks_an_article_occurs_nowhere() -> None:
    with pytest.raises(Broken, match="And"):
        rows(And((A, B)), text_of("alpha beta"))
