"""Splitting a text, whatever it holds: places, the short ways, and time in proportion."""

from __future__ import annotations

import gzip
import json
import time
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workers.rules.language import split as module
from workers.rules.language.normalise import normalise
from workers.rules.language.split import folded_sequence, folded_words, places, places_of, split
from workers.rules.language.typeset import SIGNS

_SHARED = Path(__file__).parents[5] / "shared"
_CORPORA = [_SHARED / "corpora" / f"{name}.jsonl.gz" for name in ("reuters21578", "near_duplicates")]
_PIECES = [*"aAsSdlUx15é北が가ก่'’.,&+#-!? \n\r\u2028\u0301\u200d½ﬁ。！()\"", "'s", "'ll", "U.S.", "1,000", "C++", "qu'"]
HOSTILE = st.lists(st.sampled_from(_PIECES), max_size=30).map("".join)
_ASCII_PIECES = [*"aAsSdlUx15'.,&+#-!? \n\r\t()\"", "'s", "'ll", "U.S.", "1,000", "C++", "qu'", "Mr.", "\n\n", ". The"]
ASCII = st.lists(st.sampled_from(_ASCII_PIECES), max_size=40).map("".join) | st.text(st.characters(max_codepoint=127))
_PLAIN_PIECES = [*_ASCII_PIECES, *"éßİñЙёΩς’“–—…€ﬁ\u00a0ỹʼ«»"]
PLAIN = st.lists(st.sampled_from(_PLAIN_PIECES), max_size=40).map("".join)
_TYPESET_PIECES = [*_ASCII_PIECES, *SIGNS, *"é\u0301\u200dก北½ı\u2028"]
TYPESET = st.lists(st.sampled_from(_TYPESET_PIECES), max_size=40).map("".join)
LANGUAGES = st.sampled_from([None, "en", "tr", "az-Latn", "TR_tr"])


@given(HOSTILE | st.text(), st.booleans(), LANGUAGES)
@example("½½", False, None)
@example("½\u0e48", False, None)
def test_places_lie_in_the_text_in_order_and_apart(text: str, body: bool, language: str | None) -> None:
    tokens = split(text, body=body, language=language)
    for token in tokens:
        assert 0 <= token.start < token.end <= len(text)
        assert token.exact
        assert token.folded
    for one, next_one in pairwise(tokens):
        # Only words out of one character with its marks (`½`) share their place.
        shared = text[next_one.start : one.end]
        assert all(unicodedata.category(mark)[0] == "M" for mark in shared[1:])
        assert next_one.sentence - one.sentence in {0, 1}
        assert next_one.paragraph - one.paragraph in {0, 1}
        assert next_one.sentence > one.sentence or next_one.paragraph == one.paragraph


@given(HOSTILE | ASCII | PLAIN | TYPESET | st.text(), LANGUAGES)
def test_the_short_ways_to_the_folded_words_give_the_same(text: str, language: str | None) -> None:
    folded = [token.folded for token in split(text, language=language)]
    assert folded_sequence(text, language=language) == folded
    assert folded_words(text, language=language) == set(folded)


@given(HOSTILE | ASCII | PLAIN | st.text(), LANGUAGES, st.data())
def test_the_places_of_some_words_are_those_among_all(text: str, language: str | None, data: st.DataObject) -> None:
    every = places(text, language=language)
    assert every == [(token.start, token.end) for token in split(text, language=language)]
    wanted = data.draw(st.sets(st.sampled_from(range(len(every))))) if every else set()
    assert places_of(text, wanted, language=language) == {word: every[word] for word in wanted}


@given(ASCII | PLAIN, st.booleans())
def test_the_plain_way_and_the_general_way_give_the_same(text: str, drops_suffixes: bool) -> None:
    normal = normalise(text).text
    assert module._words(normal, drops_suffixes) == module._any_words(normal, drops_suffixes)


@given(ASCII | PLAIN | HOSTILE)
def test_splitting_a_word_again_gives_that_word(text: str) -> None:
    for token in split(text):
        if "." not in token.exact and not token.exact.endswith(("+", "#")):
            assert [each.exact for each in split(token.exact)] == [token.exact]


@pytest.mark.parametrize("corpus", _CORPORA, ids=lambda path: path.name)
def test_all_ways_give_the_same_on_real_articles(corpus: Path) -> None:
    if not corpus.exists():
        pytest.skip(f"no {corpus.name} beside the repository")
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line, _ in zip(lines, range(500), strict=False):
            for text in filter(None, (value for value in json.loads(line).values() if isinstance(value, str))):
                normal = normalise(text).text
                assert module._words(normal, False) == module._any_words(normal, False)
                folded = [token.folded for token in split(text, body=True)]
                assert folded_sequence(text) == folded
                assert folded_words(text) == set(folded)


_UNITS = [
    "a",
    "'",
    ".",
    "a.",
    "a'",
    "'s",
    "a's ",
    "1,",
    "1,000",
    "&",
    "a&",
    "+",
    "C+",
    "! ",
    ".) ",
    "\n ",
    "é",
    "北",
    "ก่",
    "½",
]


@pytest.mark.parametrize("unit", _UNITS, ids=repr)
def test_long_runs_of_anything_take_no_quadratic_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    began = time.perf_counter()
    split(text, body=True)
    folded_words(text)
    assert time.perf_counter() - began < 20
