"""The reader that judges last words sees a retraction too few, too many, too early, and to the wrong ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.article import Article
from tests.acceptance.last_words import Came, Pair, Place, Word, Words, came, judge_words

PAIR = Pair("r", "u")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


def version(offset: int, number: int = 1, **more: Any) -> Came:
    """An article record that the rule says yes to, unless told otherwise."""
    given = {"usable": True, "correction": False, "held": False, "rules": frozenset({"r"}), "words": (str(offset),)}
    return Came(Place(0, offset), number, **{**given, **more})


def kill(offset: int, number: int = 2) -> Came:
    return version(offset, number, usable=False)


def said(
    offset: int, kind: str = "created", number: int = 1, previous: str | None = None, channel: str = "desk"
) -> Word:
    """An alert of the article record at an offset."""
    return Word(f"{kind} {number}", kind, PAIR, number, Place(0, offset), frozenset({channel}), previous)


def back(offset: int, number: int = 2, previous: str | None = "created 1", channel: str = "desk") -> Word:
    return said(offset, "retracted", number, previous, channel)


NO = frozenset[str]()
CASES: dict[str, tuple[list[Came], list[Word], str]] = {
    "told": ([version(0)], [said(0)], ""),
    "killed": ([version(0), kill(1)], [said(0), back(1)], ""),
    "killed, and nobody hears": ([version(0), kill(1)], [said(0)], "untold"),
    "killed at its own version, and nobody hears": ([version(0), kill(1, 1)], [said(0)], "untold"),
    "killed, and never told": ([version(0), kill(1)], [], ""),
    "killed, and others hear": ([version(0), kill(1)], [said(0), back(1, channel="east")], "misled"),
    "killed, and told of what was never told": ([version(0), kill(1)], [back(1)], "misled"),
    "killed, and told of nothing": ([version(0), kill(1)], [said(0), back(1, previous=None)], "misled"),
    "killed, and told before the alert": ([version(0), kill(1)], [back(1), said(0)], "misled untold"),
    "taken back without a reason": ([version(0), version(1, 2)], [said(0), back(1)], "misled"),
    "taken back by a kill that had not come": ([version(0), version(1), kill(2)], [said(0), back(1)], "misled"),
    "no longer matches": ([version(0), version(1, 2, rules=NO)], [said(0), back(1)], ""),
    "no longer matches, and nobody hears": ([version(0), version(1, 2, rules=NO)], [said(0)], "untold"),
    "corrected": ([version(0), version(1, 2, correction=True)], [said(0), said(1, "corrected", 2, "created 1")], ""),
    "corrected, and nobody hears": ([version(0), version(1, 2, correction=True)], [said(0)], "untold"),
    "corrected, to others": (
        [version(0), version(1, 2, correction=True)],
        [said(0), said(1, "corrected", 2, "created 1", "east")],
        "misled",
    ),
    "told of what does not match": ([version(0), version(1, rules=NO)], [said(1)], "misled"),
    "told of a kill": ([kill(0)], [said(0)], "misled untold"),
    "told of another article's record": ([version(0)], [said(7)], "misled"),
    "held and released": ([version(0, held=True), version(1)], [said(1)], ""),
    "held and told too early": ([version(0, held=True), version(1)], [said(0)], "misled"),
    "held and never released": ([version(0, held=True)], [], "untold"),
    "a newer version is held, and never released": ([version(0), version(1, 2, held=True)], [said(0)], "untold"),
    "held, of no rule's interest, and not released": ([version(0, held=True, rules=NO)], [], ""),
    "held and killed": ([version(0, held=True), kill(1)], [], ""),
    "held, killed, and told all the same": ([version(0, held=True), kill(1), version(2)], [said(2)], "outlived"),
    "killed first": ([kill(0), version(1)], [], ""),
    "killed first, and told": ([kill(0), version(1)], [said(1)], "outlived"),
    "killed first, and told and taken back": ([kill(0), version(1)], [said(1), back(1)], "outlived"),
    "late behind a kill and a newer version, and told": (
        [kill(0), version(1, 3, rules=NO), version(2)],
        [said(2)],
        "overtaken",
    ),
    "late, and told": ([version(0, 3, rules=NO), version(1, 2)], [said(1, number=2)], "overtaken"),
    "late": ([version(0, 3), version(1, 2, rules=NO)], [said(0, number=3)], ""),
    "killed, and back in a newer version": (
        [version(0), kill(1, 1), version(2, 2)],
        [said(0), back(1, 1), said(2, number=2)],
        "",
    ),
}


def found(judged: Words) -> str:
    return " ".join(name for name in ("misled", "untold", "overtaken", "outlived") if getattr(judged, name))


@pytest.mark.parametrize("name", list(CASES))
def test_last_words_are_held_against_what_came(name: str) -> None:
    records, words, expected = CASES[name]
    assert found(judge_words({"u": records}, words)) == expected


def test_other_words_must_be_told_by_a_rule_that_tells_of_them_and_by_no_other() -> None:
    history = {"u": [version(0), version(1, 2)]}
    assert found(judge_words(history, [said(0)])) == ""
    assert found(judge_words(history, [said(0)], {"r"})) == "untold"
    assert found(judge_words(history, [said(0), said(1, "updated", 2, "created 1")], {"r"})) == ""
    alike = {"u": [version(0, words=("a",)), version(1, 2, words=("a",))]}
    assert found(judge_words(alike, [said(0)], {"r"})) == ""


def test_what_came_on_several_partitions_has_no_order() -> None:
    elsewhere = Came(Place(1, 0), 2, False, False, False, NO, ())
    assert found(judge_words({"u": [version(0), elsewhere]}, [said(0)])) == ""


def test_what_was_taken_back_and_held_is_counted() -> None:
    history = {"u": [version(0, held=True), version(1), version(2, 2, correction=True), kill(3, 3)]}
    words = [said(1), said(2, "corrected", 2, "created 1"), back(3, 3, "corrected 2")]
    judged = judge_words(history, words)
    assert (found(judged), judged.taken_back, judged.held) == ("", 2, 1)


def read(**fields: Any) -> Article:
    return Article.model_validate({"uri": "u", "title": "A Pact.", **fields})


def test_a_kill_without_a_version_means_all_before_it() -> None:
    before = [version(0, 4), version(1, 2)]
    at = Place(0, 2)
    assert came(at, 0, read(status="canceled"), (), before).version == 4
    assert came(at, 0, read(status="canceled", version=3), (), before).version == 3
    assert came(at, 0, read(), (), before).version == 1


@pytest.mark.parametrize(("since_ms", "held"), [(-1, True), (0, False), (1, False)])
def test_an_embargo_is_judged_by_the_record_s_own_time(since_ms: int, held: bool) -> None:
    article = read(embargoed_until=NOON)
    assert came(Place(0, 0), NOON_MS + since_ms, article, ["r"], []).held is held


def test_words_are_told_apart_without_punctuation_and_case() -> None:
    at = Place(0, 0)
    assert came(at, 0, read(), (), []).words == came(at, 0, read(title="a pact"), (), []).words == ("a", "pact")
