"""What an answer means for a match."""

from __future__ import annotations

import pytest

from workers.dedup import Answer, Outcome, Verdict, settle


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(Answer(Outcome.FIRST_SEEN), Verdict.TELL, id="first"),
        pytest.param(Answer(Outcome.SAID_BY_SELF, "a/0/1", 9), Verdict.SAID, id="said before a crash"),
        pytest.param(Answer(Outcome.SEEN_ALREADY, "b/0/1", 9), Verdict.HOLD, id="said by another"),
        pytest.param(Answer(Outcome.CLAIMED_ELSEWHERE, "a/0/2", 9), Verdict.HOLD, id="claimed by our batch"),
        pytest.param(Answer(Outcome.CLAIMED_ELSEWHERE, "b/0/1", 9), Verdict.WAIT, id="claimed by another"),
        pytest.param(Answer(Outcome.LAPSED, "b/0/1", 9, 1), Verdict.WAIT, id="nobody has looked yet"),
    ],
)
def test_each_answer_has_its_verdict(answer: Answer, verdict: Verdict) -> None:
    assert settle("r", answer, {("a/0/1", "r"), ("a/0/2", "r")}) is verdict


def test_a_claim_of_the_batch_for_a_rule_it_no_longer_matches_is_waited_for() -> None:
    answer = Answer(Outcome.CLAIMED_ELSEWHERE, "a/0/2", 9)
    assert settle("r", answer, {("a/0/2", "another")}) is Verdict.WAIT
