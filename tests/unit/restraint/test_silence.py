"""Silences, and the matchers by which they are chosen."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Alert, AlertKind
from schemas.silence import Matcher, Silence
from tests.unit.restraint.said import NOON, an_alert
from workers.restraint.matching import Filed, all_of, like
from workers.restraint.silence import Silences, SilenceState, state_of, told_as

HOUR = timedelta(hours=1)
ABOUT: dict[str, Any] = {
    **{"name": "Pacts & Treaties", "tags": ("asia", "War"), "owner": "desk@example.org", "priority": 2},
    **{"source": "Wire", "language": "en", "uri": "a:1", "story": "s1", "channels": ("desk", "east")},
}
ALERT = an_alert("al_1", AlertKind.UPDATED, **ABOUT)


def matcher(text: str) -> Matcher:
    field, op, value = text.split(" ", 2)
    return Matcher.model_validate({"field": field, "op": op, "value": value})


def silence(id_: str, *matchers: str, starts: timedelta = -HOUR, ends: timedelta = HOUR) -> Silence:
    return Silence(
        id=id_,
        matchers=tuple(matcher(each) for each in matchers),
        author="ada",
        reason="a drill",
        starts=NOON + starts,
        ends=NOON + ends,
    )


def silences(*them: Silence) -> Silences:
    book = Silences()
    for each in them:
        book.put(each)
    return book


def hushed_by(book: Silences, alert: Alert = ALERT, channel: str = "desk", **passed: Any) -> str | None:
    found = book.silenced(alert, channel, NOON + timedelta(**passed))
    return None if found is None else found.id


HOLDS = [
    *("rule is r1", "name is Pacts & Treaties", "tag is asia", "owner is desk@example.org", "priority is 2"),
    *("kind is updated", "source is Wire", "language is en", "story is s1", "uri is a:1", "channel is desk"),
    *("rule is_not r2", "tag is_not sport", "channel is_not east", "tag unlike sp*", "source unlike *x*"),
    *("name like pacts*", "name like *TREATIES", "tag like war", "uri like *", "name like p*s*&*t*s"),
    *("source like w*ire", "name unlike treaties*", "owner like *@example.*"),
]
HOLDS_NOT = [
    *("rule is R1", "name is Pacts", "tag is war", "tag is_not asia", "tag unlike w*", "priority is 3"),
    *("channel is east", "channel is_not desk", "source like wir", "source like *x*", "source like wi*ire"),
    *("name like pacts*pacts*", "rule unlike *"),
]


@pytest.mark.parametrize("text", HOLDS)
def test_a_matcher_that_holds(text: str) -> None:
    assert all_of([matcher(text)])(ALERT, ("desk",))


@pytest.mark.parametrize("text", HOLDS_NOT)
def test_a_matcher_that_does_not(text: str) -> None:
    assert not all_of([matcher(text)])(ALERT, ("desk",))


def test_what_an_article_does_not_say_is_the_empty_text() -> None:
    silent = an_alert()
    assert all_of([Matcher(field="source", value="")])(silent, ())
    assert all_of([matcher("language is_not en"), matcher("source like *")])(silent, ())


@given(st.text("aAbB*é", max_size=12), st.text("aAbBÉ", max_size=14))
def test_like_is_what_an_expression_says(pattern: str, text: str) -> None:
    expression = ".*".join(re.escape(part) for part in pattern.casefold().split("*"))
    assert like(pattern)(text) == bool(re.fullmatch(expression, text.casefold()))


def test_a_pattern_full_of_stars_is_asked_of_a_long_text() -> None:
    assert not like("*a" * 1000 + "*b*")("a" * 200_000)  # what goes back and tries again would never end


def test_all_matchers_must_hold() -> None:
    assert hushed_by(silences(silence("s", "rule is r1", "tag is asia"))) == "s"
    assert hushed_by(silences(silence("s", "rule is r1", "tag is sport"))) is None


def test_it_holds_for_the_channel_that_is_asked_for() -> None:
    book = silences(silence("s", "channel is east"))
    assert (hushed_by(book), hushed_by(book, channel="east")) == (None, "s")


def test_from_its_start_up_to_its_end() -> None:
    book = silences(silence("s", "rule is r1", starts=timedelta(), ends=HOUR))
    assert hushed_by(book, microseconds=-1) is None
    assert hushed_by(book) == "s"
    assert hushed_by(book, hours=1, microseconds=-1) == "s"
    assert hushed_by(book, hours=1) is None


def test_of_several_the_one_that_ends_last_is_named() -> None:
    book = silences(*(silence(f"s{hours}", "rule is r1", ends=hours * HOUR) for hours in (1, 3, 2)))
    book.put(silence("s9", "rule is r2", ends=9 * HOUR))
    assert hushed_by(book) == "s3"


def test_edits_take_the_place_of_what_was_there() -> None:
    book = silences(silence("s", "rule is r1"))
    book.put(silence("s", "rule is r2", ends=2 * HOUR))
    assert (hushed_by(book), len(book), len(list(book))) == (None, 1, 1)
    book.put(silence("s", "rule is r1"))
    book.drop("s")
    book.drop("s")
    assert (hushed_by(book), len(book), list(book)) == (None, 0, [])


def test_those_that_have_ended_are_listed_as_such_and_hush_nothing() -> None:
    past, coming = silence("past", "rule is r1", ends=-HOUR / 2), silence("coming", "rule is r1", starts=HOUR / 2)
    book = silences(coming, past, silence("now", "rule is r2"))
    states = {each.id: state_of(each, NOON) for each in book}
    assert states == {"past": SilenceState.EXPIRED, "coming": SilenceState.PENDING, "now": SilenceState.ACTIVE}
    assert hushed_by(book) is None


def test_a_decision_tells_whose_word_it_was_why_and_until_when() -> None:
    told = told_as(silence("drill", "rule is r1"))
    assert told == "silence drill by ada until 2026-05-04T13:00:00+00:00: a drill"


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 5), st.sampled_from(["r1", "r2"])), max_size=8),
    st.integers(-6, 11),
)
def test_the_answer_is_that_of_asking_each(rows: list[tuple[int, int, str]], hours: int) -> None:
    them = [
        silence(f"s{n}", f"rule is {rule}", starts=start * HOUR, ends=(start + lasts) * HOUR)
        for n, (start, lasts, rule) in enumerate(rows)
    ]
    now = NOON + hours * HOUR
    right = [each for each in them if each.starts <= now < each.ends and each.matchers[0].value == "r1"]
    expected = max(right, key=lambda each: (each.ends, each.id), default=None)
    assert silences(*them).silenced(ALERT, "desk", now) == expected


TEXTS = [
    *("rule is r1", "rule is r2", "tag is asia", "tag is_not asia", "tag is war", "channel is desk", "name like p*"),
    *("source is ", "priority is 3", "rule unlike r2", "kind is created"),
]
STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3) | st.none()), max_size=12
)


@given(
    STEPS, st.sampled_from(["r1", "r2"]), st.sets(st.sampled_from(["asia", "war"])), st.sampled_from(["desk", "east"])
)
def test_those_that_are_found_are_those_that_hold(
    steps: list[tuple[str, list[str] | None]], rule: str, tags: set[str], channel: str
) -> None:
    filed, plain, alert = Filed(), dict[str, list[Matcher]](), an_alert(rule=rule, tags=tuple(tags))
    for name, texts in steps:
        if texts is None:
            filed.drop(name)
            plain.pop(name, None)
        else:
            plain[name] = [matcher(text) for text in texts]
            filed.put(name, plain[name])
    expected = sorted(name for name, matchers in plain.items() if all_of(matchers)(alert, (channel,)))
    assert filed.holding(alert, (channel,)) == expected
