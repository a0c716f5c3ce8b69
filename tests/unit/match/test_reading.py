"""An article is split once, and only when it is asked for."""

from __future__ import annotations

import pytest

from schemas.article import Article
from workers.match import reading as reading_module
from workers.match.reading import Reading, Text, Written
from workers.rules.language.split import split


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


def test_words_with_a_beginning_are_found_alike_however_many_are_sought() -> None:
    text = Reading(Article(uri="urn:1", body="sanction Sanctions sank 북한 북 é sa")).text("body")
    heads = ["sanct", "sa", "북", "e", "x", ""] * 5
    found = [sorted(text.beginning(head)) for head in heads]
    assert found[:6] == [
        ["sanction", "sanctions"],
        ["sa", "sanction", "sanctions", "sank"],
        ["북", "북한"],
        ["e"],
        [],
        sorted(text.words),
    ]
    assert found == found[:6] * 5
