"""What was read lately is kept, within bounds."""

from __future__ import annotations

from schemas.article import Article
from workers.match.reading import Reading
from workers.match.recent import Recent


def read(words: int) -> Reading:
    reading = Reading(Article(uri="urn:1", body="word " * words))
    assert len(reading.text("body")) == words
    return reading


def test_the_reading_of_the_same_article_is_kept() -> None:
    recent, reading = Recent(words_max=10), read(5)
    recent.keep(reading)
    assert recent.of(reading.article) is reading


def test_another_article_with_the_same_fields_is_read_anew() -> None:
    recent, reading = Recent(words_max=10), read(5)
    recent.keep(reading)
    other = read(5).article
    assert recent.of(other).article is other


def test_the_oldest_readings_go_when_there_are_too_many_words() -> None:
    recent = Recent(words_max=10)
    readings = [read(4) for _ in range(3)]
    for each in (*readings[:2], readings[0], readings[2]):
        recent.keep(each)
    assert [recent.of(each.article) is each for each in readings] == [True, False, True]


def test_a_reading_that_is_too_large_or_was_not_split_is_not_kept() -> None:
    recent = Recent(words_max=10)
    for reading in (read(11), Reading(Article(uri="urn:1", body="word"))):
        recent.keep(reading)
        assert recent.of(reading.article) is not reading


def test_a_reading_that_has_grown_counts_with_all_its_words() -> None:
    recent = Recent(words_max=10)
    first = Reading(Article(uri="urn:1", title="word", body="word " * 8))
    assert len(first.text("title")) == 1
    recent.keep(first)
    assert len(first.text("body")) == 8
    recent.keep(first)
    second = read(2)
    recent.keep(second)
    assert recent.of(first.article) is not first
    assert recent.of(second.article) is second
