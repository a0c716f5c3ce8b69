"""kill -9, at each step and at any moment: nothing is lost, at most the batch in flight repeats."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.acceptance.audited import audited
from tests.acceptance.house import House, WorkerProcess
from tests.acceptance.load import CHANNELS, QUERIES, RULES, Load, make_articles
from tests.acceptance.verdict import judge
from workers.pipeline import Step

BATCH = 50
# The broker frees a dead worker's partitions after its session: short, so that the next one soon goes on.
QUICK = {"match_session_timeout_s": 1.5, "match_heartbeat_interval_s": 0.4, "match_rebalance_timeout_s": 3}
A_TURN = 40  # 800 articles a second, four times what tests of outages take
KILLS = 10
SEED = 20_261_124


def start(house: House, **settings: object) -> WorkerProcess:
    return house.start(match_batch_max_records=BATCH, **QUICK, **settings)


def prepared(house: House) -> None:
    house.create_topics(CHANNELS)
    house.apply(*RULES)


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name.lower())
def test_a_kill_after_each_step_loses_nothing_and_repeats_only_its_batch(house: House, step: Step) -> None:
    prepared(house)
    house.publish(*make_articles(0, 300, SEED))
    dying = start(house, match_failpoint=f"{step.name}:2")
    assert dying.wait_exit() == -signal.SIGKILL
    start(house)
    house.wait_done()
    verdict = judge(house, QUERIES, CHANNELS)
    verdict.assert_nothing_lost()
    published_and_not_confirmed = step in (Step.PUBLISHED, Step.REMEMBERED)
    verdict.assert_repeats_at_most(BATCH * len(QUERIES) if published_and_not_confirmed else 0)
    if published_and_not_confirmed:
        assert verdict.repeats, "the batch in flight had alerts: it should have repeated them"
    assert audited(house).total.matches == verdict.matches


@pytest.mark.parametrize("seed", [SEED, SEED + 3], ids=["one", "another"])
def test_kills_at_random_moments_under_load_lose_nothing(house: House, seed: int) -> None:
    prepared(house)
    chance = random.Random(seed)
    with Load(house, seed, A_TURN):
        for _ in range(KILLS):
            worker = start(house)
            worker.wait_logged("partitions assigned")
            time.sleep(chance.random())  # the moment of the kill is what varies
            worker.kill()
    start(house)
    house.wait_done()
    verdict = judge(house, QUERIES, CHANNELS)
    verdict.assert_nothing_lost()
    verdict.assert_repeats_at_most(KILLS * BATCH * len(QUERIES))
    assert audited(house).total.matches == verdict.matches


def test_workers_that_join_and_leave_under_load_lose_and_repeat_nothing(house: House) -> None:
    prepared(house)
    with Load(house, SEED + 1, A_TURN):
        first = start(house)
        first.wait_ready()
        second = start(house)
        second.wait_ready()
        assert first.terminate() == 0
        third = start(house)
        third.wait_ready()
        assert second.terminate() == 0
    house.wait_done()
    assert third.terminate() == 0
    verdict = judge(house, QUERIES, CHANNELS)
    verdict.assert_nothing_lost()
    verdict.assert_repeats_at_most(0)
    assert audited(house).total.matches == verdict.matches


def test_a_worker_that_is_killed_beside_another_is_replaced_by_it(house: House) -> None:
    prepared(house)
    with Load(house, SEED + 2, A_TURN):
        killed, stays = start(house), start(house)
        killed.wait_ready()
        stays.wait_ready()
        killed.kill()
    house.wait_done()
    verdict = judge(house, QUERIES, CHANNELS)
    verdict.assert_nothing_lost()
    verdict.assert_repeats_at_most(BATCH * len(QUERIES))
    assert audited(house).total.matches == verdict.matches
    assert stays.terminate() == 0
