"""What holds for the memory of who was told, in this process and in Redis alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Protocol

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from schemas.alert import AlertKind
from schemas.article import ArticleStatus
from tests.services.redis import RedisServer
from tests.services.running import running
from workers.dedup import Departure, Entry, Forgotten, Known, Latest, Telling, Told, Visit
from workers.dedup.claims_redis import connect
from workers.dedup.told_memory import MemoryTold
from workers.dedup.told_redis import RedisTold

pytestmark = pytest.mark.asyncio

LEASE_MS, KEEP_MS = 30_000, 30 * 86_400_000
PREFIX, URI = "test:", "urn:news:1|é 記事"
FIRST, SECOND = "articles/0/1@1", "articles/3/7@2"
LATEST = Latest(2, ArticleStatus.USABLE, FIRST)
TELLING = Telling(
    *("al_1", AlertKind.CREATED, 1, FIRST, "5" * 32, FIRST, "w", ("desk", "east"), "Pacts |", 4, 2, "al_0")
)


class World(Protocol):
    """A memory whose time and store a test commands."""

    told: Told
    other: Told  # the same, as another worker has it

    async def advance(self, passed_ms: int) -> None:
        """Let time pass, for the store."""

    async def restart(self) -> None:
        """The store comes back as another, with what it had."""

    async def flush(self) -> None:
        """It loses all."""

    async def size(self) -> int:
        """Of how many uris anything is kept."""


class MemoryWorld:
    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000
        self._memory = MemoryTold(lambda: self.now_ms, LEASE_MS)
        self.told: Told = self._memory
        self.other: Told = self._memory

    async def advance(self, passed_ms: int) -> None:
        self.now_ms += passed_ms

    async def restart(self) -> None:
        self._memory.store += "1"

    async def flush(self) -> None:
        self._memory.forget()

    async def size(self) -> int:
        return len(self._memory)


class RedisWorld:
    def __init__(self, client: Redis, other_client: Redis) -> None:
        self._client = client
        self.told: Told = RedisTold(client, PREFIX, LEASE_MS, KEEP_MS)
        self.other: Told = RedisTold(other_client, PREFIX, LEASE_MS, KEEP_MS)

    async def advance(self, passed_ms: int) -> None:
        """Make all leases so much older: the same as to wait, but no test has to."""
        async for key in self._client.scan_iter(PREFIX + "told:*"):
            value = await self._client.hget(key, "!") if await self._client.type(key) == b"hash" else None
            if isinstance(value, bytes):
                until, since, rest = value.decode().split("|", 2)
                await self._client.hset(key, "!", f"{int(until) - passed_ms}|{int(since) - passed_ms}|{rest}")

    async def restart(self) -> None:
        """A server's run id cannot be set; so the one that vouched is made another."""
        await self._client.set(PREFIX + "told:whole", "another")

    async def flush(self) -> None:
        await self._client.flushall()

    async def size(self) -> int:
        keys = [key async for key in self._client.scan_iter(PREFIX + "told:*")]
        return len([key for key in keys if not key.endswith(b"whole")])


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
        made = RedisWorld(client, other_client)
        with pytest.raises(Forgotten) as lost:
            await made.told.enter([Visit("x", "x")])
        await made.told.vouch(lost.value.gap)
        yield made


async def enter(told: Told, holder: str = FIRST, uri: str = URI, instead_of: str = "") -> Entry:
    (entry,) = await told.enter([Visit(uri, holder, instead_of)])
    return entry


async def leave(
    told: Told,
    latest: Latest | None = LATEST,
    holder: str = FIRST,
    held: tuple[int | None] | None = None,
    **tellings: Telling,
) -> bool:
    visit = Visit(URI, holder)
    (alone,) = await told.leave([Departure(visit, latest, held[0] if held else None, held is not None, tellings)])
    return alone


async def known(told: Told) -> Known | None:
    """As the next record finds it."""
    return (await enter(told, "articles/9/9@9")).known


