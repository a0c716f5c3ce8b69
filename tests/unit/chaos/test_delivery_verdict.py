"""What came at the endpoints is held against what stands on `alerts`, and each way to go wrong is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.chaos.delivery.alerts import created, made, retracted, retracted_behind
from tests.chaos.delivery.faults import FAULTS
from tests.chaos.delivery.outcome import DeliveryOutcome, read
from tests.chaos.delivery.play import drawn
from tests.chaos.delivery.receiving import Came, Place
from tests.chaos.delivery.reliability import text
from tests.chaos.delivery.verdict import Verdict, judge, standing
from tests.chaos.outcome import append
from tests.services.witness import Record

PLACE = ("desk-1", "steady")
A = created(1, 0)
R = retracted(1, 0)
BODY = 7


def records(*values: bytes) -> list[Record]:
    return [Record(0, offset, 0, None, value, ()) for offset, value in enumerate(values)]


def said(alert_id: str, state: str, reason: str | None = None) -> bytes:
    row = {"record": "delivery", "channel": PLACE[0], "endpoint": PLACE[1], "notification": alert_id}
    return json.dumps({**row, "state": state, "reason": reason}).encode()


def verdict_of(came: Sequence[Came], *says: bytes, alerts: Sequence[str] = ()) -> Verdict:
    """Of one endpoint of one channel; the alert, and its retraction, stand on the topic."""
    told = [each.model_copy(update={"channels": PLACE[:1]}).model_dump_json().encode() for each in (A, R)]
    account: Mapping[Place, Sequence[Came]] = {PLACE: came}
    return judge(records(*told), records(*says), account, {PLACE[0]: [PLACE[1]]})


def complaints(verdict: Verdict, may_repeat: int = 0) -> list[str]:
    outcome = DeliveryOutcome(["x"], 1)
    outcome.take(verdict, 0, may_repeat)
    return [each.split(":")[0] for each in outcome.complaints]


BOTH = (said(A.id, "delivered"), said(R.id, "delivered"))
GONE = (said(A.id, "held", "taken_back"), said(R.id, "held", "taken_back"))
ALERT, RETRACTION = Came(A.id, 200, BODY), Came(R.id, 200, BODY + 1)
NONE_WITHDRAWN = "no retraction was delivered"


def test_an_alert_with_its_retraction_behind_it_is_as_it_should_be() -> None:
    failed = Came(A.id, 500, BODY)
    verdict = verdict_of([failed, ALERT, RETRACTION], *BOTH)
    assert (verdict.pairs, verdict.delivered, verdict.withdrawn, verdict.repeats) == (1, 1, 1, 0)
    assert complaints(verdict) == []


def test_what_was_taken_back_with_its_retraction_is_told_apart() -> None:
    verdict = verdict_of([], *GONE)
    assert (verdict.taken_back, verdict.delivered) == (1, 0)
    assert complaints(verdict) == [NONE_WITHDRAWN]


@pytest.mark.parametrize(
    ("came", "says", "told"),
    [
        pytest.param([], BOTH[:0], ["lost 1"], id="nothing came"),
        pytest.param([Came(A.id, 500, BODY)], BOTH[:0], ["lost 1"], id="never accepted"),
        pytest.param([ALERT], BOTH[:1], ["retractions that never came 1"], id="no retraction"),
        pytest.param([RETRACTION], BOTH[1:], ["retractions of what never came 1"], id="no alert"),
        pytest.param([RETRACTION, ALERT], BOTH, ["retractions before their alert 1"], id="overtaken"),
        pytest.param(
            [Came(A.id, 500, BODY), RETRACTION, ALERT], BOTH, ["retractions before their alert 1"], id="overtaken amid"
        ),
        pytest.param([ALERT, ALERT, RETRACTION], BOTH, ["1 repeats, 0 may be"], id="repeated"),
        pytest.param([ALERT, RETRACTION, Came("al_x", 200, 1)], BOTH, ["does not stand on alerts 1"], id="strange"),
        pytest.param(
            [Came(A.id, 500, 0), ALERT, RETRACTION], BOTH, ["repeats in other bytes 1"], id="changed on the way"
        ),
        pytest.param([ALERT, RETRACTION], BOTH[:1], ["records unlike the receiver 1"], id="not recorded"),
        pytest.param(
            [ALERT, RETRACTION],
            (*BOTH, said(A.id, "pending")),
            ["records unlike the receiver 1"],
            id="recorded, then taken for open",
        ),
    ],
)
def test_what_should_not_be_is_complained_of(came: list[Came], says: tuple[bytes, ...], told: list[str]) -> None:
    found = complaints(verdict_of(came, *says))
    strange = ["records unlike the receiver 1"] if Came("al_x", 200, 1) in came else []
    assert [each for each in found if each != NONE_WITHDRAWN] == told + strange


def test_repeats_that_may_be_are_not_complained_of() -> None:
    assert complaints(verdict_of([ALERT, ALERT, RETRACTION], *BOTH), may_repeat=1) == []


def test_alerts_do_not_depend_on_how_many_are_made_at_once_and_a_quarter_is_retracted_once() -> None:
    assert made(7, 1000, 0, 300) == [*made(7, 1000, 0, 33), *made(7, 1000, 33, 267)]
    assert made(7, 100, 90, 50) == made(7, 1000, 90, 10)
    kinds = [json.loads(each["value"])["kind"] for each in made(7, 1000, 0, 1000)]
    behind = [each for number in range(1000) if (each := retracted_behind(7, number)) is not None]
    assert 200 < len(behind) < 300
    assert 0 <= len(behind) - kinds.count("retracted") <= 60
    values = [each["value"] for each in made(7, 1000, 0, 1000)]
    assert len(set(values)) == len(values)


def test_a_seed_draws_the_same_faults_of_delivery_each_time_and_no_others() -> None:
    assert [drawn(seed) for seed in range(30)] == [drawn(seed) for seed in range(30)]
    assert {fault for seed in range(60) for fault in drawn(seed)} == set(FAULTS)


def test_no_fault_of_delivery_is_without_a_row_and_what_was_kept_is_told(tmp_path: Path) -> None:
    kept = [
        DeliveryOutcome(["deliver-zombie"], 1, alerts=2000, pairs=40_000, delivered=39_999, recovery_s=[2.0]),
        DeliveryOutcome(["deliver-zombie", "deliver-kill-sent"], 2, revision="r", complaints=["lost 1: x"]),
    ]
    append(tmp_path / "kept", kept)
    assert read(tmp_path / "kept") == kept
    page = text(kept)
    for fault in FAULTS:
        assert len([line for line in page.splitlines() if line.startswith(f"| `{fault.name}` ")]) == 2
    assert "2 runs of 2 seeds, 1 of them failed" in page
    assert "- deliver-zombie + deliver-kill-sent, seed 2, r: lost 1: x" in page
    assert "39,999" in page
    assert "No run of these has been kept yet." in text([])


def test_what_says_a_worker_whose_epoch_is_over_does_not_count() -> None:
    old, new, late = ("epoch", b"3/w1"), ("epoch", b"9/w2"), said(A.id, "pending")
    told = ((b"", old), (b"", new), (BOTH[0], None), (late, old), (BOTH[1], None))
    rows = [Record(0, at, 0, None, value, (header,) if header else ()) for at, (value, header) in enumerate(told)]
    assert [row.value for row in standing(rows)] == list(BOTH)
