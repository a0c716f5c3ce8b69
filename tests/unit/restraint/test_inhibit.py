"""Inhibitions: what a source notes, and whom it hushes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from schemas.alert import Alert, AlertKind
from schemas.silence import Inhibition
from tests.unit.restraint.said import NOON, an_alert
from tests.unit.restraint.test_silence import matcher
from workers.restraint.inhibit import Inhibitions, hushed_by

HOUR = timedelta(hours=1)


def inhibition(id_: str, source: str, target: str, hours: float = 1) -> Inhibition:
    return Inhibition(id=id_, source=(matcher(source),), target=(matcher(target),), lasts_s=hours * 3600, author="ada")


def inhibitions(*them: Inhibition) -> Inhibitions:
    book = Inhibitions()
    for each in them:
        book.put(each)
    return book


def hushes(
    book: Inhibitions, source: Alert, target: Alert, passed: timedelta = timedelta(), channel: str = "desk"
) -> str | None:
    """The inhibition by which the one hushes the other, which comes so long after it on the same story."""
    noted = book.sources(source, NOON)
    found = hushed_by(book.targets(target, channel), noted, NOON + passed)
    return found and found[0].id


LOUD, SOFT = an_alert("loud", rule="loud"), an_alert("soft", rule="soft")
ONE = inhibition("i1", "rule is loud", "rule is soft")


def test_a_source_hushes_a_target_for_as_long_as_it_lasts() -> None:
    book = inhibitions(ONE)
    assert hushes(book, LOUD, SOFT) == "i1"
    assert hushes(book, LOUD, SOFT, HOUR - timedelta(microseconds=1)) == "i1"
    assert hushes(book, LOUD, SOFT, HOUR) is None


def test_none_else() -> None:
    book = inhibitions(ONE)
    assert hushes(book, SOFT, LOUD) is None
    assert hushes(book, LOUD, LOUD) is None
    assert hushes(book, SOFT, SOFT) is None
    assert book.sources(SOFT, NOON) == {}


def test_what_is_both_neither_hushes_itself_nor_its_like() -> None:
    book = inhibitions(inhibition("i1", "tag is asia", "priority is 3"))
    both, other_both = an_alert("b1", tags=("asia",)), an_alert("b2", rule="r2", tags=("asia",))
    source, target = an_alert("s", tags=("asia",), priority=2), an_alert("t")
    assert hushes(book, both, both) is None
    assert hushes(book, both, other_both) is None
    assert hushes(book, both, target) == "i1"
    assert hushes(book, source, both) == "i1"
    assert hushes(book, source, target) == "i1"


def test_what_passes_is_not_hushed() -> None:
    book = inhibitions(inhibition("i1", "rule is loud", "rule like *"))
    assert hushes(book, LOUD, an_alert("x", rule="soft", priority=1)) is None
    assert hushes(book, LOUD, an_alert("x", AlertKind.RETRACTED, rule="soft")) is None
    assert hushes(book, LOUD, an_alert("x", AlertKind.CORRECTED, rule="soft")) == "i1"


def test_a_retraction_hushes_none() -> None:
    assert inhibitions(ONE).sources(an_alert("x", AlertKind.RETRACTED, rule="loud"), NOON) == {}


def test_a_retraction_ends_what_its_rule_has_noted_and_no_other_rule_s() -> None:
    book = inhibitions(inhibition("i1", "tag is asia", "rule is soft"))
    first, second = (an_alert(rule, rule=rule, tags=("asia",)) for rule in ("loud", "louder"))
    noted = {**book.sources(first, NOON), **book.sources(second, NOON)}
    assert book.ended(first) == ()
    for each in book.ended(an_alert("x", AlertKind.RETRACTED, rule="loud")):
        noted.pop(each, None)
    assert noted == book.sources(second, NOON)
    assert hushed_by(book.targets(SOFT, "desk"), noted, NOON) is not None


def test_a_target_may_be_one_channels() -> None:
    book = inhibitions(inhibition("i1", "rule is loud", "channel is east"))
    assert hushes(book, LOUD, SOFT, channel="east") == "i1"
    assert hushes(book, LOUD, SOFT, channel="desk") is None


def test_a_source_may_be_any_of_its_channels() -> None:
    book = inhibitions(inhibition("i1", "channel is east", "rule is soft"))
    assert hushes(book, an_alert("x", rule="loud", channels=("desk", "east")), SOFT) == "i1"
    assert hushes(book, LOUD, SOFT) is None


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        ({"i1": NOON + HOUR, "i2": NOON + 2 * HOUR}, ("i2", NOON + 2 * HOUR)),
        ({"i1": NOON + HOUR, "i2": NOON - HOUR}, ("i1", NOON + HOUR)),
        ({"i1~both": NOON + HOUR}, ("i1", NOON + HOUR)),
        ({"i1~by~r1": NOON + HOUR, "i1~by~r2": NOON + 2 * HOUR, "i1~by~r3": NOON}, ("i1", NOON + 2 * HOUR)),
        ({"i9": NOON + HOUR}, None),
        ({}, None),
    ],
    ids=[
        "the longest",
        "the other is over",
        "a source that is a target",
        "of several rules",
        "not a target of it",
        "nothing noted",
    ],
)
def test_of_what_is_noted_the_longest_is_named(
    noted: Mapping[str, datetime], expected: tuple[str, datetime] | None
) -> None:
    book = inhibitions(ONE, inhibition("i2", "rule is other", "rule is soft"))
    found = hushed_by(book.targets(SOFT, "desk"), noted, NOON)
    assert (found and (found[0].id, found[1])) == expected


def test_edits_take_the_place_of_what_was_there() -> None:
    book = inhibitions(ONE)
    noted = book.sources(LOUD, NOON)
    book.put(inhibition("i1", "rule is loud", "rule is other"))
    assert hushed_by(book.targets(SOFT, "desk"), noted, NOON) is None
    book.drop("i1")
    book.drop("i1")
    assert (list(book), len(book), book.sources(LOUD, NOON)) == ([], 0, {})