class TestTold:
    async def test_of_an_article_that_nobody_was_told_of_nothing_is_known(self, world: World) -> None:
        assert (await enter(world.told)) == Entry(Known())

    async def test_what_is_remembered_is_found_by_every_worker(self, world: World) -> None:
        gone = replace(TELLING, kind=AlertKind.RETRACTED, version=2, channels=())
        await enter(world.told)
        assert await leave(world.told, LATEST, FIRST, (3,), north=TELLING, **{"a.b:c-d": gone})
        assert await known(world.other) == Known(LATEST, 3, {"north": TELLING, "a.b:c-d": gone})

    async def test_what_is_not_told_anew_stays_as_it_was(self, world: World) -> None:
        await enter(world.told)
        await leave(world.told, north=TELLING)
        await enter(world.told, SECOND)
        await leave(world.told, None, SECOND, south=replace(TELLING, alert_id="al_2"))
        found = await known(world.told)
        assert found is not None
        assert (found.latest, set(found.tellings)) == (LATEST, {"north", "south"})

    async def test_nothing_is_kept_of_an_article_of_which_nothing_was_told(self, world: World) -> None:
        before = await world.size()
        await enter(world.told)
        assert await leave(world.told, None)
        assert await world.size() == before

    async def test_another_record_waits_until_the_first_has_left(self, world: World) -> None:
        await enter(world.told)
        assert await enter(world.other, SECOND) == Entry(None, FIRST)
        await leave(world.told)
        assert (await enter(world.other, SECOND)).known == Known(LATEST)

    async def test_a_record_that_is_read_again_enters_again(self, world: World) -> None:
        await enter(world.told)
        assert (await enter(world.other)).known == Known()

    async def test_other_uris_are_free(self, world: World) -> None:
        await enter(world.told)
        assert (await enter(world.other, SECOND, "urn:news:2")).known == Known()

    async def test_a_lease_that_is_over_is_taken_over_in_doubt_until_somebody_leaves(self, world: World) -> None:
        await enter(world.told)
        await world.advance(LEASE_MS + 1)
        doubt_ms = (await enter(world.other, SECOND)).doubt_ms
        assert doubt_ms is not None
        assert (await enter(world.other, SECOND)).doubt_ms == doubt_ms, "it died too, before it had looked"
        await leave(world.other, None, SECOND)
        assert (await enter(world.other, SECOND)).doubt_ms is None

    async def test_a_holder_that_is_known_to_be_gone_is_not_waited_for_but_doubted(self, world: World) -> None:
        await enter(world.told)
        entry = await enter(world.other, SECOND, instead_of=FIRST)
        assert entry.known == Known()
        assert entry.doubt_ms is not None

    async def test_an_own_lease_is_no_doubt(self, world: World) -> None:
        await enter(world.told)
        await world.advance(LEASE_MS + 1)
        assert (await enter(world.told)).doubt_ms is None

    async def test_who_overran_its_lease_hears_of_it_and_overwrites_nothing_newer(self, world: World) -> None:
        kill = Latest(2, ArticleStatus.CANCELED, SECOND)
        gone = replace(TELLING, kind=AlertKind.RETRACTED, version=2, owner=SECOND)
        await enter(world.told)
        await world.advance(LEASE_MS + 1)
        await enter(world.other, SECOND)
        assert await leave(world.other, kill, SECOND, north=gone)
        assert not await leave(world.told, Latest(1, ArticleStatus.USABLE, FIRST), north=TELLING, south=TELLING)
        assert await known(world.told) == Known(kill, None, {"north": gone, "south": TELLING})

    async def test_who_is_alone_may_tell_again_what_was_taken_back_at_that_version(self, world: World) -> None:
        await enter(world.told)
        await leave(world.told, north=replace(TELLING, kind=AlertKind.RETRACTED, version=2))
        again = replace(TELLING, version=2)
        await enter(world.told, SECOND)
        await leave(world.told, LATEST, SECOND, north=again)
        found = await known(world.told)
        assert found is not None
        assert found.tellings == {"north": again}

    async def test_what_is_held_is_remembered_until_it_is_let_go(self, world: World) -> None:
        await enter(world.told)
        await leave(world.told, None, FIRST, (2,))
        await enter(world.told, SECOND)
        await leave(world.told, LATEST, SECOND)
        assert await known(world.told) == Known(LATEST, 2)
        await leave(world.told, None, "articles/9/9@9", (None,))
        assert await known(world.told) == Known(LATEST)

    @pytest.mark.parametrize("loss", ["restart", "flush"])
    async def test_a_memory_with_gaps_is_noticed_until_it_is_vouched_for(self, world: World, loss: str) -> None:
        await enter(world.told)
        await getattr(world, loss)()
        with pytest.raises(Forgotten):
            await enter(world.told)
        with pytest.raises(Forgotten) as lost:
            await enter(world.other)
        await world.told.vouch(lost.value.gap)
        assert (await enter(world.other)).known == Known()

    async def test_a_memory_that_is_lost_while_it_is_restored_is_not_vouched_for(self, world: World) -> None:
        await world.flush()
        with pytest.raises(Forgotten) as lost:
            await enter(world.told)
        await world.told.restore({"urn:1": Known(LATEST)})
        await world.flush()
        with pytest.raises(Forgotten) as lost_again:
            await enter(world.other)
        await world.told.restore({"urn:2": Known(LATEST)})
        await world.told.vouch(lost.value.gap)
        with pytest.raises(Forgotten):
            await enter(world.told, uri="urn:1")
        await world.other.vouch(lost_again.value.gap)
        assert (await enter(world.told)).known == Known()

    async def test_what_the_topics_told_fills_gaps_and_replaces_nothing_newer(self, world: World) -> None:
        await enter(world.told)
        await leave(world.told, LATEST, FIRST, (3,), north=replace(TELLING, version=2))
        await enter(world.told, SECOND)
        await world.told.restore(
            {URI: Known(Latest(1, ArticleStatus.USABLE, "x"), 2, {"north": TELLING, "south": TELLING})}
        )
        assert await enter(world.other, "articles/5/5@5") == Entry(None, SECOND), "leases stay"
        await leave(world.told, None, SECOND)
        expected = Known(LATEST, 3, {"north": replace(TELLING, version=2), "south": TELLING})
        assert await known(world.told) == expected

    async def test_versions_that_are_times_in_nanoseconds_keep_their_order(self, world: World) -> None:
        version = 1_796_080_000_123_456_789
        killed = Latest(version, ArticleStatus.CANCELED, SECOND)
        await world.told.restore({URI: Known(Latest(version, ArticleStatus.USABLE, FIRST), version)})
        await world.told.restore({URI: Known(killed, version + 1)})
        assert await known(world.told) == Known(killed, version + 1)

    async def test_thousands_of_rules_that_told_are_all_remembered(self, world: World) -> None:
        tellings = {f"r{number}": replace(TELLING, alert_id=f"al_{number}") for number in range(2_500)}
        await enter(world.told)
        await leave(world.told, LATEST, FIRST, None, **tellings)
        found = await known(world.told)
        assert found is not None
        assert found.tellings == tellings

    async def test_nothing_asked_is_nothing_answered(self, world: World) -> None:
        assert await world.told.enter([]) == []
        assert await world.told.leave([]) == []
        await world.told.restore({})

    async def test_of_those_that_race_one_enters_each_uri(self, world: World) -> None:
        visits = [f"urn:news:{number}" for number in range(300)]
        first, second = await asyncio.gather(
            *(
                told.enter([Visit(uri, holder) for uri in visits])
                for told, holder in ((world.told, FIRST), (world.other, SECOND))
            )
        )
        entered = [(one.known is None, two.known is None) for one, two in zip(first, second, strict=True)]
        assert all(one is not two for one, two in entered)
