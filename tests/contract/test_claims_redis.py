"""What only claims in Redis can suffer: real time, lost scripts, strangers in our keys, a server that fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.services.redis import RedisServer
from workers.dedup import Answer, ClaimRequest, Outcome, story_of
from workers.dedup.claims_redis import RedisClaims, check_policy, connect, ping
from workers.errors import Unavailable

pytestmark = pytest.mark.asyncio

LEASE_MS = 30_000
HOUR_MS = 3_600_000
STORY = story_of("urn:news:1")
KEY = f"test:said:{STORY}"
GRANTED = {"north": Answer(Outcome.FIRST_SEEN)}


def request_of(owner: str, window_ms: int = HOUR_MS, story: str = STORY, rule_id: str = "north") -> ClaimRequest:
    return ClaimRequest(story, owner, {rule_id: window_ms})


async def until(is_so: Callable[[], Awaitable[bool]], at_most_s: float = 10.0) -> float:
    """Wait for a thing; the seconds it took."""
    began = time.monotonic()
    while not await is_so():
        assert time.monotonic() - began < at_most_s, "it did not come to be"
        await asyncio.sleep(0.005)
    return time.monotonic() - began


@pytest.fixture
def server(own_redis: RedisServer) -> RedisServer:
    return own_redis


@pytest_asyncio.fixture
async def client(server: RedisServer) -> AsyncIterator[Redis]:
    async with connect(server.url, socket_timeout_s=2) as client:
        yield client


@pytest.fixture
def claims(client: Redis) -> RedisClaims:
    return RedisClaims(client, "test:said:", LEASE_MS)


class TestRealTime:
    async def test_a_lease_ends_by_redis_own_clock(self, client: Redis) -> None:
        claims = RedisClaims(client, "test:said:", 150)
        await claims.claim([request_of("a/0/1")])

        async def over() -> bool:
            (answers,) = await claims.claim([request_of("b/0/1")])
            return answers["north"].outcome is Outcome.LAPSED

        assert await until(over) > 0.1

    async def test_a_claim_is_kept_for_its_window_beyond_its_lease_and_no_longer(
        self, client: Redis, claims: RedisClaims
    ) -> None:
        await claims.claim([request_of("a/0/1")])
        left_ms = int(await client.pttl(KEY))
        assert LEASE_MS + HOUR_MS - 10_000 < left_ms <= LEASE_MS + HOUR_MS

    async def test_a_key_is_gone_when_its_longest_window_is_over(self, client: Redis) -> None:
        claims = RedisClaims(client, "test:said:", 50)
        await claims.confirm([ClaimRequest(STORY, "a/0/1", {"short": 10, "long": 300})])

        async def gone() -> bool:
            return int(await client.exists(KEY)) == 0

        assert await until(gone) > 0.2

    async def test_a_key_expires_with_the_latest_of_its_fields(self, client: Redis, claims: RedisClaims) -> None:
        for rule_id, window_ms in [("long", HOUR_MS), ("short", 60_000), ("longest", 2 * HOUR_MS), ("leased", 0)]:
            if window_ms:
                await claims.confirm([request_of("a/0/1", window_ms, rule_id=rule_id)])
            else:
                await claims.claim([request_of("a/0/1", rule_id=rule_id)])
            ends = [int(str(value).split("|")[1]) for value in (await client.hgetall(KEY)).values()]
            assert int(await client.pexpiretime(KEY)) == max(ends)


class TestLostScripts:
    async def test_scripts_that_redis_forgot_are_loaded_again(self, client: Redis, claims: RedisClaims) -> None:
        assert await claims.claim([request_of("a/0/1")]) == [GRANTED]
        await client.script_flush()
        ((again,),) = [answers.values() for answers in await claims.claim([request_of("a/0/1")])]
        assert again.outcome is Outcome.FIRST_SEEN
        await client.script_flush()
        await claims.confirm([request_of("a/0/1")])
        await client.script_flush()
        await claims.release([request_of("a/0/1")])
        (answers,) = await claims.claim([request_of("b/0/1")])
        assert answers["north"].outcome is Outcome.SEEN_ALREADY


class TestStrangersInOurKeys:
    @pytest.mark.parametrize(
        "value",
        [
            b"",
            b"gibberish",
            b"d",
            b"d|soon|b/0/1",
            b"d|99999999999999|",
            b"x|99999999999999|b/0/1",
            b"d|9999999999999999999999999|b/0/1",
            b"d|1e300|b/0/1",
            b"\xff\x00\xfe|1|\xff",
        ],
        ids=["empty", "no form", "cut", "no time", "no owner", "no state", "endless", "exponent", "bytes"],
    )
    async def test_a_field_that_does_not_read_does_not_hold_an_alert_back(
        self, client: Redis, claims: RedisClaims, value: bytes
    ) -> None:
        await client.hset(KEY, "north", value)
        await claims.release([request_of("a/0/1")])
        assert await claims.claim([request_of("a/0/1")]) == [GRANTED]
        await client.hset(KEY, "north", value)
        await claims.confirm([request_of("a/0/1")])
        (answers,) = await claims.claim([request_of("b/0/1")])
        assert answers["north"].outcome is Outcome.SEEN_ALREADY

    async def test_an_owner_that_is_no_text_is_told_as_well_as_may_be(self, client: Redis, claims: RedisClaims) -> None:
        await client.hset(KEY, "north", b"d|99999999999999|\xff")
        (answers,) = await claims.claim([request_of("a/0/1")])
        assert answers["north"] == Answer(Outcome.SEEN_ALREADY, "\ufffd", 99_999_999_999_999)

    async def test_a_key_of_another_type_does_not_hold_an_alert_back(self, client: Redis, claims: RedisClaims) -> None:
        await client.set(KEY, "not a hash")
        await claims.release([request_of("a/0/1")])
        assert await claims.claim([request_of("a/0/1")]) == [GRANTED]
        await client.set(KEY, "not a hash")
        await claims.confirm([request_of("a/0/1")])
        (answers,) = await claims.claim([request_of("b/0/1")])
        assert answers["north"].outcome is Outcome.SEEN_ALREADY


class TestAServerThatFails:
    async def test_a_redis_that_stops_is_unavailable_and_comes_back_by_itself(
        self, server: RedisServer, client: Redis, claims: RedisClaims
    ) -> None:
        await ping(client)
        await claims.claim([request_of("a/0/1")])
        server.kill()
        for attempt in (
            claims.claim([request_of("a/0/1")]),
            claims.confirm([request_of("a/0/1")]),
            claims.release([request_of("a/0/1")]),
            ping(client),
            check_policy(client),
        ):
            with pytest.raises(Unavailable, match=f"Redis at 127.0.0.1:{server.port} cannot be reached: start it"):
                await attempt
        server.start()
        assert await claims.claim([request_of("a/0/1")]) == [GRANTED]

    async def test_a_redis_that_restarted_between_two_calls_is_not_noticed(
        self, server: RedisServer, claims: RedisClaims
    ) -> None:
        await claims.claim([request_of("a/0/1")])
        server.kill()
        server.start()
        assert await claims.claim([request_of("a/0/1")]) == [GRANTED]

    async def test_a_redis_that_hangs_is_unavailable(self, server: RedisServer, client: Redis) -> None:
        async with connect(server.url, socket_timeout_s=0.2) as hasty:
            await ping(hasty)
            await client.client_pause(60_000)
            with pytest.raises(Unavailable, match="did not answer in time"):
                await RedisClaims(hasty, "test:said:", LEASE_MS).claim([request_of("a/0/1")])

    async def test_a_full_redis_is_unavailable_though_part_of_the_batch_went_through(
        self, client: Redis, claims: RedisClaims
    ) -> None:
        # Given a Redis without memory left, in which one of two stories was told
        await claims.confirm([request_of("b/0/1")])
        await client.config_set("maxmemory", "1")
        other = request_of("a/0/1", story=story_of("urn:news:2"))
        # When both are claimed, Then the whole call fails, and the second story was not half claimed
        with pytest.raises(Unavailable, match="is full: raise maxmemory"):
            await claims.claim([request_of("a/0/1"), other])
        await client.config_set("maxmemory", "0")
        told, new = await claims.claim([request_of("a/0/1"), other])
        assert told["north"].outcome is Outcome.SEEN_ALREADY
        assert new == GRANTED

    async def test_a_replica_is_unavailable(self, client: Redis, claims: RedisClaims) -> None:
        await client.replicaof("127.0.0.1", 1)
        with pytest.raises(Unavailable, match="is a replica: let the Redis url name the primary"):
            await claims.claim([request_of("a/0/1")])

    async def test_a_redis_that_cannot_save_is_unavailable(
        self, server: RedisServer, client: Redis, claims: RedisClaims
    ) -> None:
        # Given a Redis that shall save its data into a folder that is gone
        await client.config_set("save", "3600 1")
        await client.set("something", "to save")
        server.folder.cleanup()
        await client.bgsave()

        async def failed() -> bool:
            return str((await client.info("persistence"))["rdb_last_bgsave_status"]) == "err"

        await until(failed)
        with pytest.raises(Unavailable, match="cannot save to its disk"):
            await claims.claim([request_of("a/0/1")])

    async def test_a_redis_that_wants_a_password_is_unavailable(self, server: RedisServer, client: Redis) -> None:
        await client.config_set("requirepass", "hush")
        for url in (server.url, server.url.replace("//", "//:wrong@")):
            async with connect(url, socket_timeout_s=2) as stranger:
                with pytest.raises(Unavailable) as caught:
                    await RedisClaims(stranger, "test:said:", LEASE_MS).claim([request_of("a/0/1")])
            assert "password" in str(caught.value)
            assert "wrong@" not in str(caught.value)

    async def test_the_policy_of_a_full_memory_can_be_asked(self, client: Redis) -> None:
        assert await check_policy(client) == "noeviction"
        await client.config_set("maxmemory-policy", "allkeys-lru")
        assert await check_policy(client) == "allkeys-lru"
