"""Real queries on real news: the matcher gives the evaluator's answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from schemas.article import Article
from workers.match import Matcher, explain
from workers.match.evaluate import holds, plain
from workers.match.reading import Reading
from workers.rules.language import RuleError, parse
from workers.rules.language.tree import Query

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
NEWS = (
    "bank* NEAR/5 rate?",
    'oil AND (barrel* OR opec) AND NOT "crude oil"',
    "title:(wheat OR grain OR corn)",
    "first/20:(said OR says) AND ~export",
    '"mln dlrs" AND net PRE/10 loss',
    "=US AND dollar",
    "U.S. AND (Japan NEAR/P trade)",
    "ATLEAST/3(cocoa)",
    "ANY/2(gold, silver, copper)",
    "place:usa AND tonnes NOT NEAR/5 wheat",
    "place:(uk OR japan) AND words>=100",
    "(loss NEAR/S shr) NEAR/20 net",
    "words<=40 AND NOT dividend AND cts",
)


def rows_of(name: str) -> Iterator[dict[str, Any]]:
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"{name} is not here: real corpora are kept outside of the repository")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def real_rules() -> dict[str, Query]:
    rules = {f"news{number}": parse(text) for number, text in enumerate(NEWS)}
    for number, row in enumerate(islice(rows_of("boolean_queries.jsonl.gz"), 0, None, 17)):
        try:
            rules[f"real{number}"] = parse(row["query"])
        except RuleError:
            continue  # another dialect
    return rules


def test_the_matcher_equals_the_evaluator_on_real_queries_and_news() -> None:
    rules = real_rules()
    assert len(rules) > 100
    matcher = Matcher()
    for rule_id, query in rules.items():
        matcher.add(rule_id, query)
    matched: set[str] = set()
    for row in islice(rows_of("reuters21578.jsonl.gz"), 0, None, 90):
        if not (row["title"] or row["body"] or "").strip():
            continue
        article = Article(uri=f"urn:{row['id']}", title=row["title"], body=row["body"], places=tuple(row["places"]))
        reading = Reading(article)
        texts = plain(reading)
        expected = sorted(rule_id for rule_id, query in rules.items() if holds(query, reading, texts))
        assert matcher.match(article) == expected
        matched.update(expected)
        for rule_id in expected:
            assert explain(rules[rule_id], article, 20, 240).hits
    assert matched >= {f"news{number}" for number in range(len(NEWS))}
