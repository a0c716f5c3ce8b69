"""Texts that are otherwise alike, of which one denies what the other says or tells of another office."""

from __future__ import annotations

import pytest

from schemas.article import Article
from tests.unit.dedup.prose import prose
from workers.dedup import fingerprint
from workers.dedup.difference import difference
from workers.dedup.likeness import LIKE_FROM, is_copy, likeness
from workers.dedup.text import Text

BODY = (
    "resigned on Monday over the affair of the state bank, his office said in a statement. Parliament will meet on "
    "Tuesday to discuss the succession and the budget for next year."
)
PACT = "on Monday, state media said. Leaders of both countries met in the capital for talks about trade and energy."


def text_of(title: str, body: str) -> Text:
    return fingerprint(Article(uri="u", title=title, body=body)).text


def copied(one: Text, other: Text) -> bool:
    return is_copy(one, other, likeness(one, other))


RESIGNS = text_of("Minister resigns over bank affair", f"The finance minister {BODY}")
DENIES = text_of("Minister denies he resigns", f"The finance minister has not {BODY}")
PRIME = text_of("Prime minister resigns over bank affair", f"The prime minister {BODY}")
SIGN = text_of("Russia and North Korea sign defence pact", f"Russia and North Korea signed a defence pact {PACT}")
NO_SIGN = text_of(
    "Russia and North Korea do not sign defence pact", f"Russia and North Korea did not sign a defence pact {PACT}"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [(RESIGNS, DENIES), (RESIGNS, PRIME), (DENIES, PRIME), (SIGN, NO_SIGN)],
    ids=["denied", "prime", "denied and prime", "not signed"],
)
def test_news_and_its_denial_or_that_of_another_office_are_two_stories(one: Text, other: Text) -> None:
    assert likeness(one, other) >= LIKE_FROM  # else nothing is shown
    assert not copied(one, other)
    assert not copied(other, one)


SAID = "The board of the bank {} the offer of its rival, two people who were in the room told reporters in the capital"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("accepts", "does not accept"),
        ("accepts", "doesn't accept"),
        ("accepts", "doesn’t accept"),
        ("has accepted", "has never accepted"),
        ("accepts", "rejects"),
        ("accepted", "denied it accepted"),
        ("accepts", "calls off its answer to"),
        ("raised", "cancelled"),
        ("kennt", "kennt nicht"),
        ("accepte", "n'accepte pas"),
        ("acepta", "no acepta"),
        ("принимает", "не принимает"),
    ],
)
@pytest.mark.parametrize("behind", ["", ". " + prose(5, 90), ". " + prose(5, 300)], ids=["short", "report", "page"])
def test_a_word_of_denial_that_only_one_text_has_is_other_news(was: str, now: str, behind: str) -> None:
    before = f"{prose(6, 40)} " if behind else ""
    one, other = (text_of("", before + SAID.format(word) + behind) for word in (was, now))
    assert difference(one, other) is not None
    assert difference(other, one) is not None


def test_a_headline_that_turns_round_one_that_is_like_it_is_other_news_though_the_body_is_the_same() -> None:
    body = prose(7, 150)
    one = text_of("Russia and North Korea sign defence pact", body)
    assert not copied(one, text_of("Russia and North Korea do not sign defence pact", body))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Storm hits the north of Japan", prose(8, 80)), ("Storm batters Japan", prose(8, 80))),
        (("Dollar falls on fears", prose(8, 80)), ("Tokyo will not help the yen, minister says", prose(8, 80))),
        (("", prose(8, 80)), ("No end to the storm in sight", prose(8, 80))),
        (("", "They did not come. " + prose(8, 80)), ("", "They didn't come. " + prose(8, 80))),
        (("", prose(8, 120) + " They did not come to the talks in Paris, he said."), ("", prose(8, 120))),
        (("", prose(8, 120) + prose(9, 120)), ("", f"{prose(8, 120)} Not a member? Join us {prose(9, 120)}")),
        (("", SAID.format("accepts")), ("", SAID.format("accepted"))),
    ],
    ids=["new headline", "new headline that denies", "headline lost", "contracted", "cut", "advertisement", "tense"],
)
def test_what_copies_do_is_no_denial(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert copied(text_of(*one), text_of(*other))
    assert copied(text_of(*other), text_of(*one))


def test_a_brief_has_no_word_to_spare() -> None:
    told = "The central bank said its key rate {} on Monday after a meeting of the board in the capital of the country"
    assert not copied(text_of("", told.format("rose")), text_of("", told.format("fell")))
    assert copied(text_of("", told.format("increases")), text_of("", told.format("increased")))


@pytest.mark.parametrize("rank", ["former", "deputy", "acting", "vice"])
@pytest.mark.parametrize(("words", "other"), [(60, True), (300, False)], ids=["report", "page"])
def test_a_rank_is_another_office_in_a_report_and_an_edit_in_a_long_page(rank: str, words: int, other: bool) -> None:
    said = f"{prose(1, words)} the {{}} of the company left the meeting early {prose(2, words)}"
    one, edited = (text_of("", said.format(office)) for office in ("president", f"{rank} president"))
    assert (difference(one, edited) is not None) is other


def test_a_sentence_that_only_a_page_has_is_no_denial_though_it_denies() -> None:
    one = text_of("", f"{prose(1, 300)} {prose(2, 300)}")
    assert copied(one, text_of("", f"{prose(1, 300)} The chairman denied all of that. {prose(2, 300)}"))
