"""The evidence: which occurrences are told, in which order, and where they stand."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from schemas.article import Article
from tests.unit.match.random_rules import random_article, random_rule
from workers.match import evaluate, explain
from workers.match.witnesses import STRETCH_WORDS
from workers.rules.language import render
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
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
AB = Phrase((A, B))
ARTICLE = Article.model_validate(
    {
        "uri": "urn:1",
        "title": "Alpha, beta",
        "lead": "Gamma alpha",
        "body": "Alpha far away from beta.\n\nGamma, alpha",
        "source": "Alpha News",
        "places": ["Beta", "Gamma Beta"],
        "language": "pt-BR",
        "urgency": 3,
    }
)


def told(query: Query, article: Article = ARTICLE, max_hits: int = 50) -> list[tuple[str, str, str]]:
    """Term, field and the text at the place of each hit."""
    hits = explain(query, article, max_hits, 240).hits
    return [(hit.term, hit.field, (getattr(article, hit.field) or "")[hit.start : hit.end]) for hit in hits]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (B, [("beta", "title", "beta"), ("beta", "body", "beta")]),
        (AB, [('"alpha beta"', "title", "Alpha, beta")]),
        (
            And((AB, C)),
            [('"alpha beta"', "title", "Alpha, beta"), ("gamma", "lead", "Gamma"), ("gamma", "body", "Gamma")],
        ),
        (And((AB, Not(X))), [('"alpha beta"', "title", "Alpha, beta")]),
        (Or((And((AB, X)), InField("lead", C))), [("gamma", "lead", "Gamma")]),
        (AnyOf(1, (X, InField("title", B))), [("beta", "title", "beta")]),
        (First(2, Or((A, B))), [("alpha", "body", "Alpha")]),
        (Near(A, B, 1, ordered=False), [("alpha", "title", "Alpha"), ("beta", "title", "beta")]),
        (
            Near(C, A, "P", ordered=True),
            [
                ("gamma", "lead", "Gamma"),
                ("alpha", "lead", "alpha"),
                ("gamma", "body", "Gamma"),
                ("alpha", "body", "alpha"),
            ],
        ),
        (
            Near(Near(A, B, 4, ordered=True), C, 1, ordered=True),
            [
                ("alpha", "body", "Alpha"),
                ("beta", "body", "beta"),
                ("gamma", "body", "Gamma"),
            ],
        ),
        (Near(C, Or((B, Phrase((A, X)))), 1, ordered=False), [("beta", "body", "beta"), ("gamma", "body", "Gamma")]),
        (NotNear(A, B, 1), [("alpha", "lead", "alpha"), ("alpha", "body", "Alpha"), ("alpha", "body", "alpha")]),
        (NotNear(Or((A, C)), A, 1), []),
        (
            AtLeast(2, Or((B, Phrase((C, A))))),
            [
                ("beta", "title", "beta"),
                ('"gamma alpha"', "lead", "Gamma alpha"),
                ("beta", "body", "beta"),
                ('"gamma alpha"', "body", "Gamma, alpha"),
            ],
        ),
        (Exact("beta"), [("=beta", "title", "beta"), ("=beta", "body", "beta")]),
        (InField("title", Wildcard("bet*")), [("bet*", "title", "beta")]),
        (InField("title", Stem("beta")), [("~beta", "title", "beta")]),
        (X, []),
        (And((A, X)), []),
    ],
    ids=[
        "a word",
        "a phrase, with the punctuation in it",
        "AND",
        "nothing under NOT",
        "only sides of OR that are true, whole",
        "only items of ANY that are true",
        "only inside of the first words",
        "only what takes part in NEAR",
        "all that takes part in NEAR",
        "what takes part in a chain",
        "of alternatives in NEAR only those that take part",
        "what has none near",
        "what has none near: there is nothing",
        "each alternative of a count",
        "exact",
        "a wildcard",
        "a stem",
        "a rule that says no",
        "a rule that says no for one of its words",
    ],
)
def test_the_hits_are_the_occurrences_that_count(query: Query, expected: list[tuple[str, str, str]]) -> None:
    assert told(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Metadata("source", A), [("alpha", "source", 0, 5)]),
        (Metadata("place", Phrase((C, B))), [('"gamma beta"', "place", 0, 10)]),
        (Metadata("place", B), [("beta", "place", 0, 4), ("beta", "place", 6, 10)]),
        (Metadata("place", And((C, Not(B)))), []),
        (Metadata("place", And((C, Not(X)))), [("gamma", "place", 0, 5)]),
        (Codes("lang", ("pt",)), [("lang:pt", "lang", 0, 5)]),
        (Number("urgency", "<=", 3), [("urgency<=3", "urgency", 0, 0)]),
    ],
    ids=[
        "source",
        "a phrase in an entry",
        "two entries",
        "NOT asks all entries",
        "NOT of what no entry has",
        "a code",
        "a number has no place",
    ],
)
def test_hits_in_metadata_are_counted_within_their_entry(
    query: Query, expected: list[tuple[str, str, int, int]]
) -> None:
    hits = explain(query, ARTICLE, 50, 240).hits
    assert [(hit.term, hit.field, hit.start, hit.end) for hit in hits] == expected


@pytest.mark.parametrize(
    ("max_hits", "expected"),
    [
        (1, ["title alpha"]),
        (2, ["title alpha", "lead gamma"]),
        (3, ["title alpha", "lead gamma", "lead alpha"]),
        (4, ["title alpha", "lead gamma", "lead alpha", "body alpha"]),
    ],
)
def test_every_term_has_its_first_hit_before_another_has_its_second(max_hits: int, expected: list[str]) -> None:
    query = And((A, C))
    assert [f"{field} {term}" for term, field, _ in told(query, max_hits=max_hits)] == expected


def test_places_are_code_points_of_the_text_as_published() -> None:
    article = Article(uri="urn:1", title="\U0001f30d ﬁrst “Élysée”\u00ad, l’Iran")
    query = And((Word("first"), Word("elysee"), Word("iran")))
    assert [text for _, _, text in told(query, article)] == ["ﬁrst", "Élysée", "Iran"]


def test_the_excerpt_shows_the_hits() -> None:
    assert explain(And((A, Not(X))), ARTICLE, 50, 30).excerpt == "[[Alpha]], beta"


def test_evidence_passes_its_own_schema() -> None:
    evidence = explain(And((A, Metadata("place", B), Number("urgency", "=", 3))), ARTICLE, 50, 240)
    assert type(evidence).model_validate_json(evidence.model_dump_json()) == evidence


def test_near_in_a_long_text_is_told_from_a_stretch_of_it() -> None:
    body = "filler " * STRETCH_WORDS + "gamma alpha alpha gamma " * STRETCH_WORDS
    article = Article(uri="urn:1", body=body)
    hits = told(Near(Near(A, C, "P", ordered=True), A, 3, ordered=True), article, 4)
    assert hits == [
        ("alpha", "body", "alpha"),
        ("alpha", "body", "alpha"),
        ("gamma", "body", "gamma"),
        ("gamma", "body", "gamma"),
    ]


def test_a_rule_has_hits_only_where_it_says_yes_and_they_fit_their_texts() -> None:
    random = Random(5)
    explained = 0
    for number in range(400):
        article = random_article(random, number)
        for _ in range(4):
            query: Any = random_rule(random)
            evidence = explain(query, article, 5, 60)
            assert len(evidence.hits) <= 5
            assert evaluate(query, article) or not evidence.hits, (query, article)
            explained += bool(evidence.hits)
            assert len(evidence.excerpt.replace("[[", "").replace("]]", "")) <= 60
            fields = (
                list(type(evidence.hits[0]).model_json_schema()["properties"]["field"]["enum"]) if evidence.hits else []
            )
            order = [
                (fields.index(hit.field), hit.start) for hit in evidence.hits if hit.field in ("title", "lead", "body")
            ]
            assert order == sorted(order)
    assert explained > 400


@pytest.mark.parametrize("term", [A, AB, Phrase((Word("and"), Word("北"))), Word("at&t"), Phrase((A, Word("c++")))])
def test_a_term_is_told_in_canonical_form(term: Query) -> None:
    article = Article(uri="urn:1", title="and 北 AT&T alpha C++ alpha beta")
    assert {told_term for told_term, _, _ in told(term, article)} == {render(term)}


def test_a_long_list_of_words_tells_those_that_are_there_in_any_spelling() -> None:
    words = Or((*(Word(f"w{number}") for number in range(100)), Word("defence"), A))
    article = Article(uri="urn:1", title="Defense alpha")
    assert told(words, article) == [("defence", "title", "Defense"), ("alpha", "title", "alpha")]
