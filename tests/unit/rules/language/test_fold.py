"""Step 3 of the words of a text."""

from __future__ import annotations

import sys
from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.rules.language.fold import fold

_HOSTILE = (
    "aæǣøǿßẞıİiIйЙиИўїёςΣᾳΐ\u0301\u0306\u0308\u0323\u0345\u0653\u0654\u064e\u0640\u0670ايىیةکآأٱ\u05b4\u05c1שקがก่1"
)
WORDS = (st.text() | st.text(st.sampled_from(_HOSTILE), max_size=12)).map(lambda text: normalize("NFKC", text))


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        pytest.param("NATO", "nato", id="case"),
        pytest.param("Straße", "strasse", id="full case folding"),
        pytest.param("STRASSE", "strasse", id="ss"),
        pytest.param("ẞ", "ss", id="capital sharp s"),
        pytest.param("ΣΊΣΥΦΟΣ", "σισυφοσ", id="final sigma"),
        pytest.param("σίσυφος", "σισυφοσ", id="final sigma in lower case"),
        pytest.param("é", "e", id="Latin accent"),
        pytest.param("Nguyễn", "nguyen", id="two accents"),
        pytest.param("x\u0301", "x", id="Latin accent that does not compose"),
        pytest.param("ΐ", "ι", id="Greek accents"),
        pytest.param("ё", "е", id="Cyrillic yo"),
        pytest.param("Ї", "і", id="Cyrillic yi"),
        pytest.param("Ўў", "уу", id="Cyrillic short u"),
        pytest.param("Й", "й", id="Cyrillic short i stays"),
        pytest.param("й\u0301", "й", id="Cyrillic short i loses other marks"),
        pytest.param("Чайковский", "чайковский", id="short i in a word"),
        pytest.param("ø", "o", id="slashed o"),
        pytest.param("Ǿ", "o", id="slashed o with accent"),
        pytest.param("Łódź", "lodz", id="Polish"),
        pytest.param("Đà", "da", id="Vietnamese"),
        pytest.param("Ægir", "aegir", id="ae"),
        pytest.param("Ǽ", "ae", id="ae with accent"),
        pytest.param("Œuvre", "oeuvre", id="oe"),
        pytest.param("ışık", "isik", id="dotless i"),
        pytest.param("İstanbul", "istanbul", id="dotted capital i"),
        pytest.param("ISPARTA", "isparta", id="capital i"),
        pytest.param("مُحَمَّد", "محمد", id="Arabic vowel signs"),
        pytest.param("هٰذا", "هذا", id="superscript alef"),
        pytest.param("مـــصر", "مصر", id="tatweel"),
        pytest.param("أإآٱ", "اااا", id="alefs"),
        pytest.param("ا\u064e\u0654", "ا", id="an alef whose hamza stands behind a vowel sign"),
        pytest.param("ا\u0640\u0654", "ا", id="an alef whose hamza stands behind a tatweel"),
        pytest.param("علىی", "عليي", id="yehs"),
        pytest.param("مدرسة", "مدرسه", id="teh marbuta"),
        pytest.param("ک", "ك", id="keheh"),
        pytest.param("شَלום", "شלום", id="scripts may mix"),
        pytest.param("שָׁלוֹם", "שלום", id="Hebrew points"),
        pytest.param("हिन्दी", "हिन्दी", id="marks of other scripts stay"),
        pytest.param("が", "が", id="kana voice marks stay"),
        pytest.param("ก่", "ก่", id="Thai tones stay"),
        pytest.param("AT&T", "at&t", id="with an ampersand"),
        pytest.param("C++", "c++", id="with plus signs"),
        pytest.param("ـ", "ـ", id="a lone tatweel stays: no word is empty"),
        pytest.param("ħŧþð", "ħŧþð", id="letters that are not listed stay"),
    ],
)
def test_folding_gives(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(WORDS)
def test_folding_again_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(WORDS)
def test_no_word_folds_to_nothing(word: str) -> None:
    assert bool(fold(word)) == bool(word)


@given(WORDS)
def test_case_does_not_matter(word: str) -> None:
    assert fold(normalize("NFKC", word.casefold())) == fold(word)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_lowered(word: str) -> None:
    assert fold(word) == word.lower()


def test_every_letter_folds_the_same_alone_twice() -> None:
    letters = (normalize("NFKC", chr(code)) for code in range(sys.maxunicode + 1) if category(chr(code))[0] == "L")
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []


def test_a_long_word_folds_as_a_short_one() -> None:
    assert fold("Éй" * 100) == "eй" * 100
