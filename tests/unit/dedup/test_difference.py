"""Texts that are otherwise alike, and the places where they tell different news."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import Article
from tests.unit.dedup.prose import prose
from workers.dedup import fingerprint
from workers.dedup.difference import Difference, difference
from workers.dedup.likeness import is_copy, likeness, likest
from workers.dedup.text import Text

REPORT = (
    "Acme Corp said its net profit rose 12 pct to 340 mln dlrs in the third quarter from 300 mln a year before. "
    "The chairman, John Smith, told a meeting in Paris on Monday that sales of pumps had been strong and that he "
    "expected the trend to go on through the rest of the year. Analysts had expected a profit of 310 mln dlrs. "
    "The shares closed 4 pence higher at 515 in heavy trading, while the market as a whole was hardly moved."
)


def text_of(body: str) -> Text:
    return fingerprint(Article(uri="u", body=body)).text


def differ(one: str, other: str) -> Difference | None:
    return difference(text_of(one), text_of(other))


def copied(one: str, other: str) -> bool:
    left, right = text_of(one), text_of(other)
    return is_copy(left, right, likeness(left, right))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("12 pct", "15 pct"),
        ("340 mln", "365 mln"),
        ("third quarter", "third quarter of 1987"),
        ("Paris", "London"),
        ("John Smith", "Peter Miller"),
        ("Monday", "Thursday"),
        ("Analysts", "Analysts at 7 banks"),
    ],
)
def test_a_number_name_or_day_that_another_replaces_is_other_news_but_an_addition_is_not(was: str, now: str) -> None:
    added = was.lower() in now.lower()
    found = differ(REPORT, REPORT.replace(was, now))
    assert (found is None) is added
    if found is not None:
        assert now.split(maxsplit=1)[0].lower() in found.right


@pytest.mark.parametrize(
    "other",
    [
        REPORT.upper(),
        REPORT.replace("12 pct", "twelve pct"),
        REPORT.replace(". ", ".\n\n* "),
        REPORT.replace("strong", "very strong"),
        REPORT.replace("had been strong", "were good"),
        REPORT.replace("profit rose", "profitrose"),
        "Menu Home 24 Sport 7 " + REPORT + " Copyright 2026 All rights reserved",
        REPORT[: len(REPORT) * 7 // 10],
        REPORT[len(REPORT) // 3 :],
        REPORT.replace("Paris", "Pari s"),
    ],
    ids=["capitals", "spelled", "marks", "more", "other words", "glued", "menu", "cut", "headless", "torn"],
)
def test_what_renderers_and_editors_do_is_no_other_news(other: str) -> None:
    assert differ(REPORT, other) is None
    assert differ(other, REPORT) is None


def test_long_names_with_a_slip_of_the_pen_are_the_same_but_short_ones_are_not() -> None:
    told = "The summit of {} and its neighbours was put off on the first day because of the weather in the capital."
    assert differ(told.format("Azerbaijan"), told.format("Azerbajian")) is None
    assert differ(told.format("Azerbaijan"), told.format("Azerbaijjan")) is None
    assert differ(told.format("Iran"), told.format("Iraq")) == Difference("iran", "iraq")
    assert differ(told.format("Slovakia"), told.format("Slovenia")) == Difference("slovakia", "slovenia")


def test_a_name_that_begins_the_text_counts_too() -> None:
    told = "{0} said it would cut its output by a third. The minister told reporters that {0} had no other choice."
    assert differ(told.format("Kuwait"), told.format("Bahrain")) == Difference("kuwait", "bahrain")


def test_a_number_of_a_long_page_that_the_other_has_elsewhere_is_no_other_news() -> None:
    page = prose(1, words=500)
    assert (
        differ(f"{page} Read 2 of 7 next. {prose(2, 100)} Page 3.", f"{page} Read 3 of 7 next. {prose(2, 100)} 2.")
        is None
    )


@given(st.integers(0, 10**6), st.floats(0.3, 1.0))
def test_a_piece_of_a_text_is_a_copy_of_it_and_no_other_news(seed: int, part: float) -> None:
    words = prose(seed, words=150).split()
    start = random.Random(seed).randrange(int(len(words) * (1 - part)) + 1)
    piece = " ".join(words[start : start + int(len(words) * part)])
    assert copied(" ".join(words), piece)
    assert copied(piece, " ".join(words))


@given(st.integers(0, 10**6), st.integers(60, 900))
def test_a_report_whose_numbers_are_others_is_other_news(seed: int, length: int) -> None:
    chance = random.Random(seed)
    words = prose(seed, words=length).split()
    for at in range(20, length - 20, 25):
        words[at] = str(chance.randrange(1000, 5000))
    report = " ".join(words)
    again = re.sub(r"\d+", lambda found: str(int(found[0]) + 5000), report)
    assert differ(report, again) is not None
    assert not copied(report, again)


def test_the_answer_is_the_same_whichever_text_came_first() -> None:
    for seed in range(30):
        one, other = prose(seed, 90), prose(seed, 90).replace(" the ", f" {seed} ", 1)
        assert copied(one, other) == copied(other, one)


class TestLikest:
    def test_the_likest_is_taken_and_of_equals_the_first(self) -> None:
        news = prose(1).split()
        texts = [Text(news[:60] + prose(2).split()), Text(news), Text(news[:110]), Text(news)]
        found = likest(Text(news), texts)
        assert found is not None
        assert (found.place, found.likeness) == (1, 1.0)

    def test_what_is_other_news_is_passed_over_for_the_next(self) -> None:
        news = prose(1)
        texts = [text_of(news + " It fell 7 points."), text_of(prose(2)), text_of(news)]
        found = likest(text_of(news + " It fell 9 points."), texts)
        assert found is not None
        assert found.place == 2

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (
                "Storm hits the north of Japan, many homes without power",
                "Storm hits the north of Japan, homes dark",
                False,
            ),
            (" ".join(prose(1).split()[:20]), " ".join(prose(1).split()[:19]), True),
            (" ".join(prose(1).split()[:20]), " ".join([*prose(1).split()[:13], *prose(2).split()[:7]]), False),
            (" ".join(prose(1).split()[:20]), prose(1), True),
            (" ".join(prose(1).split()[:11]), prose(1), False),
        ],
        ids=[
            "headlines",
            "short, but for a word",
            "short, two thirds",
            "short, in a long one",
            "headline in a long one",
        ],
    )
    def test_short_texts_have_a_rule_of_their_own(self, one: str, other: str, same: bool) -> None:
        assert (likest(text_of(one), [text_of(other)]) is not None) is same

    def test_texts_without_shingles_are_like_nothing_but_themselves(self) -> None:
        assert likeness(Text([]), Text(["a", "b", "c"])) == 0.0
        assert likeness(Text(["a", "b"]), Text(["a", "b"])) == 1.0
