"""What is compared of an article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import Article
from workers.dedup import fingerprint
from workers.dedup.fingerprint import WORDS_MAX


def test_title_lead_and_body_are_compared_folded_and_in_order() -> None:
    text = fingerprint(Article(uri="u", title="Élysée: No!", lead="The ‘deal’", body="It's over.")).text
    assert text.words == ("elysee", "no", "the", "deal", "it", "over")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("The prime minister of Japan met Angela Merkel.", {"japan", "angela", "merkel"}),
        ("Rain fell. Snow followed, Tokyo said.", {"tokyo"}),
        ("The Storm came; the storm went, with Anna; Bert stayed.", {"anna", "bert"}),
        ("IT IS ALL IN CAPITALS IN LONDON", set()),
        ("on monday in paris", set()),
        ("В Москве сказал Путин.", {"москве", "путин"}),
    ],
    ids=["names", "sentences begin", "small elsewhere", "capitals", "small", "other script"],
)
def test_names_stand_with_a_capital_inside_a_sentence_and_nowhere_without(body: str, names: set[str]) -> None:
    assert fingerprint(Article(uri="u", body=body)).text.names == names


@given(st.text("aAbBcC3 4,;._-'\n\t\x1c"), st.text("aAbBcC3 4,;._-'\n\t\x1c"))
def test_names_are_the_same_whatever_other_characters_the_text_has(title: str, body: str) -> None:
    plain, other = (
        fingerprint(Article.model_construct(uri="u", version=1, title=title + end, lead=None, body=body + end)).text
        for end in (" .", " \N{HORIZONTAL ELLIPSIS}")
    )
    assert plain.names == other.names


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("6-1/4 pct", ("6.25", "pct")),
        ("1/2 point", ("0.5", "point")),
        ("1986/87 crop", ("1986", "87", "crop")),
        ("11/18/19", ("11", "18", "19")),
        ("4/0", ("4", "0")),
    ],
)
def test_a_fraction_is_one_number(written: str, words: tuple[str, ...]) -> None:
    assert fingerprint(Article(uri="u", body=written)).text.words == words


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"source": "The Daily Örb"}, "the daily orb"),
        ({"url": "https://www.example.com/1"}, "example.com"),
        ({"source": "Orb", "url": "https://www.example.com/1"}, "orb"),
        ({}, ""),
        ({"source": "x" * 5000}, "x" * 200),
    ],
    ids=["named", "by its site", "named and a site", "none", "endless"],
)
def test_a_source_is_known_by_its_name_or_its_site(fields: dict[str, str], source: str) -> None:
    assert fingerprint(Article(uri="u", body="text", **fields)).source == source  # type: ignore[arg-type]


def test_what_is_compared_is_bounded() -> None:
    long = fingerprint(Article(uri="u", title="word " * 20_000, body="more " * 20_000))
    assert len(long.text) == WORDS_MAX
    assert fingerprint(Article(uri="u", body="x" * 5_000_000)).text.words == ("x" * 200_000,)
