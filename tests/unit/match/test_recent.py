"""What was read lately is kept, within bounds, and keeps no article."""

from __future__ import annotations

from weakref import ref

from schemas.article import Article
from workers.match.explain import explain
from workers.match.reading import Reading
from workers.match.recent import RECENT, Recent
from workers.rules.language.tree import Word


def article(words: int, word: str = "word") -> Article:
    return Article(uri="urn:1", body=f"{word} " * words)


def read(of: Article) -> Reading:
    reading = Reading(of)
    assert len(reading.text("body"))
    return reading


def small(words_max: int = 10, characters_max: int = 1000) -> Recent:
    return Recent(words_max, characters_max)


def test_the_reading_of_the_same_article_is_kept_and_still_its_own() -> None:
    recent, same = small(), article(5)
    reading = read(same)
    recent.keep(reading)
    assert recent.of(same) is reading
    assert reading.article is same


def test_another_article_with_the_same_fields_is_read_anew() -> None:
    recent, first, other = small(), article(5), article(5)
    recent.keep(read(first))
    assert recent.of(other).article is other


def test_the_oldest_readings_go_when_there_are_too_many_words() -> None:
    recent = small()
    articles = [article(4) for _ in range(3)]
    readings = [read(each) for each in articles]
    for each in readings[:2]:
        recent.keep(each)
    recent.keep(recent.of(articles[0]))
    recent.keep(readings[2])
    assert [recent.of(each) is reading for each, reading in zip(articles, readings, strict=True)] == [True, False, True]


def test_the_oldest_readings_go_when_their_texts_are_too_long_together() -> None:
    recent = small(characters_max=100)
    articles = [article(2, "x" * 20) for _ in range(3)]
    readings = [read(each) for each in articles]
    for each in readings:
        recent.keep(each)
    assert [recent.of(each) is reading for each, reading in zip(articles, readings, strict=True)] == [False, True, True]


def test_a_reading_that_is_too_large_or_was_not_split_is_not_kept() -> None:
    recent = small()
    for each in (read(article(11)), read(article(1, "x" * 1000)), Reading(article(1))):
        recent.keep(each)
        assert recent.of(each.article) is not each


def test_a_reading_that_has_grown_counts_with_all_its_words() -> None:
    recent = small()
    grown = Article(uri="urn:1", title="word", body="word " * 8)
    first = Reading(grown)
    assert len(first.text("title")) == 1
    recent.keep(first)
    assert recent.of(grown) is first
    assert len(first.text("body")) == 8
    recent.keep(first)
    other = article(2)
    second = read(other)
    recent.keep(second)
    assert recent.of(grown) is not first
    assert recent.of(other) is second


def test_an_article_with_all_its_unknown_fields_goes_although_it_was_read_lately() -> None:
    large = Article.model_validate({"uri": "urn:1", "body": "word", "extra": "y" * 1000})
    RECENT.keep(read(large))
    explain(Word("word"), large, 5, 60)
    gone = ref(large)
    del large
    assert gone() is None


def test_articles_that_have_gone_take_no_room() -> None:
    recent, stays = small(), article(4)
    kept = read(stays)
    recent.keep(kept)
    for _ in range(3):
        recent.keep(read(article(5)))
    assert recent.of(stays) is kept


def test_an_article_at_the_place_of_one_that_has_gone_is_read_anew() -> None:
    recent = small(words_max=1000)
    for number in range(100):
        new = article(1, f"word{number}")  # takes the place in memory of the one before
        reading = recent.of(new)
        assert reading.text("body").folded == [f"word{number}"]
        recent.keep(reading)
