"""The stream of articles that the benchmarks publish."""

from __future__ import annotations

from collections import Counter

import orjson
import pytest

from tests.benchmarks.reuters import CORPUS, REPEATED_EVERY, Story, publications, stories
from workers import articles

CORPUS_OF_SEVEN = [Story(number, {"title": f"Title {number}", "body": "Body."}) for number in range(7)]


def test_the_same_seed_makes_the_same_stream() -> None:
    assert publications(CORPUS_OF_SEVEN, 50, 1) == publications(CORPUS_OF_SEVEN, 50, 1)
    assert publications(CORPUS_OF_SEVEN, 50, 1) != publications(CORPUS_OF_SEVEN, 50, 2)


def test_a_repeated_record_is_one_that_was_there_before() -> None:
    made = publications(CORPUS_OF_SEVEN, 200, 1)
    for place, each in enumerate(made):
        again = any(each.uri == before.uri for before in made[:place])
        assert again is (place % REPEATED_EVERY == REPEATED_EVERY - 1)


def test_a_second_lap_over_the_corpus_brings_new_uris() -> None:
    times = Counter(each.uri for each in publications(CORPUS_OF_SEVEN, 19, 1))
    assert set(times.values()) == {1}


@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS.name} is not beside the repository")
def test_every_story_of_the_corpus_is_an_article_with_a_date() -> None:
    for each in publications(stories()[:300], 300, 1):
        article = articles.read(each.value(), 1_000_000)
        assert article.title is not None
        assert article.published is not None
        assert orjson.loads(each.value())["language"] == "en"
