"""An article is split once; what was split lately is kept, within bounds."""

from __future__ import annotations

import pytest

from schemas.article import Article
from workers.match import reading as reading_module
from workers.match.reading import Reading, Recent, Text, Written
from workers.rules.language.split import split


def read(words: int) -> Reading:
    reading = Reading(Article(uri="urn:1", body="word " * words))
    assert len(reading.text("body")) == words
    return reading


def test_a_text_is_split_once_and_a_vocabulary_splits_none(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(text: str, *, body: bool = False, language: str | None = None) -> list[object]:
        calls.append(text)
        return list(split(text, body=body, language=language))

    monkeypatch.setattr(reading_module, "split", counted)
    reading = Reading(Article(uri="urn:1", title="Alpha", body="Beta beta", places=("Gamma",)))
    assert reading.vocabulary() == {"alpha", "beta"}
    assert calls == []
    for _ in range(2):
        assert [len(reading.text(name).tokens) for name in ("title", "lead", "body")] == [1, 0, 2]
        assert [len(entry.tokens) for entry in reading.entries("place")] == [1]
    assert calls == ["Alpha", "Beta beta", "Gamma"]


def test_a_word_is_found_alike_before_and_after_there_is_an_index() -> None:
    text = Text(Written("a b a c a"))
    for _ in range(30):
        assert [text.at(word) for word in "abcd"] == [[0, 2, 4], [1], [3], []]


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


@pytest.mark.parametrize("language", [None, "en", "tr"])
@pytest.mark.parametrize(
    "written",
    [
        "",
        "Plain words, and more.",
        "U.S.'s O'Brien don't l'Iran Ankara'da x.com AT&T C++ 1,000 1,5 ... 'quoted' a..b",
        "Élysée l’Iran 北朝鮮 Ελλάδα ﬁrst ½",
    ],
    ids=["nothing", "plain", "mixed", "other scripts"],
)
def test_words_and_places_are_those_of_the_tokens(written: str, language: str | None) -> None:
    quick = Text(Written(written, language))
    plain = Text(Written(written, language))
    assert quick.folded == [token.folded for token in plain.tokens]
    assert plain.folded == quick.folded
    assert len(quick) == len(plain)
    assert quick.places == [(token.start, token.end) for token in plain.tokens]
    assert list(plain.places) == quick.places
