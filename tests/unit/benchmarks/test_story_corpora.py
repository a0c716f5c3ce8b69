"""What the benchmark of stories takes for right."""

from __future__ import annotations

import pytest

from schemas.article import Article
from tests.benchmarks.story_corpora import numbers_apart, only_numbers_apart, score


def article(body: str) -> Article:
    return Article(uri="u", body=body)


def test_the_score_counts_pairs() -> None:
    found = score(["x", "x", "x", "y"], ["a", "a", "b", "b"])
    assert (found.precision, found.recall, found.stories) == (1 / 3, 1 / 2, 2)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("rose 1,000 or 5.5", "rose 1000 or 5.5", ([], [])),
        ("rose 6-1/4", "rose 6-1/8", (["6-1/4"], ["6-1/8"])),
        ("from 11-20", "from 11 to 20", ([], [])),
        ("two men", "2 men", ([], [])),
        ("5 of 5", "5", (["5"], [])),
    ],
)
def test_numbers_are_told_apart(one: str, other: str, apart: tuple[list[str], list[str]]) -> None:
    assert numbers_apart(article(one), article(other)) == apart


def test_reports_that_differ_in_numbers_only_are_known() -> None:
    assert only_numbers_apart(article("Shares fell 5 pct."), article("shares fell 6 pct"))
    assert not only_numbers_apart(article("Shares fell 5 pct."), article("Shares rose 6 pct."))
