"""What holds for claims in memory and in Redis alike; what only Redis can suffer is in test_claims_redis.py."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Protocol

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.services.redis import RedisServer
from tests.services.running import running
from workers.dedup import Answer, ClaimRequest, Claims, Outcome, story_of
from workers.dedup.claims_memory import MemoryClaims
from workers.dedup.claims_redis import RedisClaims, connect

pytestmark = pytest.mark.asyncio

LEASE_MS = 30_000
HOUR_MS = 3_600_000
PREFIX = "test:said:"
STORY = story_of("urn:news:1")
GRANTED = Answer(Outcome.FIRST_SEEN)


class World(Protocol):
    """A store of claims whose time and memory a test commands."""

    claims: Claims
    other_claims: Claims  # the same store, as another worker sees it

    async def advance(self, passed_ms: int) -> None:
        """Let time pass, for the store."""

    async def flush(self) -> None:
        """The store loses all that it knew."""


class MemoryWorld:
    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000
        self.claims: Claims
        self.other_claims: Claims
        self._begin()

    def _begin(self) -> None:
        self.claims = self.other_claims = MemoryClaims(lambda: self.now_ms, LEASE_MS)

    async def advance(self, passed_ms: int) -> None:
        self.now_ms += passed_ms

    async def flush(self) -> None:
        self._begin()


class RedisWorld:
    def __init__(self, client: Redis, other_client: Redis) -> None:
        self._client = client
        self.claims: Claims = RedisClaims(client, PREFIX, LEASE_MS)
        self.other_claims: Claims = RedisClaims(other_client, PREFIX, LEASE_MS)

    async def advance(self, passed_ms: int) -> None:
        """Make all that Redis keeps so much older: the same as to wait, but no test has to."""
        async for key in self._client.scan_iter(PREFIX + "*"):
            for rule_id, value in (await self._client.hgetall(key)).items():
                assert isinstance(value, bytes)
                state, until_ms, owner = value.decode().split("|", 2)
                state = state[0] + str(int(state[1:]) - passed_ms) if state[1:] else state
                await self._client.hset(key, rule_id, f"{state}|{int(until_ms) - passed_ms}|{owner}")
            await self._client.pexpireat(key, int(await self._client.pexpiretime(key)) - passed_ms)

    async def flush(self) -> None:
        await self._client.flushall()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running(RedisServer) as server:
        yield server


@pytest_asyncio.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    url = request.getfixturevalue("server").url
    async with connect(url, socket_timeout_s=5) as client, connect(url, socket_timeout_s=5) as other_client:
        await client.flushall()
        yield RedisWorld(client, other_client)


def request_of(owner: str, windows_ms: dict[str, int] | None = None, story: str = STORY) -> ClaimRequest:
    return ClaimRequest(story, owner, {"north": HOUR_MS} if windows_ms is None else windows_ms)


async def ask(claims: Claims, owner: str, windows_ms: dict[str, int] | None = None) -> dict[str, Answer]:
    (answers,) = await claims.claim([request_of(owner, windows_ms)])
    return answers


async def outcome(claims: Claims, owner: str, rule_id: str = "north") -> Outcome:
    return (await ask(claims, owner, {rule_id: HOUR_MS}))[rule_id].outcome


async def outcome_instead(claims: Claims, owner: str, instead_of: str) -> Outcome:
    (answers,) = await claims.claim([replace(request_of(owner), instead_of={"north": instead_of})])
    return answers["north"].outcome


async def say(claims: Claims, owner: str, windows_ms: dict[str, int] | None = None) -> None:
    await claims.claim([request_of(owner, windows_ms)])
    await claims.confirm([request_of(owner, windows_ms)])


class TestClaims:
    async def test_the_first_who_asks_may_tell(self, world: World) -> None:
        # Given a story of which nobody has told, When an owner asks, Then the story is his to tell
        assert await ask(world.claims, "a/0/1") == {"north": GRANTED}

    async def test_an_owner_who_died_before_he_confirmed_takes_his_claim_back(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        assert await outcome(world.other_claims, "a/0/1") is Outcome.FIRST_SEEN

    async def test_a_claim_taken_back_is_leased_anew(self, world: World) -> None:
        # Given a claim near its end, When its owner takes it back, Then the lease counts from now
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS - 5_000)
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS - 5_000)
        assert await outcome(world.claims, "b/0/1") is Outcome.CLAIMED_ELSEWHERE

    async def test_an_owner_who_confirmed_need_not_tell_again(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        answer = (await ask(world.claims, "a/0/1"))["north"]
        assert (answer.outcome, answer.owner) == (Outcome.SAID_BY_SELF, "a/0/1")

    async def test_another_owner_waits_while_the_lease_lasts_and_is_told_whose_it_is(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS - 5_000)
        answer = (await ask(world.other_claims, "b/0/1"))["north"]
        assert (answer.outcome, answer.owner) == (Outcome.CLAIMED_ELSEWHERE, "a/0/1")
        assert answer.until_ms is not None

    async def test_another_owner_is_silent_within_the_window(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        await world.advance(HOUR_MS - 60_000)
        answer = (await ask(world.other_claims, "b/0/1"))["north"]
        assert (answer.outcome, answer.owner) == (Outcome.SEEN_ALREADY, "a/0/1")

    async def test_after_the_window_the_story_may_be_told_again(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        await world.advance(HOUR_MS + 1)
        assert await outcome(world.claims, "b/0/1") is Outcome.FIRST_SEEN

    async def test_rules_of_one_call_are_answered_each_for_itself_and_in_order(self, world: World) -> None:
        await say(world.claims, "a/0/1", {"said": HOUR_MS})
        await say(world.claims, "b/0/1", {"mine": HOUR_MS})
        await ask(world.claims, "a/0/2", {"leased": HOUR_MS})
        answers = await ask(world.claims, "b/0/1", dict.fromkeys(["new", "said", "leased", "mine", "newer"], HOUR_MS))
        assert [(rule_id, answer.outcome) for rule_id, answer in answers.items()] == [
            ("new", Outcome.FIRST_SEEN),
            ("said", Outcome.SEEN_ALREADY),
            ("leased", Outcome.CLAIMED_ELSEWHERE),
            ("mine", Outcome.SAID_BY_SELF),
            ("newer", Outcome.FIRST_SEEN),
        ]

    async def test_thousands_of_rules_on_one_story_are_one_request(self, world: World) -> None:
        rules = {f"rule-{number}": HOUR_MS for number in range(2_500)}
        assert await ask(world.claims, "a/0/1", rules) == dict.fromkeys(rules, GRANTED)
        await world.claims.confirm([request_of("a/0/1", rules)])
        answers = await ask(world.claims, "b/0/1", rules)
        assert {answer.outcome for answer in answers.values()} == {Outcome.SEEN_ALREADY}

    async def test_a_batch_is_answered_in_its_order(self, world: World) -> None:
        stories = [story_of(f"urn:news:{number}") for number in range(20)]
        await world.claims.claim([request_of("a/0/1", story=story) for story in stories[::2]])
        answers = await world.claims.claim([request_of("b/0/1", story=story) for story in stories])
        expected = [Outcome.CLAIMED_ELSEWHERE, Outcome.FIRST_SEEN] * 10
        assert [answer["north"].outcome for answer in answers] == expected

    async def test_the_second_record_of_a_story_in_one_batch_is_told_who_is_first(self, world: World) -> None:
        first, second = await world.claims.claim([request_of("a/0/1"), request_of("a/0/2")])
        assert first == {"north": GRANTED}
        assert (second["north"].outcome, second["north"].owner) == (Outcome.CLAIMED_ELSEWHERE, "a/0/1")

    async def test_nothing_asked_is_nothing_answered(self, world: World) -> None:
        assert await world.claims.claim([]) == []
        assert await world.claims.claim([request_of("a/0/1", {})]) == [{}]
        await world.claims.confirm([])
        await world.claims.release([])

    async def test_what_was_said_counts_even_if_the_claim_was_lost_before_it_was_confirmed(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.flush()
        await world.claims.confirm([request_of("a/0/1")])
        assert await outcome(world.claims, "b/0/1") is Outcome.SEEN_ALREADY

    async def test_a_confirmation_after_the_lease_counts_if_nobody_took_the_story(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS + 1)
        await world.claims.confirm([request_of("a/0/1")])
        assert await outcome(world.claims, "b/0/1") is Outcome.SEEN_ALREADY

    @pytest.mark.parametrize("confirmed", [False, True], ids=["claim", "confirmation"])
    async def test_a_confirmation_that_is_late_leaves_what_another_holds(self, world: World, confirmed: bool) -> None:
        # Given an owner who overran his lease, and another who took the story
        await ask(world.claims, "a/0/1")
        await world.advance(LEASE_MS + 1)
        assert await outcome_instead(world.claims, "b/0/1", "a/0/1") is Outcome.FIRST_SEEN
        if confirmed:
            await world.claims.confirm([request_of("b/0/1")])
        # When the first confirms, Then the story stays the other's
        await world.claims.confirm([request_of("a/0/1")])
        answer = (await ask(world.claims, "c/0/1"))["north"]
        assert answer.owner == "b/0/1"
        assert answer.outcome is (Outcome.SEEN_ALREADY if confirmed else Outcome.CLAIMED_ELSEWHERE)

    async def test_to_confirm_twice_does_not_prolong_the_window(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        await world.advance(HOUR_MS - 60_000)
        await world.claims.confirm([request_of("a/0/1")])
        await world.advance(60_001)
        assert await outcome(world.claims, "b/0/1") is Outcome.FIRST_SEEN

    async def test_windows_of_one_story_end_each_at_its_time(self, world: World) -> None:
        await say(world.claims, "a/0/1", {"short": 60_000, "long": HOUR_MS})
        await say(world.claims, "a/0/1", {"shorter": 40_000})  # the last writer must not shorten the others
        await world.advance(50_000)
        assert await outcome(world.claims, "b/0/1", "shorter") is Outcome.FIRST_SEEN
        assert await outcome(world.claims, "b/0/1", "short") is Outcome.SEEN_ALREADY
        await world.advance(10_001)
        assert await outcome(world.claims, "c/0/1", "short") is Outcome.FIRST_SEEN
        await world.advance(HOUR_MS - 120_000)
        assert await outcome(world.claims, "c/0/1", "long") is Outcome.SEEN_ALREADY

    async def test_a_claim_given_back_is_free_at_once(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.claims.release([request_of("a/0/1")])
        assert await outcome(world.claims, "b/0/1") is Outcome.FIRST_SEEN

    async def test_what_was_said_cannot_be_given_back(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        await world.claims.release([request_of("a/0/1")])
        assert await outcome(world.claims, "b/0/1") is Outcome.SEEN_ALREADY

    async def test_another_owners_claim_cannot_be_given_back(self, world: World) -> None:
        await ask(world.claims, "a/0/1")
        await world.claims.release([request_of("b/0/1")])
        assert await outcome(world.claims, "b/0/1") is Outcome.CLAIMED_ELSEWHERE

    @pytest.mark.parametrize("told", [False, True], ids=["claimed", "told"])
    async def test_what_was_taken_back_is_free_for_others_at_once(self, world: World, told: bool) -> None:
        await say(world.claims, "a/0/1") if told else await ask(world.claims, "a/0/1")
        await world.other_claims.forget([request_of("a/0/1")])
        assert await outcome(world.claims, "b/0/1") is Outcome.FIRST_SEEN

    async def test_to_take_back_leaves_what_another_has_told_since(self, world: World) -> None:
        await say(world.claims, "a/0/1")
        await world.claims.forget([request_of("a/0/1"), request_of("a/0/1", {})])
        await say(world.claims, "b/0/1")
        await world.claims.forget([request_of("a/0/1")])
        assert await outcome(world.claims, "c/0/1") is Outcome.SEEN_ALREADY

    async def test_owners_with_bars_and_letters_of_any_script_are_told_apart(self, world: World) -> None:
        owner = "wires|é/0/1@1700|記事"
        await say(world.claims, owner)
        assert await outcome(world.claims, owner) is Outcome.SAID_BY_SELF
        assert (await ask(world.claims, "wires"))["north"].owner == owner

    async def test_of_two_that_race_one_is_first_for_each_rule_of_each_story(self, world: World) -> None:
        stories = [story_of(f"urn:news:{number}") for number in range(1_000)]
        windows_ms = {"north": HOUR_MS, "south": HOUR_MS}

        async def race(claims: Claims, owner: str) -> list[tuple[str, str]]:
            won = []
            for start in range(0, len(stories), 50):
                part = stories[start : start + 50]
                answers = await claims.claim([request_of(owner, windows_ms, story) for story in part])
                for story, answer in zip(part, answers, strict=True):
                    won += [(story, rule_id) for rule_id in windows_ms if answer[rule_id] == GRANTED]
            return won

        first, second = await asyncio.gather(race(world.claims, "a/0/1"), race(world.other_claims, "b/0/1"))
        wins = Counter(first + second)
        assert len(wins) == 2_000
        assert set(wins.values()) == {1}
