"""Step 1 of the words of a text."""

from __future__ import annotations

import re
import sys
import time
from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.rules.language.normalise import normalise

_MARKS = "\u0301\u0316\u0308\u0327\u0344\u0345\u034f\u00ad\u200b\u200d\ufeff"
_HOSTILE = "aeiké'’‘ʼ“”„\"ﬁ㎏½…！。｡ｶﾞ각각가\u1100\u1161\u11a8ำก่ \n" + _MARKS
_PLAIN = st.characters(max_codepoint=0x2FF) | st.characters(min_codepoint=0x2000, max_codepoint=0x20FF)
TEXTS = st.text() | st.text(_PLAIN) | st.text(st.sampled_from(_HOSTILE), max_size=40)


def whole(text: str) -> str:
    """Step 1 as it is written, over the whole text."""
    text = normalize("NFKC", text)
    text = re.sub("[‘’‚‛ʼ]", "'", text)
    text = re.sub("[“”„‟]", '"', text)
    text = "".join(c for c in text if category(c) != "Cf" and c != "\u034f")
    return normalize("NFKC", text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("plain", "plain", id="ASCII stays"),
        pytest.param("‘’‚‛ʼ", "'''''", id="curly apostrophes"),
        pytest.param("“”„‟", '""""', id="curly quotes"),
        pytest.param("（ ） ： ＊ ？", "( ) : * ?", id="full-width syntax"),
        pytest.param("ﬁne", "fine", id="ligature"),
        pytest.param("㎏", "kg", id="square unit"),
        pytest.param("½", "1\u20442", id="fraction"),
        pytest.param("e\u0301", "é", id="marks compose"),
        pytest.param("a\u00ad\u200bb", "ab", id="format characters vanish"),
        pytest.param("a\u034f\u0301", "á", id="NFKC once more, behind a grapheme joiner"),
        pytest.param("e\u200d\u0301", "é", id="NFKC once more, behind a format character"),
        pytest.param("ŉ", "'n", id="an apostrophe that NFKC makes becomes straight"),
        pytest.param("\u1100\u1161\u11a8", "각", id="Hangul composes"),
        pytest.param("ｶﾞ", "ガ", id="half-width kana compose"),
        pytest.param("\u0301\u0316", "\u0316\u0301", id="marks without a letter are sorted"),
        pytest.param("\ud800", "\ud800", id="a lone surrogate stays"),
    ],
)
def test_step_one_gives(text: str, normal: str) -> None:
    assert normalise(text).text == normal == whole(text)


@given(TEXTS)
def test_piece_by_piece_is_the_same_as_the_whole(text: str) -> None:
    assert normalise(text).text == whole(text)


@given(TEXTS)
def test_every_place_lies_in_the_text_and_places_never_go_back(text: str) -> None:
    normal = normalise(text)
    count = len(normal.text)
    if normal.origin is None:
        assert count == len(text)
        return
    assert normal.ends is not None
    assert len(normal.origin) == count + 1
    assert len(normal.ends) == count
    assert normal.origin[-1] == len(text)
    assert sorted(normal.origin) == list(normal.origin)
    assert sorted(normal.ends) == list(normal.ends)
    assert all(0 <= normal.origin[i] < normal.ends[i] <= len(text) for i in range(count))


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_what_a_span_points_at_normalises_to_something_that_holds_the_span(text: str, start: int, length: int) -> None:
    normal = normalise(text)
    end = min(start + length, len(normal.text))
    if start >= end:
        return
    begin, behind = normal.span(start, end)
    assert normal.text[start:end] in whole(text[begin:behind])


@pytest.mark.parametrize(
    ("text", "start", "end", "span"),
    [
        pytest.param("abc", 1, 2, (1, 2), id="ASCII"),
        pytest.param("ﬁne kg", 0, 4, (0, 3), id="ligature in front"),
        pytest.param("ﬁne kg", 5, 7, (4, 6), id="behind a ligature"),
        pytest.param("½", 0, 1, (0, 1), id="the one of a half is the whole character"),
        pytest.param("½", 2, 3, (0, 1), id="the two of a half is the whole character"),
        pytest.param("Rus\u00adsia x", 0, 6, (0, 7), id="a soft hyphen inside"),
        pytest.param("Rus\u00adsia x", 7, 8, (8, 9), id="behind a soft hyphen"),
        pytest.param("x e\u0301.", 2, 3, (2, 4), id="a mark that composed"),
        pytest.param("…x", 3, 4, (1, 2), id="behind three dots"),
    ],
)
def test_a_span_points_back_to_the_given_text(text: str, start: int, end: int, span: tuple[int, int]) -> None:
    assert normalise(text).span(start, end) == span


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        pytest.param("a。b", (1,), id="ideographic full stop"),
        pytest.param("a！b？c｡", (1, 3, 5), id="full-width marks"),
        pytest.param("…a！", (4,), id="behind a character that grew"),
        pytest.param("\u200ba！", (1,), id="behind a character that vanished"),
        pytest.param("a!b?", (), id="ASCII marks are not noted"),
        pytest.param("a！\u0301b", (1,), id="with a mark"),
    ],
)
def test_full_width_sentence_ends_are_noted(text: str, noted: tuple[int, ...]) -> None:
    assert normalise(text).noted == noted


def test_every_format_character_vanishes() -> None:
    left = [
        hex(code) for code in range(sys.maxunicode + 1) if category(chr(code)) == "Cf" and normalise(chr(code)).text
    ]
    assert left == []


@pytest.mark.parametrize(
    "unit",
    ["\u0301\u0316", "\u0316\u0344", "a\u0301", "’", "…", "\u200b", "\u0f73\u0f71", "가", "ﷺ"],
    ids=[
        "marks out of order",
        "marks that split",
        "letters",
        "curly",
        "growing",
        "vanishing",
        "Tibetan",
        "Hangul",
        "18",
    ],
)
def test_long_runs_of_marks_take_no_quadratic_time(unit: str) -> None:
    began = time.perf_counter()
    normalise("é" + unit * (200_000 // len(unit)))
    assert time.perf_counter() - began < 20
