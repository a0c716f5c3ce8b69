"""A lease that ends unconfirmed: its owner may have told before it died, in memory and in Redis alike."""

from __future__ import annotations

import pytest

from tests.contract.test_claims import (
    GRANTED,
    HOUR_MS,
    LEASE_MS,
    World,
    ask,
    outcome,
    outcome_instead,
    request_of,
    server,
    world,
)
from workers.dedup import Outcome

pytestmark = pytest.mark.asyncio

__all__ = ["server", "world"]  # fixtures


class TestLapsed:
    async def test_once_the_lease_is_over_another_owner_hears_who_may_have_told_and_gets_nothing_yet(
        self, world: World
    ) -> None:
        # Given an owner who renewed his claim and died, When the lease has run out
        (first,) = await world.claims.claim([request_of("a/0/1")])
        await world.advance(20_000)
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS + 1)
        # Then others hear since when he may have told, however often they ask, and he himself takes it back
        for owner in ("b/0/1", "c/0/1"):
            answer = (await ask(world.other_claims, owner))["north"]
            assert (answer.outcome, answer.owner) == (Outcome.LAPSED, "a/0/1")
            assert answer.since_ms is not None
            assert answer.until_ms is not None
            assert abs(answer.until_ms - answer.since_ms - 20_000 - LEASE_MS) < 5_000
        assert first == {"north": GRANTED}
        assert await outcome(world.claims, "a/0/1") is Outcome.FIRST_SEEN

    async def test_whoever_takes_his_claim_back_or_meets_it_learns_since_when_it_stands(self, world: World) -> None:
        # What was claimed before may have been told before: where, only the topic tells, from then on
        await ask(world.claims, "a/0/1")
        await world.advance(10_000)
        met = (await ask(world.other_claims, "b/0/1"))["north"]
        assert met.since_ms is not None
        assert met.until_ms is not None
        assert abs(met.until_ms - met.since_ms - LEASE_MS) < 5_000
        for _ in range(2):
            back = (await ask(world.claims, "a/0/1"))["north"]
            assert (back.outcome, back.since_ms) == (Outcome.FIRST_SEEN, met.since_ms)

    async def test_of_those_who_know_that_the_dead_told_nothing_one_may_tell(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS + 1)
        assert await outcome_instead(world.claims, "b/0/1", "another") is Outcome.LAPSED
        assert await outcome_instead(world.claims, "b/0/1", "a/0/1") is Outcome.FIRST_SEEN
        assert await outcome_instead(world.other_claims, "c/0/1", "a/0/1") is Outcome.CLAIMED_ELSEWHERE
        assert await outcome(world.claims, "a/0/1") is Outcome.CLAIMED_ELSEWHERE

    async def test_nobody_takes_the_place_of_one_who_lives(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        assert await outcome_instead(world.claims, "b/0/1", "a/0/1") is Outcome.CLAIMED_ELSEWHERE

    async def test_what_a_dead_owner_has_told_is_confirmed_for_him(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS + 1)
        await world.other_claims.confirm([request_of("a/0/1")])
        answer = (await ask(world.other_claims, "b/0/1"))["north"]
        assert (answer.outcome, answer.owner) == (Outcome.SEEN_ALREADY, "a/0/1")
        assert await outcome(world.claims, "a/0/1") is Outcome.SAID_BY_SELF

    async def test_a_lease_that_is_over_for_a_window_counts_no_more(self, world: World) -> None:
        await ask(world.claims, "a/0/1", {"north": HOUR_MS, "longer": 3 * HOUR_MS})
        await world.advance(LEASE_MS + HOUR_MS - 60_000)
        assert await outcome(world.claims, "b/0/1") is Outcome.LAPSED
        await world.advance(60_001)
        assert await outcome(world.claims, "b/0/1") is Outcome.FIRST_SEEN
