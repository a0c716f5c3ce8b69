"""The samples show what they are meant to show, judged by the plain evaluator."""

from __future__ import annotations

from collections import Counter

import orjson
import pytest

from schemas import Article
from schemas.article import ArticleStatus
from tests.unit.demo.samples import ARTICLES, EXPECTED, QUERIES, RULES, readable
from workers.match import evaluate


@pytest.mark.parametrize(
    ("article", "expected"), [pytest.param(article, rules, id=name) for name, article, rules in readable()]
)
def test_exactly_the_expected_rules_match(article: Article, expected: list[str]) -> None:
    assert sorted(rule_id for rule_id, query in QUERIES.items() if evaluate(query, article)) == expected


def test_every_rule_matches_a_sample() -> None:
    assert {rule_id for _, rules in EXPECTED for rule_id in rules} == set(RULES)


def test_the_first_rule_is_the_missions_example() -> None:
    assert next(iter(RULES.values())).query == "Russia AND North Korea AND defence"


def test_there_are_duplicates_an_update_an_embargo_and_a_canceled_article() -> None:
    articles = [article for _, article, _ in readable()]
    lines = Counter(ARTICLES)
    assert sum(number - 1 for number in lines.values()) == 4
    assert [article.uri for article in articles if article.version > 1] == ["demo:balticconnector"]
    assert sum(article.embargoed_until is not None for article in articles) == 1
    assert sum(article.status is ArticleStatus.CANCELED for article in articles) == 1


def test_two_lines_are_poison_of_two_kinds() -> None:
    poison = [line for line, (uri, _) in zip(ARTICLES, EXPECTED, strict=True) if uri is None]
    assert len(poison) == 2
    for line in poison:
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(line)


def test_a_dozen_rules_and_some_forty_articles_in_eight_languages() -> None:
    assert len(RULES) == 12
    assert 40 <= len(ARTICLES) <= 45
    languages = {article.language for _, article, _ in readable()}
    assert {"en", "ko", "ru", "ar", "ja", "de", "tr", "fr"} <= languages
