"""A claim of never, always, nothing added or covered is a proof: the plain evaluator never says otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.article import Article
from workers.match import evaluate
from workers.match.spellings import spellings
from workers.rules.language import parse, render
from workers.rules.language.lint import lint
from workers.rules.language.lint_knowledge import Knowledge
from workers.rules.language.lint_note import Code, Note
from workers.rules.language.lint_related import KnownRules
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
    bottom_up,
    walk,
    with_children,
)

KNOWLEDGE = Knowledge(spellings=spellings)
FALSE, TRUE = Number("words", "<", 0), Number("words", ">=", 0)
WORDS = ["Korea", "north", "defence", "defense", "Defence", "sanctions", "sanction", "AT&T", "US", "us", "anchor"]
SINGLE: list[Query] = [*map(Word, ["korea", "north", "defence", "defense", "sanction", "at&t", "us"])]
SINGLE += [*map(Wildcard, ["def*", "defen*", "sanct*", "sanction*", "k?rea", "at&t*", "at&*"])]
SINGLE += [Stem("sanction"), Stem("defence"), Exact("US"), Exact("Defence"), Exact("AT&T")]
SINGLES = st.sampled_from(SINGLE)
REACHES: st.SearchStrategy[Any] = st.sampled_from([1, 2, 5, "S", "P"])
TERMS = st.recursive(
    SINGLES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda them: Phrase(tuple(them)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda them: Or(tuple(them)))
        | st.builds(Near, inner, inner, REACHES, st.booleans())
    ),
    max_leaves=3,
)
COMPARISONS: st.SearchStrategy[Any] = st.sampled_from(["<", "<=", "=", ">=", ">"])
FACTS: st.SearchStrategy[Query] = (
    TERMS
    | SINGLES
    | st.builds(NotNear, TERMS, TERMS, REACHES)
    | st.builds(AtLeast, st.integers(1, 3), TERMS)
    | st.builds(Number, st.just("urgency"), COMPARISONS, st.integers(1, 4))
    | st.builds(Number, st.just("words"), COMPARISONS, st.integers(0, 9))
    | st.builds(Codes, st.just("lang"), st.sampled_from([("pt",), ("pt-br",), ("en", "pt"), ("fr",)]))
)


def _joined(inner: st.SearchStrategy[Query], kind: type[And | Or]) -> st.SearchStrategy[Query]:
    return st.lists(inner, min_size=2, max_size=3).map(lambda them: kind(tuple(them)))


def _statements(leaves: st.SearchStrategy[Query], most: int) -> st.SearchStrategy[Query]:
    return st.recursive(
        leaves,
        lambda inner: (
            _joined(inner, And)
            | _joined(inner, Or)
            | inner.map(Not)
            | st.lists(inner, min_size=2, max_size=3).map(lambda them: AnyOf(min(2, len(them)), tuple(them)))
        ),
        max_leaves=most,
    )


INSIDE = _statements(TERMS | SINGLES | st.builds(NotNear, TERMS, TERMS, REACHES), 3)
FIELDS: st.SearchStrategy[Query] = (
    st.builds(InField, st.sampled_from(["title", "lead", "body", "text"]), INSIDE)
    | st.builds(First, st.integers(1, 6), INSIDE)
    | st.builds(Metadata, st.sampled_from(["place", "source"]), INSIDE)
)
TREES = _statements(FACTS | FIELDS, 7)
TEXTS = st.lists(st.sampled_from([*WORDS, ".", "\n\n"]), max_size=8).map(" ".join)


def _article(title: str, lead: str, body: str, place: list[str], language: str, urgency: int | None) -> Article:
    fields = {"title": f"anchor {title}", "lead": lead, "body": body, "source": title or "x", "urgency": urgency}
    return Article.model_validate({"uri": "urn:1", "places": place, "language": language, **fields})


ARTICLES = st.builds(
    _article,
    TEXTS,
    TEXTS,
    TEXTS,
    st.lists(st.sampled_from(["North Korea", "US", "us defense"]), max_size=2),
    st.sampled_from(["en", "pt", "pt-BR", "fr"]),
    st.none() | st.integers(1, 5),
)


def typed(tree: Query) -> tuple[str, Query]:
    """A rule as an operator could have typed it, and its tree."""
    text = render(And((Word("anchor"), tree)))
    return text, parse(text)


def without(tree: Query, note: Note) -> Query:
    """The rule as it would be if the note is right: the part decided, or left out."""
    target = next(node for node in walk(tree) if node.span == (note.start, note.end))
    instead = {Code.NEVER_TRUE: FALSE, Code.ALWAYS_TRUE: TRUE}.get(note.code)

    def rebuilt(node: Query, inner: list[Query | None]) -> Query | None:
        if node is target:
            return instead
        kept = [each for each in inner if each is not None]
        if len(kept) < len(inner) and len(kept) == 1:
            return kept[0]
        return with_children(node, kept) if inner else node

    combine: Callable[[Query, list[Query | None]], Query | None] = rebuilt
    result = bottom_up(tree, combine)
    assert result is not None
    return result


CLAIMS = (Code.NEVER_TRUE, Code.ALWAYS_TRUE, Code.ADDS_NOTHING)


@settings(max_examples=300)
@given(TREES, st.lists(ARTICLES, min_size=6, max_size=6))
def test_what_is_claimed_of_a_part_is_true_of_every_article(tree: Query, articles: list[Article]) -> None:
    text, rule = typed(tree)
    for note in lint(text, rule, KNOWLEDGE):
        assert 0 <= note.start < note.end <= len(text)
        if note.code in CLAIMS:
            changed = without(rule, note)
            for article in articles:
                assert evaluate(rule, article) == evaluate(changed, article), (note, text, changed)


@settings(max_examples=200)
@given(TREES, TREES, st.lists(ARTICLES, min_size=6, max_size=6))
def test_a_rule_that_is_said_to_cover_another_covers_it(one: Query, other: Query, articles: list[Article]) -> None:
    rules = {"one": typed(one)[1], "other": typed(other)[1], "both": typed(Or((one, other)))[1]}
    known = KnownRules(rules, spellings)
    for rule_id, tree in rules.items():
        for related in known.related_to(rule_id)(tree):
            for article in articles:
                here, there = evaluate(tree, article), evaluate(rules[related.rule_id], article)
                assert there or not here, (rule_id, related, rules)
                assert related.relation == "covers" or here == there


def _simple(random: Random, depth: int) -> Query:
    kind = random.randrange(4) if depth else 3
    inner = [_simple(random, depth - 1) for _ in range(2)] if kind < 3 else []
    match kind:
        case 0:
            return And(tuple(inner))
        case 1:
            return Or(tuple(inner))
        case 2:
            return Not(inner[0])
    return random.choice([*SINGLE, Phrase((Word("north"), Word("korea"))), InField("title", Word("korea"))])


def test_claims_are_made_and_hold_on_many_small_rules() -> None:
    random = Random(4)
    made: Counter[Code] = Counter()
    articles = [
        _article(title, lead, body, [], "en", None)
        for title, lead, body in (
            [" ".join(random.choices(WORDS, k=random.randrange(4))) for _ in "tlb"] for _ in range(60)
        )
    ]
    for _ in range(400):
        text, rule = typed(_simple(random, 3))
        for note in lint(text, rule, KNOWLEDGE):
            made[note.code] += 1
            if note.code in CLAIMS:
                changed = without(rule, note)
                assert all(evaluate(rule, each) == evaluate(changed, each) for each in articles), (text, note)
    assert all(made[code] > 5 for code in CLAIMS), made


@pytest.mark.parametrize("code", CLAIMS)
def test_a_wrong_claim_would_be_found_out(code: Code) -> None:
    rule = parse("anchor AND (north OR korea)")
    start = len("anchor AND (")
    changed = without(rule, Note(code, start, start + len("north"), "", ""))
    articles = [_article(title, "", "", [], "en", None) for title in ("north", "korea", "")]
    assert any(evaluate(rule, each) != evaluate(changed, each) for each in articles)
