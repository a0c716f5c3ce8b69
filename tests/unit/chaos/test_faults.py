"""The table of faults has all that was promised, and a seed always draws the same."""

from __future__ import annotations

import pytest

from tests.chaos.__main__ import alone, arguments
from tests.chaos.delivery.faults import BY_NAME as DELIVERY_FAULTS
from tests.chaos.fault import Cost
from tests.chaos.faults import BY_NAME, FAULTS
from tests.chaos.play import drawn
from tests.chaos.series import bounded, plan
from workers.pipeline import Step


def test_each_fault_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(FAULTS)


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name)
def test_a_kill_at_each_step_is_in_the_table(step: Step) -> None:
    assert f"kill-{step.name.lower().replace('_', '-')}" in BY_NAME


@pytest.mark.parametrize(
    "name",
    [
        *("kill-random", "zombie-random", "group-kill", "scale", "broker-kill", "output-refused", "coordinator-move"),
        *("redis-kill", "redis-kill-aof", "redis-flushall", "redis-pause", "redis-read-only", "redis-full"),
        *("redis-noscript", "redis-loading", "redis-half-open", "redis-slow-link", "kafka-half-open"),
        *("kafka-slow-link", "clock-forward", "clock-back", "redis-disk-full", "article-flood", "rule-flood", "poison"),
    ],
)
def test_what_was_promised_is_in_the_table(name: str) -> None:
    assert name in BY_NAME


def test_a_seed_draws_the_same_faults_each_time_and_seeds_differ() -> None:
    assert [drawn(seed) for seed in range(50)] == [drawn(seed) for seed in range(50)]
    assert len({tuple(fault.name for fault in drawn(seed)) for seed in range(50)}) > 40


def test_what_must_stand_alone_is_never_drawn() -> None:
    assert not [fault.name for seed in range(300) for fault in drawn(seed) if not fault.mixes]


def test_a_fault_that_costs_nothing_may_repeat_nothing_however_many_blows() -> None:
    assert Cost.NOTHING.may_repeat(5) == 0
    assert 0 < Cost.BATCH.may_repeat(1) < Cost.BATCH.may_repeat(2) < Cost.MEMORY.may_repeat(0)
    assert Cost.EVICTION.may_repeat(0) == Cost.MEMORY.may_repeat(0)


def test_a_plan_goes_through_the_faults_seed_by_seed_and_ends_before_the_last() -> None:
    runs = bounded(plan(3, FAULTS[:2]), until_seed=5, minutes=None)
    assert [(seed, faults[0].name) for seed, faults in runs] == [
        (seed, fault.name) for seed in (3, 4) for fault in FAULTS[:2]
    ]


def test_a_plan_without_faults_draws_them() -> None:
    assert list(bounded(plan(3, None), until_seed=5, minutes=None)) == [(3, drawn(3)), (4, drawn(4))]


def test_no_run_begins_when_the_time_is_over() -> None:
    assert list(bounded(plan(1, None), until_seed=None, minutes=0)) == []


def test_each_knows_the_faults_of_delivery_and_they_can_be_had_alone() -> None:
    given = alone(arguments(["--each"]))
    assert given is not None
    assert [fault.name for fault in given] == [*BY_NAME, *DELIVERY_FAULTS]
    assert alone(arguments(["--each", "--delivery"])) == list(DELIVERY_FAULTS.values())
    assert alone(arguments(["--fault", "deliver-zombie"])) == [DELIVERY_FAULTS["deliver-zombie"]]
    assert alone(arguments(["--delivery"])) is None


@pytest.mark.parametrize(
    "given",
    [
        ["--fault", "nothing"],
        ["--soak", "--delivery"],
        ["--fault", "poison", "--each"],
        ["--soak", "--each"],
        ["--seed", "x"],
    ],
    ids=" ".join,
)
def test_what_it_does_not_know_is_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        arguments(given)
    assert end.value.code == 2
    assert given[-1] in capsys.readouterr().err
