"""Excerpts: what they show, and how much."""

from __future__ import annotations

import re

import pytest

from workers.match.excerpt import Shown, excerpt


def hits_of(texts: dict[str, str], *terms: str) -> list[Shown]:
    return [
        Shown(term, field, found.start(), found.end())
        for field, text in texts.items()
        for term in terms
        for found in re.finditer(re.escape(term), text)
    ]


FAR = "one " + "filler " * 100 + "two " + "filler " * 100 + "three"


@pytest.mark.parametrize(
    ("texts", "terms", "limit", "expected"),
    [
        ({"title": "Russia and China"}, ["Russia", "China"], 240, "[[Russia]] and [[China]]"),
        ({"title": "Russia  and\n China"}, ["China"], 240, "Russia and [[China]]"),
        ({"title": "Russia", "body": "China"}, ["Russia", "China"], 240, "[[Russia]] … [[China]]"),
        ({"body": "alphabet soup of words here now"}, ["soup"], 18, "… [[soup]] of words …"),
        ({"body": FAR}, ["two"], 24, "… filler [[two]] filler …"),
        ({"body": FAR}, ["one", "three"], 30, "[[one]] filler … filler [[three]]"),
        ({"body": FAR}, ["one", "two", "three"], 14, "[[one]] … [[two]] …"),
        ({"body": FAR}, ["three"], 20, "… filler [[three]]"),
        ({"body": FAR + " \n"}, ["three"], 20, "… filler [[three]]"),
        ({"body": "a " * 10 + "b"}, ["b"], 21, "a " * 10 + "[[b]]"),
        ({"body": "filler one filler"}, ["one"], 4, "[[one]]"),
        ({"title": "no hit here", "body": "or here"}, [], 240, "no hit here"),
        ({"title": " ", "body": "or here"}, [], 4, "or"),
        ({"title": "x" * 50}, [], 10, "x" * 6 + " …"),
        ({"title": "北朝鮮とロシア"}, ["ロシア"], 5, "鮮と[[ロシア]]"),
        ({"title": "north korea south"}, ["north korea", "korea south"], 240, "[[north korea south]]"),
        ({}, [], 240, ""),
    ],
    ids=[
        "all of it",
        "white space is one space",
        "two fields",
        "whole words",
        "words on both sides",
        "two windows",
        "as many as there is room for",
        "the end",
        "the end, and white space",
        "what fits is whole",
        "no room to say that it goes on",
        "no hit: the beginning",
        "no hit: the beginning of what has text",
        "a word longer than the room",
        "a script without spaces",
        "hits that overlap are one mark",
        "no text",
    ],
)
def test_an_excerpt_shows(texts: dict[str, str], terms: list[str], limit: int, expected: str) -> None:
    assert excerpt(texts, hits_of(texts, *terms), limit) == expected


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("a [[b]] c", "c", "a ((b)) [[c]]"),
        ("[b]", "b", "([[b]])"),
        ("[[[b]]]", "b", "((([[b]]))]"),
        ("[1] b [2]", "b", "[1] [[b]] [2]"),
        ("]b[", "b", "][[b]]["),
        ("x [[y]] z", "x [[y]] z", "[[x ((y)) z]]"),
    ],
)
def test_every_mark_is_ours(text: str, term: str, expected: str) -> None:
    assert excerpt({"title": text}, hits_of({"title": text}, term), 240) == expected


@pytest.mark.parametrize("limit", [1, 5, 17, 60, 240, 5_000])
def test_an_excerpt_keeps_to_its_length(limit: int) -> None:
    texts = {"title": "one of two", "body": FAR}
    shown = excerpt(texts, hits_of(texts, "one", "two", "three"), limit)
    assert len(shown.replace("[[", "").replace("]]", "")) <= limit
    assert bool(re.search(r"\[\[", shown)) is (limit >= 3)


def test_the_window_with_most_terms_comes_before_the_first_one() -> None:
    texts = {"body": "one " + "filler " * 100 + "two three one"}
    assert excerpt(texts, hits_of(texts, "one", "two", "three"), 24) == "… filler [[two]] [[three]] [[one]]"
