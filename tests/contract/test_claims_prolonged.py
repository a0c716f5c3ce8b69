"""A story that is seen again: for how long the rules that told of it are silent, in memory and in Redis alike."""

from __future__ import annotations

import pytest

from tests.contract.test_claims import HOUR_MS, World, ask, outcome, request_of, say, server, world
from workers.dedup import Outcome

pytestmark = pytest.mark.asyncio

__all__ = ["server", "world"]  # fixtures


class TestProlonged:
    async def test_a_story_seen_again_is_silent_for_the_window_from_then(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        await world.advance(HOUR_MS - 60_000)
        await world.other_claims.prolong([request_of("b/0/1")])
        await world.advance(HOUR_MS - 60_000)
        answer = (await ask(world.claims, "c/0/1"))["north"]
        assert (answer.outcome, answer.owner) == (Outcome.SEEN_ALREADY, "a/0/1")

    async def test_a_story_seen_again_and_again_is_told_again_seven_days_after_it_was_told(self, world: World) -> None:
        day_ms = 86_400_000
        await say(world.claims, "a/0/1", {"north": day_ms})
        for _ in range(13):
            await world.advance(day_ms // 2)
            await world.claims.prolong([request_of("b/0/1", {"north": day_ms})])
        assert await outcome(world.claims, "b/0/1") is Outcome.SEEN_ALREADY
        await world.advance(day_ms // 2 + 60_000)
        assert await outcome(world.claims, "b/0/1") is Outcome.FIRST_SEEN

    async def test_to_be_seen_again_opens_no_window_that_is_over_and_shortens_none(self, world: World) -> None:
        await say(world.claims, "a/0/1", {"over": 60_000, "long": 10 * HOUR_MS})
        await ask(world.claims, "a/0/2", {"claimed": HOUR_MS})
        await world.advance(60_001)
        rules = dict.fromkeys(("over", "long", "claimed", "new"), HOUR_MS)
        await world.claims.prolong([request_of("b/0/1", rules)])
        await world.advance(2 * HOUR_MS)
        assert await outcome(world.claims, "c/0/1", "long") is Outcome.SEEN_ALREADY
        for rule_id in ("over", "claimed", "new"):
            assert await outcome(world.claims, "c/0/1", rule_id) is Outcome.FIRST_SEEN
