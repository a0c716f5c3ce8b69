"""What only Redis can suffer, of the memory of who was told."""

from __future__ import annotations

import pytest
from redis.asyncio.client import Pipeline

from tests.contract.test_told import KEEP_MS, LEASE_MS, PREFIX, TELLING, enter, leave, server
from tests.services.redis import RedisServer
from workers.dedup import Forgotten, Known
from workers.dedup.claims_redis import connect
from workers.dedup.told_redis import RedisTold
from workers.errors import Unavailable

__all__ = ["server"]  # a fixture


async def test_what_was_told_is_kept_for_its_time_and_no_longer(server: RedisServer) -> None:
    async with connect(server.url, socket_timeout_s=5) as client:
        await client.flushall()
        told = RedisTold(client, PREFIX, LEASE_MS, KEEP_MS)
        with pytest.raises(Forgotten) as lost:
            await enter(told)
        await told.vouch(lost.value.gap)
        await enter(told)
        await leave(told, north=TELLING)
        (key,) = [key async for key in client.scan_iter(PREFIX + "told:*") if not key.endswith(b"whole")]
        assert KEEP_MS - 60_000 < await client.pttl(key) <= KEEP_MS


async def test_a_loss_while_it_is_being_vouched_for_is_noticed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(server.url, socket_timeout_s=5) as client, connect(server.url, socket_timeout_s=5) as admin:
        await client.flushall()
        told = RedisTold(client, PREFIX, LEASE_MS, KEEP_MS)
        with pytest.raises(Forgotten) as lost:
            await enter(told)
        exists = Pipeline.exists

        async def flushed(pipeline: Pipeline, *names: str) -> int:
            there: int = await exists(pipeline, *names)
            await admin.flushall()
            return there

        monkeypatch.setattr(Pipeline, "exists", flushed)
        await told.vouch(lost.value.gap)
        with pytest.raises(Forgotten):
            await enter(told)


async def test_a_key_of_another_type_counts_as_absent(server: RedisServer) -> None:
    async with connect(server.url, socket_timeout_s=5) as client:
        await client.flushall()
        told = RedisTold(client, PREFIX, LEASE_MS, KEEP_MS)
        with pytest.raises(Forgotten) as lost:
            await enter(told)
        await told.vouch(lost.value.gap)
        for key in [key async for key in client.scan_iter(PREFIX + "told:*") if not key.endswith(b"whole")]:
            await client.delete(key)
            await client.set(key, "x")
        assert (await enter(told)).known == Known()
        assert await leave(told, north=TELLING)


@pytest.mark.parametrize(("forbidden", "works"), [("info", True), ("evalsha", False)])
async def test_a_server_that_forbids_info_is_taken_and_one_that_forbids_scripts_is_not(
    server: RedisServer, forbidden: str, works: bool
) -> None:
    async with connect(server.url, socket_timeout_s=5) as admin:
        await admin.flushall()
        await admin.acl_setuser(
            "limited", enabled=True, nopass=True, keys=["*"], categories=["+@all"], commands=[f"-{forbidden}"]
        )
    url = server.url.replace("redis://", "redis://limited:x@")
    async with connect(url, socket_timeout_s=5) as client:
        told = RedisTold(client, PREFIX, LEASE_MS, KEEP_MS)
        with pytest.raises(Forgotten if works else Unavailable) as lost:
            await enter(told)
        if isinstance(lost.value, Forgotten):
            await told.vouch(lost.value.gap)
            assert (await enter(told)).known == Known()
