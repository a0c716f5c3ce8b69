"""Outcomes are kept, judged, and told on one page; a figure there is one that was measured."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.acceptance.last_words import Pair, Words
from tests.acceptance.verdict import Verdict
from tests.chaos.faults import FAULTS
from tests.chaos.outcome import Outcome, append, read
from tests.chaos.ranges import ranges
from tests.chaos.reliability import OUTCOMES, row, text, write

PAIR = Pair("rule", "uri")


def outcome(seed: int, *faults: str, **figures: object) -> Outcome:
    return Outcome(list(faults), seed, date="2026-01-02 03:04 UTC", machine="m", revision="r", **figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "complaint"),
    [
        pytest.param(Verdict(), "nothing matched", id="nothing"),
        pytest.param(Verdict(1, lost=[PAIR]), "lost", id="lost"),
        pytest.param(Verdict(1, unexplained=[(PAIR, 1)]), "neither alert nor decision", id="unexplained"),
        pytest.param(Verdict(1, wrong=[PAIR]), "wrong", id="wrong"),
        pytest.param(Verdict(1, disordered=[PAIR]), "out of order", id="disordered"),
        pytest.param(Verdict(1, changed=["id"]), "other bytes", id="changed"),
        pytest.param(Verdict(1, repeats=3), "3 repeats, 2 may be", id="repeats"),
        pytest.param(Verdict(1, retold=1), "told again of another record", id="retold"),
        pytest.param(Verdict(1, words=Words(untold=[(PAIR, "due")])), "due and not told", id="untold"),
        pytest.param(Verdict(1, words=Words(misled=[(PAIR, "amiss")])), "told amiss", id="misled"),
        pytest.param(Verdict(1, words=Words(overtaken=[(PAIR, "late")])), "of what came late", id="overtaken"),
        pytest.param(Verdict(1, words=Words(outlived=[(PAIR, "late")])), "was killed before", id="outlived"),
        pytest.param(Verdict(1, channel_differs=["desk"]), "channels unlike alerts", id="channel"),
        pytest.param(Verdict(1, channel_repeats={"desk": 3}), "repeats on channels", id="channel repeats"),
        pytest.param(Verdict(1, letters=1), "1 dead letters, there must be 0", id="letters"),
    ],
)
def test_what_should_not_be_is_complained_of(verdict: Verdict, complaint: str) -> None:
    run = outcome(1, "scale")
    run.take(verdict, letters=0, may_repeat=2, may_retell=False)
    (said,) = run.complaints
    assert complaint in said
    assert run.line().startswith("FAILED")


def test_what_may_be_is_not_complained_of() -> None:
    run = outcome(1, "redis-kill")
    words = Words(overtaken=[(PAIR, "late")], taken_back=4, held=3)
    verdict = Verdict(1, repeats=9, retold=9, letters=2, words=words)
    run.take(verdict, letters=2, may_repeat=float("inf"), may_retell=True)
    assert run.complaints == []
    assert (run.repeats, run.retold, run.taken_back, run.held) == (9, 9, 4, 3)


def test_a_redis_that_forgets_all_at_once_excuses_nothing_behind_a_kill() -> None:
    run = outcome(1, "redis-kill")
    run.take(Verdict(1, words=Words(outlived=[(PAIR, "late")])), letters=0, may_repeat=0, may_retell=True)
    assert run.complaints == [f"told amiss of what was killed before: [({PAIR!r}, 'late')]"]


def test_what_an_evicting_redis_forgets_is_told_apart() -> None:
    run = outcome(1, "redis-evict")
    words = Words(untold=[(PAIR, "due")], outlived=[(PAIR, "late")])
    run.take(Verdict(1, words=words), letters=0, may_repeat=0, may_retell=True, may_forget=True)
    assert (run.complaints, run.all_lost, run.forgotten) == ([], 0, 1)
    assert "1 corrections and retractions are missing besides" in text([run], 50, "")
    assert "are missing besides" not in text([outcome(1, "redis-evict")], 50, "")


def test_outcomes_are_read_as_they_were_kept(tmp_path: Path) -> None:
    first, second = outcome(1, "scale", recovery_s=[0.5]), outcome(2, "scale", "poison", complaints=["x"])
    append(tmp_path / "kept", [first])
    append(tmp_path / "kept", [second])
    assert read(tmp_path / "kept") == [first, second]
    assert read(tmp_path / "none") == []


def keep_some(docs: Path, first_seed: int) -> None:
    """As a process of its own."""
    for seed in range(first_seed, first_seed + 6):
        append(docs / OUTCOMES, [outcome(seed, "scale", complaints=["x" * 20_000])])
        write(50, docs)


def test_of_several_processes_none_loses_a_row_and_the_page_has_all(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        for each in [pool.submit(keep_some, tmp_path, first) for first in (1, 7, 13)]:
            each.result()
    assert sorted(each.seed for each in read(tmp_path / OUTCOMES)) == list(range(1, 19))
    assert "18 runs of 18 seeds" in (tmp_path / "reliability.md").read_text()


@pytest.mark.parametrize(
    ("numbers", "told"), [([], ""), ([7], "7"), ([3, 1, 2], "1–3"), ([1, 2, 4, 4, 9], "1–2, 4, 9")], ids=str
)
def test_seeds_are_told_as_ranges(numbers: list[int], told: str) -> None:
    assert ranges(numbers) == told


def test_a_row_sums_up_its_runs() -> None:
    runs = [
        outcome(1, "scale", articles=1000, matches=5, lost=1, untold=1, repeats=2, taken_back=7, recovery_s=[1.0]),
        outcome(2, "scale", articles=500, matches=6, unexplained=1, disordered=1, wrong=3, misled=1, recovery_s=[2.0]),
        outcome(4, "scale", recovery_s=[9.0]),
    ]
    assert row("scale", runs) == ["`scale`", "3", "1–2, 4", "1,500", "11", "3", "2", "1", "4", "7", "2.0 (9.0)"]


def test_no_fault_is_without_a_row_and_a_sequence_has_one_too() -> None:
    page = text([outcome(1, "scale", "poison", recovery_s=[1.0, 2.0])], 50, "")
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    for fault in FAULTS:
        assert len([line for line in lines if line.startswith(f"| `{fault.name}` ")]) == 2
    assert next(line for line in lines if line.startswith("| `several` ")).split("|")[2].strip() == "1"


def test_a_run_that_failed_is_named_with_what_is_said_against_it() -> None:
    page = text([outcome(7, "scale", complaints=["lost: everything"])], 50, "")
    assert "1 of them failed" in page
    assert "- scale, seed 7, r: lost: everything" in page


def test_without_runs_the_page_says_so() -> None:
    assert "No run has been kept yet." in text([], 50, "")
