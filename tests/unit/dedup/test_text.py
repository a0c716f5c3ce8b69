"""The words that are compared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import Article
from tests.unit.dedup.prose import prose
from workers.dedup import fingerprint
from workers.dedup.recent_texts import WORDS_MORE, RecentTexts
from workers.dedup.text import KEYS_MOST, Text, keys_of, least_numbers

ROOT = Path(__file__).parents[3]


@given(st.text())
def test_a_text_unpacks_as_it_was_packed_whatever_was_written(body: str) -> None:
    text = fingerprint(Article.model_construct(uri="u", version=1, title=body, lead=None, body=body)).text
    again = Text.unpack(text.packed)
    assert again.words == text.words
    assert again.names == text.names & set(text.words)
    assert again.shingles == text.shingles


@pytest.mark.parametrize("packed", [b"", b"gibberish"], ids=["nothing", "no form"])
def test_what_was_not_packed_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="no packed text"):
        Text.unpack(packed)


def test_a_text_packs_to_less_than_half() -> None:
    text = prose(1, words=700)
    assert len(Text(text.split()).packed) < len(text) / 2


def test_shingles_have_the_same_numbers_in_every_process() -> None:
    code = "from workers.dedup.text import Text; print(sorted(Text(['a', 'b', 'c', 'é']).shingles))"
    told = {
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert told == {f"{sorted(Text(['a', 'b', 'c', 'é']).shingles)}\n"}


@pytest.mark.parametrize(
    ("words", "shingles"), [([], 0), (["a"], 0), (["a", "b"], 0), (["a", "b", "c"], 1), (["a"] * 9, 1)]
)
def test_a_shingle_is_three_words_and_counts_once(words: list[str], shingles: int) -> None:
    assert len(Text(words).shingles) == shingles


def test_the_order_of_words_matters() -> None:
    assert Text(["a", "b", "c"]).shingles != Text(["c", "b", "a"]).shingles


@pytest.mark.parametrize(
    ("shingles", "keys"), [(0, 0), (5, 5), (16, 16), (32, 16), (400, 25), (800, 50), (8000, 256), (10**6, KEYS_MOST)]
)
def test_a_text_has_a_part_of_its_shingles_as_keys(shingles: int, keys: int) -> None:
    assert keys_of(shingles) == keys


def test_a_piece_of_a_long_text_shares_some_of_its_keys() -> None:
    page = prose(1, words=4000)
    piece = " ".join(page.split()[1800:2000])
    assert len(set(least_numbers(Text(page.split()))) & set(least_numbers(Text(piece.split())))) >= 4


def test_the_texts_asked_for_last_are_kept_up_to_so_many_words() -> None:
    texts = RecentTexts(words_max=100 + 2 * WORDS_MORE)
    for number in range(3):
        texts.keep(number, Text(["w"] * 40))
    assert [texts.of(number) is not None for number in range(3)] == [False, True, True]
    texts.keep(1, Text(["w"] * 40))
    texts.of(1)
    texts.keep(3, Text(["w"] * 60))
    assert [texts.of(number) is not None for number in range(4)] == [False, True, False, True]
    texts.keep(4, Text(["w"] * 500))
    assert texts.of(4) is None


def test_texts_without_a_word_are_bounded_too() -> None:
    texts = RecentTexts(words_max=3 * WORDS_MORE)
    for number in range(5):
        texts.keep(number, Text([]))
    assert [texts.of(number) is not None for number in range(5)] == [False, False, True, True, True]
