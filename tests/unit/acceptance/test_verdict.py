"""The reader that judges the acceptance tests sees what is wrong on the topics."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.acceptance.house import House
from tests.acceptance.verdict import Verdict, judge, judge_channel
from tests.services import witness
from tests.services.witness import Record

A, B, C, OTHER = (b'{"id":"%s","channels":["desk"]}' % each for each in (b"a", b"b", b"c", b"d"))
ELSEWHERE = b'{"id":"e","channels":["east"]}'


def records(*partitions: list[bytes]) -> list[Record]:
    return [
        Record(partition, offset, 0, b"u", value, ())
        for partition, values in enumerate(partitions)
        for offset, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("alerts", "channel", "differs", "repeats"),
    [
        pytest.param([[A, ELSEWHERE, B], [C]], [[A, B], [C]], False, 0, id="the same"),
        pytest.param([[A, B]], [[B, A]], True, 0, id="another order"),
        pytest.param([[A, B]], [[A]], True, 0, id="one is missing"),
        pytest.param([[A]], [[A, OTHER]], True, 0, id="one too many"),
        pytest.param([[A], [B]], [[A, B], []], True, 0, id="another partition"),
        pytest.param([[A, ELSEWHERE]], [[A, ELSEWHERE]], True, 0, id="another channel's"),
        pytest.param([[A, B]], [[A, A, B]], False, 1, id="twice on the channel"),
        pytest.param([[A, A, B]], [[A, B]], False, 0, id="twice on alerts only"),
        pytest.param([[A, A, B, C]], [[A, B, A, B, C]], False, 2, id="a batch of a crash"),
    ],
)
def test_a_channel_is_held_against_alerts(
    alerts: list[list[bytes]], channel: list[list[bytes]], differs: bool, repeats: int
) -> None:
    verdict = Verdict()
    judge_channel("desk", records(*alerts), records(*channel), verdict)
    assert verdict.channel_differs == (["desk"] if differs else [])
    assert verdict.channel_repeats == {"desk": repeats}


def test_repeats_on_a_channel_are_counted_like_those_on_alerts() -> None:
    verdict = Verdict()
    judge_channel("desk", records([A]), records([A, A]), verdict)
    verdict.assert_repeats_at_most(1)
    with pytest.raises(AssertionError, match="desk"):
        verdict.assert_repeats_at_most(0)


RULE = {"r": "bulletin"}


def article(number: int, uri: str, title: str = "A bulletin") -> Record:
    return Record(0, number, 0, uri.encode(), orjson.dumps({"uri": uri, "title": title, "number": number}), ())


def alert(offset: int, uri: str, number: int, more: str = "") -> Record:
    row = {
        "id": f"al_{uri}",
        "kind": "created",
        "rule": {"id": "r"},
        "article": {"uri": uri, "version": 1, "extra": {"number": number}},
        "times": {"received": "2026-01-02T03:04:05Z"},
        "channels": [],
        "more": more,
    }
    return Record(0, offset, 0, uri.encode(), orjson.dumps(row), (("record", b"articles/0/%d@0" % number),))


def decision(number: int, uri: str, reason: str = "seen_already") -> Record:
    row = {"rule": {"id": "r"}, "article": {"uri": uri}, "reason": reason, "record": f"articles/0/{number}"}
    return Record(0, number, 0, b"r", orjson.dumps(row), ())


A_AND_B = [article(0, "a"), article(1, "b")]
CASES = {
    "all told": (A_AND_B, [alert(0, "a", 0), alert(1, "b", 1)], [], {}),
    "lost": (A_AND_B, [alert(0, "a", 0)], [], {"lost": 1}),
    "held and never told": (A_AND_B, [alert(0, "a", 0)], [decision(1, "b")], {"lost": 1}),
    "too large": (A_AND_B, [alert(0, "a", 0)], [decision(1, "b", "too_large")], {}),
    "no match": ([article(0, "a"), article(1, "b", "News")], [alert(0, "a", 0)], [], {}),
    "wrong": ([article(0, "a"), article(1, "b", "News")], [alert(0, "a", 0), alert(1, "b", 1)], [], {"wrong": 1}),
    "a wrong decision": ([article(0, "a")], [alert(0, "a", 0)], [decision(1, "b")], {"wrong": 1}),
    "unexplained": ([article(0, "a"), article(1, "a")], [alert(0, "a", 0)], [], {"unexplained": 1}),
    "explained": ([article(0, "a"), article(1, "a")], [alert(0, "a", 0)], [decision(1, "a")], {}),
    "repeated": ([article(0, "a")], [alert(0, "a", 0), alert(1, "a", 0)], [], {"repeats": 1}),
    "changed": ([article(0, "a")], [alert(0, "a", 0), alert(1, "a", 0, "!")], [], {"repeats": 1, "changed": 1}),
    "told again": (
        [article(0, "a"), article(1, "a")],
        [alert(0, "a", 0), alert(1, "a", 1)],
        [],
        {"repeats": 1, "retold": 1},
    ),
    "out of order": (A_AND_B, [alert(0, "b", 1), alert(1, "a", 0)], [], {"disordered": 1}),
    "a repeat out of order": (A_AND_B, [alert(0, "a", 0), alert(1, "b", 1), alert(2, "a", 0)], [], {"repeats": 1}),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_came_out_is_held_against_the_evaluator(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    articles, alerts, decisions, expected = CASES[name]
    topics = {"articles": articles, "alerts": alerts, "decisions": decisions, "dead-letters": []}
    monkeypatch.setattr(witness, "read_all", lambda _, topic: topics[topic])
    verdict = judge(House("nowhere", "nowhere", "", tmp_path), RULE)
    found = {
        name: value if isinstance(value, int) else len(value)
        for name in ("lost", "unexplained", "wrong", "repeats", "retold", "changed", "disordered")
        if (value := getattr(verdict, name))
    }
    assert found == expected
    assert verdict.matches == sum(b"bulletin" in each.value for each in articles)
