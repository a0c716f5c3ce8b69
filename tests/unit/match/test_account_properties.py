"""The account of random rules and articles, held against the evaluator, the evidence, and all changes there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations, islice
from random import Random
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.article import Article
from tests.unit.match.random_rules import random_article, random_rule
from tests.unit.match.test_account import every, text_at
from tests.unit.match.test_real_rules import real_rules, rows_of
from tests.unit.rules.language.trees import LISTS, TREES
from workers.match import account, evaluate, explain
from workers.match.clause import Account
from workers.rules.language import expand, render
from workers.rules.language.tree import (
    And,
    AnyOf,
    Codes,
    First,
    InField,
    Metadata,
    Not,
    Number,
    Or,
    Query,
    children,
    with_children,
)

Field: TypeAlias = InField | First | Metadata | None
Values: TypeAlias = dict[str, bool]


def key_of(leaf: Query, around: Field) -> str:
    """A leaf as the account writes it."""
    return render(in_field(leaf, around))


def in_field(leaf: Query, around: Field) -> Query:
    if around is None or isinstance(leaf, Codes | Number) or (isinstance(around, InField) and around.field == "text"):
        return leaf
    return with_children(around, (leaf,))


def leaves_of(node: Query, article: Article, around: Field = None) -> Values:
    """What the plain evaluator says to each leaf in its field."""
    if isinstance(node, InField | First | Metadata):
        return leaves_of(node.operand, article, node)
    if isinstance(node, And | Or | Not | AnyOf):
        found: Values = {}
        for child in children(node):
            found |= leaves_of(child, article, around)
        return found
    return {key_of(node, around): evaluate(in_field(node, around), article)}


def says(node: Query, values: Mapping[str, bool], around: Field = None) -> bool:
    """The rule as a plain formula over its leaves."""
    match node:
        case InField() | First() | Metadata():
            return says(node.operand, values, node)
        case And() | Or() | AnyOf() | Not():
            true = sum(says(each, values, around) for each in children(node))
        case _:
            return values[key_of(node, around)]
    needed = len(children(node)) if isinstance(node, And) else node.count if isinstance(node, AnyOf) else 1
    return (true >= needed) is not isinstance(node, Not)


def changed(values: Values, keys: Collection[str]) -> Values:
    return {key: value is not (key in keys) for key, value in values.items()}


def smallest_by_trying(query: Query, values: Values) -> int | None:
    for number in range(len(values) + 1):
        if any(says(query, changed(values, keys)) for keys in combinations(values, number)):
            return number
    return None


def check_occurrences(found: Account, article: Article) -> None:
    for clause in every(found.clause):
        assert clause.occurrences_count == len(clause.occurrences), clause
        for each in clause.occurrences:
            if each.by != "number":
                assert text_at(article, each)[each.start : each.end][:200] == each.written


def check_hits(found: Account, query: Query, article: Article) -> None:
    there = {
        (each.field, each.start, each.end)
        for clause in every(found.clause)
        if clause.counted
        for each in clause.occurrences
        if each.counted
    }
    hits = {(hit.field, hit.start, hit.end) for hit in explain(query, article, 1000, 240).hits}
    assert hits <= there, (query, hits - there)


def check_wanted(found: Account, query: Query, values: Values) -> None:
    assert found.wanted
    assert found.wanted.smallest
    keys = {leaf.canonical for leaf in found.wanted.leaves}
    assert len(keys) == found.wanted.count
    assert all(values[leaf.canonical] is leaf.answer for leaf in (*found.wanted.leaves, *found.failing))
    if found.wanted.possible:
        assert says(query, changed(values, keys))
    if len(values) <= 10:
        assert smallest_by_trying(query, values) == (found.wanted.count if found.wanted.possible else None)


@given(st.integers(0, 10**9), st.integers(1, 3))
@settings(max_examples=400)
def test_the_account_is_right_by_trying_everything(seed: int, depth: int) -> None:
    random = Random(seed)
    article, query = random_article(random, 1), random_rule(random, depth)
    found = account(query, article, occurrences_max=10_000)
    assert found.answer is found.clause.answer is evaluate(query, article)
    check_occurrences(found, article)
    values = leaves_of(query, article)
    assert says(query, values) is found.answer
    if found.answer:
        check_hits(found, query, article)
    else:
        check_wanted(found, query, values)


ARTICLE_OF_LISTS = Article(
    uri="urn:1",
    title="Acme and Russia, U.S. Big Co, anchor",
    body="gamma x delta. Alpha beta 한국 near 1,5 AT&T\n\nRussia acme Big Co",
    language="ko",
)


@given(TREES)
@settings(max_examples=300)
def test_a_rule_with_its_lists_by_name_is_told_as_with_their_entries_in_place(tree: Query) -> None:
    query = expand(tree, LISTS)
    found, placed = account(tree, ARTICLE_OF_LISTS, LISTS), account(query, ARTICLE_OF_LISTS)
    assert found.answer is placed.answer is evaluate(query, ARTICLE_OF_LISTS)
    assert (found.wanted and found.wanted.count) == (placed.wanted and placed.wanted.count)
    check_occurrences(found, ARTICLE_OF_LISTS)
    if found.answer:
        check_hits(found, query, ARTICLE_OF_LISTS)


def test_real_queries_on_real_news_are_accounted_for() -> None:
    said = missing = 0
    for query in islice(real_rules().values(), 0, None, 4):
        for row in islice(rows_of("reuters21578.jsonl.gz"), 0, 4_000, 800):
            article = Article(uri=f"urn:{row['id']}", title=row["title"], body=row["body"], places=tuple(row["places"]))
            found = account(query, article, occurrences_max=1_000)
            assert found.answer is evaluate(query, article)
            if found.wanted:
                assert found.wanted.possible
                missing += found.wanted.count
            elif not any(clause.others_true for clause in every(found.clause)):
                said += 1
                check_hits(found, query, article)
    assert said
    assert missing
