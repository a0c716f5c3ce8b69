"""The samples show what they are meant to show, judged by the plain evaluator."""

from __future__ import annotations

from collections import Counter

import orjson
import pytest

from schemas import Article
from schemas.article import ArticleStatus
from tests.unit.demo.samples import ARTICLES, EXPECTED, QUERIES, RULES, readable
from workers.dedup import fingerprint
from workers.dedup.stories_memory import MemoryStories
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


def test_there_are_duplicates_an_update_an_embargo_a_canceled_article_and_one_that_is_taken_back() -> None:
    articles = [article for _, article, _ in readable()]
    lines = Counter(ARTICLES)
    assert sum(number - 1 for number in lines.values()) == 4
    assert [article.uri for article in articles if article.version > 1] == ["demo:balticconnector", "demo:chip-licence"]
    assert sum(article.embargoed_until is not None for article in articles) == 1
    canceled = [article.uri for article in articles if article.status is ArticleStatus.CANCELED]
    assert canceled == ["demo:ammunition-retracted", "demo:chip-licence"]
    usable = [article.uri for article in articles if article.status is ArticleStatus.USABLE]
    assert [uri for uri in canceled if uri in usable] == ["demo:chip-licence"]


async def test_one_article_is_a_trimmed_copy_by_another_source() -> None:
    stories = MemoryStories(lambda: 0)
    articles = {article.uri: article for _, article, _ in readable()}
    placed = await stories.place([fingerprint(article) for article in articles.values()])
    copies = {uri: each.same_as for uri, each in zip(articles, placed, strict=True) if each.reason == "like"}
    assert copies == {"demo:courier-treaty": "demo:pyongyang-treaty"}
    assert articles["demo:courier-treaty"].source != articles["demo:pyongyang-treaty"].source


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
