"""Throttles: a burst, then a rate."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.channel import Throttle
from tests.unit.restraint.said import NOON
from workers.restraint.throttle import Buckets

ONE_SECOND = timedelta(seconds=1)


def test_a_burst_passes_and_then_one_at_a_time() -> None:
    buckets = Buckets(Throttle(burst=3, per_hour=60))
    assert [buckets.take("r1", NOON) for _ in range(4)] == [True, True, True, False]
    assert not buckets.take("r1", NOON + 59 * ONE_SECOND)
    assert buckets.take("r1", NOON + 60 * ONE_SECOND)
    assert not buckets.take("r1", NOON + 61 * ONE_SECOND)


def test_each_rule_has_its_own() -> None:
    buckets = Buckets(Throttle(burst=1, per_hour=1))
    assert [buckets.take(rule, NOON) for rule in ("r1", "r1", "r2")] == [True, False, True]


def test_what_was_granted_said_again_leads_to_the_same_answers() -> None:
    throttle = Throttle(burst=5, per_hour=7.3)
    before, after = Buckets(throttle), Buckets(throttle)
    times = [NOON + n * timedelta(seconds=97) for n in range(200)]
    for at in [at for at in times[:100] if before.take("r1", at)]:
        after.took("r1", at)
    assert [after.take("r1", at) for at in times[100:]] == [before.take("r1", at) for at in times[100:]]


@pytest.mark.parametrize(("burst", "per_hour"), [(1, 1e-300), (100_000, 0.001), (1, 1_000_000)])
def test_the_ends_of_what_may_be_asked_are_kept(burst: int, per_hour: float) -> None:
    buckets = Buckets(Throttle(burst=burst, per_hour=per_hour))
    assert sum(buckets.take("r1", NOON) for _ in range(burst + 1)) == burst


def test_full_buckets_are_forgotten() -> None:
    buckets = Buckets(Throttle(burst=2, per_hour=3600))
    for n in range(5_000):
        assert buckets.take(f"r{n}", NOON + n * ONE_SECOND)
    assert len(buckets) <= 1_025


def test_above_the_limit_the_fullest_are_forgotten() -> None:
    buckets = Buckets(Throttle(burst=2, per_hour=1), most_rules=10)
    for rule in ("r1", "r2", "r1", "r2"):
        assert buckets.take(rule, NOON)
    for n in range(100):
        buckets.take(f"other{n}", NOON)
    assert len(buckets) <= 10
    assert not buckets.take("r1", NOON)


@given(
    st.integers(1, 20),
    st.sampled_from([1, 60, 3600, 1_000_000]),
    st.lists(st.integers(0, 400_000_000), min_size=1, max_size=60),
)
def test_the_answers_are_those_of_a_bucket_of_tokens(burst: int, per_hour: int, waits_us: list[int]) -> None:
    buckets, now = Buckets(Throttle(burst=burst, per_hour=per_hour)), NOON
    tokens = Fraction(burst)
    for wait_us in waits_us:
        now += timedelta(microseconds=wait_us)
        tokens = min(Fraction(burst), tokens + Fraction(wait_us * per_hour, 3_600_000_000))
        assert buckets.take("r1", now) == (tokens >= 1)
        tokens -= tokens >= 1
