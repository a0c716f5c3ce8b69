"""An account stays small, and is made in bounded work, whatever the rule and the article."""

from __future__ import annotations

import pytest

from schemas.article import Article
from tests.unit.match.test_account import every
from workers.match import account, evaluate
from workers.match.ledger import CLAUSES_MAX, DEPTH_MAX
from workers.rules.language import parse

MANY = 50_000
SHORT = Article(uri="urn:1", title="alpha beta w7 w9")


def joined(sign: str, written: str, number: int = MANY) -> str:
    return sign.join(written.format(each) for each in range(number))


@pytest.mark.parametrize("written", ["w{}", "www{}*", '"w{} x"'], ids=str)
def test_of_50_000_alternatives_few_are_told_and_all_are_counted(written: str) -> None:
    found = account(parse(joined(" OR ", written)), SHORT).clause
    true = sum(clause.answer for clause in found.clauses) + found.others_true
    assert len(found.clauses) == 20
    assert len(found.clauses) + found.others_true + found.others_false == MANY
    assert true == (2 if written == "w{}" else 0)
    assert len(found.canonical) <= 201


def test_of_long_ors_the_true_sides_are_told() -> None:
    found = account(parse(joined(" OR ", "w{}", 500)), SHORT).clause
    assert [clause.canonical for clause in found.clauses if clause.answer] == ["w7", "w9"]


def test_of_50_000_that_are_missing_a_hundred_are_told_and_all_are_counted() -> None:
    found = account(parse(joined(" AND ", "w{}")), SHORT)
    assert found.wanted
    assert (found.failing_count, found.wanted.count, found.wanted.smallest) == (MANY - 2, MANY - 2, True)
    assert len(found.failing) == len(found.wanted.leaves) == 100


def test_a_wide_and_deep_rule_is_told_in_part() -> None:
    found = account(parse(joined(" OR ", "(a{0} AND (b{0} OR (c{0} AND d{0})))", 19)), SHORT)
    assert all(not clause.others_false for clause in every(found.clause))
    wide = "(" + ") AND (".join(joined(" OR ", f"x{at}y{{}}", 100) for at in range(150)) + ")"
    clauses = list(every(account(parse(wide), SHORT).clause))
    assert len(clauses) <= CLAUSES_MAX + 20


@pytest.mark.parametrize(
    "text",
    [
        "a OR b AND (" * 99 + "x" + ")" * 99,
        "a AND ANY/1(" * 99 + "x" + ")" * 99,
        "a NEAR/3 (b c OR (" * 49 + "x" + "))" * 49,
        " NEAR/2 ".join(["alpha"] * 3_000),
    ],
    ids=["AND in OR", "ANY", "phrases and NEAR", "a chain"],
)
def test_depth_is_bounded(text: str) -> None:
    found = account(parse(text), SHORT)
    assert found.answer is evaluate(parse(text), SHORT)
    level, depth = [found.clause], 0
    while level:
        level, depth = [under for clause in level for under in clause.clauses], depth + 1
    assert depth <= DEPTH_MAX + 25


def test_occurrences_are_told_up_to_a_limit_and_counted() -> None:
    article = Article(uri="urn:1", body="alpha beta " * 100_000)
    found = account(parse("alpha NEAR/3 beta AND alph* AND NOT absent"), article, occurrences_max=5)
    near, wildcard, _ = found.clause.clauses
    assert (len(near.occurrences), near.occurrences_count) == (5, 199_999)
    assert (len(wildcard.occurrences), wildcard.occurrences_count) == (5, 100_000)


def test_one_word_of_10_mb_is_told_cut() -> None:
    article = Article(uri="urn:1", title="x", body="y" * 10_000_000)
    occurrence = account(parse("yyy*"), article).clause.occurrences[0]
    assert (occurrence.start, occurrence.end, len(occurrence.written)) == (0, 10_000_000, 200)
    assert len(occurrence.folded) == 200


def test_an_article_of_10_mb_is_accounted_for() -> None:
    body = "".join(f"word{number} " for number in range(930_000))
    found = account(parse("word5* NEAR/3 word6 AND word899999 AND NOT absent"), Article(uri="urn:1", body=body))
    assert len(body) > 10_000_000
    assert found.answer
