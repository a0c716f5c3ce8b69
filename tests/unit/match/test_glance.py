"""A glance finds what the witnesses find, clause by clause and place by place, or says that it cannot."""

from __future__ import annotations

from random import Random

import pytest

from schemas.article import Article
from tests.unit.match.random_rules import random_article, random_rule
from workers.match.glance import OPERANDS_MAX, PIECE_MAX_CHARS, Glance, Unfit, glance_at
from workers.match.reading import Reading
from workers.match.witnesses import Clause, Witnesses
from workers.rules.language.tree import And, AnyOf, InField, Near, Not, Or, Phrase, Query, Stem, Wildcard, Word

WRITTEN = [
    "Defence",
    "defense",
    "colours",
    "US",
    "us",
    "U.S.",
    "u.s.a",
    "U.S.'s",
    "reuter's",
    "Reuters'",
    "'tis",
    "o'brien",
    "l'etat",
    "AT&T",
    "at",
    "t",
    "C++",
    "c",
    "C#",
    "1,234.5",
    "1,234",
    "3.14",
    "1.2.3",
    "p.m.",
    "d.p.r.k.'s",
    "don't",
    "we'll",
    "x..y",
    "a,b",
    "...",
    "&",
    "'",
    "+",
    "#",
    "s",
    "d",
    "un'altra",
]
FOLDED = [
    "defence",
    "defense",
    "color",
    "colours",
    "us",
    "usa",
    "reuter",
    "reuters",
    "tis",
    "o'brien",
    "obrien",
    "l",
    "etat",
    "at&t",
    "at",
    "t",
    "c++",
    "c",
    "c#",
    "1234.5",
    "1234",
    "3.14",
    "1.2.3",
    "pm",
    "dprk",
    "dont",
    "well",
    "x",
    "y",
    "a",
    "b",
    "s",
    "d",
    "altra",
    "never",
]
GAPS = (
    " ",
    " ",
    " ",
    "\u2019",
    "\u2019s ",
    "\u201d \u201c",
    "\u2013",
    "\u00a0",
    " \u20ac",
    ", ",
    ". ",
    ".\n",
    "\n\n",
    "-",
    "/",
    ".",
    "'",
    ",",
    "&",
    "+",
    ' "',
    ") (",
)
FITTING = 3_000


def text(random: Random, longest: int) -> str:
    return "".join(random.choice(WRITTEN) + random.choice(GAPS) for _ in range(random.randint(1, longest)))


def article(random: Random) -> Article:
    texts = {"title": text(random, 6), "lead": text(random, 6), "body": text(random, 25)}
    return Article.model_validate({"uri": "urn:1", "language": random.choice(["en", "tr", "fr", None]), **texts})


def rule(random: Random, depth: int) -> Query:
    kind = random.randrange(7 if depth else 2)
    name = random.choice(["title", "lead", "body", "text"])
    if kind == 0:
        return Word(random.choice(FOLDED))
    if kind == 1:
        return Phrase(tuple(Word(random.choice(FOLDED)) for _ in range(random.randint(2, 3))))
    operands = tuple(rule(random, depth - 1) for _ in range(random.randint(2, 3)))
    others: list[Query] = [
        And(operands),
        Or(operands),
        AnyOf(random.randint(1, 2), operands),
        Not(operands[0]),
        InField(name, operands[0]),  # type: ignore[arg-type]
    ]
    return others[kind - 2]


def plainly(clauses: list[Clause]) -> list[tuple[Query, list[tuple[str, int, int, int]]]]:
    return [(clause.term, [tuple(place) for place in clause.places]) for clause in clauses]  # type: ignore[misc]


@pytest.mark.parametrize("seed", range(4))
def test_a_glance_finds_what_the_witnesses_find(seed: int) -> None:
    random, hits = Random(seed), 0
    for _ in range(FITTING // 4):
        of, most = article(random), random.choice([1, 2, 50])
        for _ in range(4):
            query = rule(random, 2)
            expected = Witnesses(Reading(of), most).of(query)
            assert plainly(Glance(of).clauses(query, most)) == plainly(expected)
            hits += bool(expected)
    assert hits > FITTING / 10


def test_rules_of_any_shape_are_told_alike_or_are_unfit() -> None:
    random, fit = Random(1), 0
    for number in range(3 * FITTING):
        of, query = random_article(random, number), random_rule(random, 1)
        try:
            found = Glance(of).clauses(query, 50)
        except Unfit:
            continue
        assert plainly(found) == plainly(Witnesses(Reading(of), 50).of(query))
        fit += bool(found)
    assert fit > 0


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(Wildcard("a*"), id="a wildcard"),
        pytest.param(Stem("a"), id="a stem"),
        pytest.param(Phrase((Word("a"), Stem("b"))), id="a stem in a phrase"),
        pytest.param(Near(Word("a"), Word("b"), 3, ordered=False), id="near"),
        pytest.param(Or((Word("a"),) * (OPERANDS_MAX + 1)), id="a list"),
    ],
)
def test_other_rules_are_unfit(query: Query) -> None:
    with pytest.raises(Unfit):
        Glance(Article(uri="urn:1", body="a b")).clauses(query, 50)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("caf\u00e9", id="another letter"),
        pytest.param("a\u2026", id="characters that become several"),
        pytest.param("a." * PIECE_MAX_CHARS, id="a long joined piece"),
    ],
)
def test_other_texts_are_unfit(body: str) -> None:
    with pytest.raises(Unfit):
        Glance(Article(uri="urn:1", title="plain", body=body)).clauses(Word("a"), 50)


def test_another_article_with_the_same_fields_has_a_glance_of_its_own() -> None:
    one, other = Article(uri="urn:1", body="a"), Article(uri="urn:1", body="a")
    assert glance_at(one) is glance_at(one)
    assert not glance_at(one).is_of(other)
    assert glance_at(other).is_of(other)
