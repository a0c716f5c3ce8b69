"""The reader that judges the acceptance tests sees what is wrong on a channel's topic."""

from __future__ import annotations

import pytest

from tests.acceptance.verdict import Verdict, judge_channel
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
