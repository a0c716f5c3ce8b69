"""Stems by the language of the article."""

from __future__ import annotations

import time
from sys import getrefcount

import pytest
import snowballstemmer

from workers.match.stems import _ALGORITHMS, algorithm, stem


@pytest.mark.parametrize(
    ("word", "language", "found"),
    [
        pytest.param("sanctions", "en", "sanction", id="English"),
        pytest.param("sanctions", None, "sanction", id="no language"),
        pytest.param("sanctions", "", "sanction", id="empty language"),
        pytest.param("sanctions", "zh", "sanction", id="a language without an algorithm"),
        pytest.param("sanctions", "en-GB", "sanction", id="region"),
        pytest.param("sanctions", "EN_us", "sanction", id="underscore and case"),
        pytest.param("nacoes", "pt-BR", "naco", id="Portuguese of Brazil"),
        pytest.param("regjeringens", "no", "regjering", id="Norwegian"),
        pytest.param("regjeringens", "nb", "regjering", id="Bokmål"),
        pytest.param("regjeringens", "nn", "regjering", id="Nynorsk"),
        pytest.param("санкции", "ru", "санкц", id="Russian"),
        pytest.param("北", "zh", "北", id="Han"),
    ],
)
def test_the_stem_is(word: str, language: str | None, found: str) -> None:
    assert stem(word, language) == found


def test_the_stem_depends_on_the_language() -> None:
    assert stem("ministers", "en") != stem("ministers", "tr")


def test_every_algorithm_but_porters_is_used() -> None:
    assert {*snowballstemmer.algorithms()} - {*_ALGORITHMS.values()} == {"porter", "dutch_porter"}
    assert all(stem("a", code) for code in _ALGORITHMS)


def test_a_word_of_a_million_letters_takes_no_time() -> None:
    began = time.perf_counter()
    assert stem("yo" * 500_000, "en") == "yo" * 500_000
    assert time.perf_counter() - began < 1


def test_a_language_of_any_length_is_read_in_no_time_and_not_kept() -> None:
    long = "en-" + "x" * 10_000_000
    before = getrefcount(long)
    assert stem("sanctions", long) == "sanction"
    assert getrefcount(long) == before
    assert stem("ministers", "tr" + "-x" * 10) == stem("ministers", "tr")
    assert stem("ministers", "tr" + "-x" * 17) == stem("ministers", None), "no tag is longer than 35 characters"


def test_languages_with_one_algorithm_are_one_to_whoever_remembers_stems() -> None:
    assert {algorithm(language) for language in ("no", "nb-NO", "NN")} == {"norwegian"}
    assert {algorithm(f"en-x-{number}") for number in range(1000)} == {algorithm(None)} == {"english"}
