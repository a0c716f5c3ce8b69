"""British and American spellings."""

from __future__ import annotations

import pytest

from workers.match.spellings import _TWO_WORDS, CLASSES, spelling, spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("defence", "defense"),
        ("labour", "labor"),
        ("programme", "program"),
        ("organisation", "organization"),
        ("yoghourt", "yoghurt"),
        ("yoghourt", "yogurt"),
        ("tonne", "ton"),
        ("chequebook", "checkbook"),
        ("draughts", "drafts"),  # in one of the two dictionaries only
    ],
)
def test_two_spellings_are_one_word(one: str, other: str) -> None:
    assert spelling(one) == spelling(other)
    assert spellings(one) == spellings(other) >= {one, other}


@pytest.mark.parametrize(("one", "other"), [*_TWO_WORDS, ("check", "cheque"), ("curb", "kerb"), ("story", "storey")])
def test_two_words_are_two_words(one: str, other: str) -> None:
    assert spelling(one) != spelling(other)
    assert other not in spellings(one)


def test_a_word_with_one_spelling_is_its_own() -> None:
    assert spelling("russia") == "russia"
    assert spellings("russia") == {"russia"}
    assert "russia" not in CLASSES


def test_the_classes_part_the_words() -> None:
    for word, representative in CLASSES.items():
        assert representative in spellings(word)
        assert len(spellings(word)) > 1
        assert all(spellings(other) == spellings(word) for other in spellings(word))


def test_no_pair_is_left_out_that_does_not_exist() -> None:
    from breame.data.spelling_constants import AMERICAN_ENGLISH_SPELLINGS, BRITISH_ENGLISH_SPELLINGS

    known = {*BRITISH_ENGLISH_SPELLINGS.items(), *((b, a) for a, b in AMERICAN_ENGLISH_SPELLINGS.items())}
    assert known >= _TWO_WORDS.keys()
