"""Chains of versions stand in the flow by number alone, each with a beginning and an end."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from schemas.article import Article
from tests.acceptance.load import QUERIES
from tests.acceptance.verdict import MAX_BYTES
from tests.chaos.chains import BLOCK, CHAINS, EMBARGO_S, STEPS, step
from tests.chaos.flow import numbered, timed
from workers import articles
from workers.match import evaluate
from workers.rules.language import expand, parse

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def chains(blocks: int = 1) -> dict[str, list[dict[str, Any]]]:
    """The steps of each, in their order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for article in numbered(7, 0, blocks * BLOCK):
        if "chain" in article:
            found[article["uri"]].append(article)
    return found


def read(article: dict[str, Any]) -> Article:
    made: Article = articles.read(orjson.dumps(article), MAX_BYTES)
    return made


def test_each_block_has_each_chain_once_and_most_articles_are_in_none() -> None:
    found = chains(blocks=3)
    assert len(found) == 3 * len(CHAINS)
    assert {(each[0]["chain"], len(each)) for each in found.values()} == {
        (name, len(changes)) for name, changes in CHAINS.items()
    }
    assert STEPS < BLOCK / 10


def test_a_chain_is_the_same_for_the_same_number_and_another_for_another_seed() -> None:
    number = next(each["number"] for each in numbered(7, 0, BLOCK) if "chain" in each)
    assert step(7, number) == step(7, number) != step(8, number)


@pytest.mark.parametrize("name", list(CHAINS))
def test_each_is_an_article_and_matches_as_its_chain_says(name: str) -> None:
    tree = expand(parse(QUERIES["broad"]), {})
    (steps,) = (each for each in chains().values() if each[0]["chain"] == name)
    for article, change in zip(steps, CHAINS[name], strict=True):
        assert evaluate(tree, read(article)) is (change["text"] != "nothing")
        assert read(article).status == change.get("status", "usable")


def test_other_words_are_other_words() -> None:
    first, second = next(each for each in chains().values() if each[0]["chain"] == "changed")
    assert first["body"] != second["body"]
    assert (read(first).version, read(second).version) == (1, 2)


def test_an_embargo_counts_from_when_it_is_sent() -> None:
    held = [each for steps in chains().values() for each in steps if EMBARGO_S in each]
    assert len(held) == 5
    for each in held:
        until = read(timed(each, NOW)).embargoed_until
        assert until is not None
        assert (until - NOW).total_seconds() == each[EMBARGO_S]
    plain = {"uri": "a", "title": "b"}
    assert timed(plain, NOW) == plain
