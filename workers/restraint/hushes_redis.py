"""Hushes in Redis (7.0 or later, or Valkey): one sorted set a story, names by their end. No script is needed.

Memory: some 150 bytes for a story and 50 for each name, until the last of them has ended by Redis's own clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from redis import exceptions as errors
from redis.asyncio import Redis

from workers.dedup.claims_redis import unavailable
from workers.restraint.hushes_memory import of_ms, to_ms


class RedisHushes:
    """Shared by all workers. Each command touches one key, so one slot of a cluster: `<prefix>hush:{<story>}`."""

    def __init__(self, client: Redis, key_prefix: str) -> None:
        self._client = client
        self._prefix = key_prefix + "hush:"

    async def note(self, story: str, until: Mapping[str, datetime]) -> None:
        """See Hushes."""
        if not until:
            return
        key, ends = self._key(story), {name: to_ms(at) for name, at in until.items()}
        pipeline = self._client.pipeline(transaction=True)  # else a key might be left that never expires
        pipeline.zadd(key, ends, gt=True)
        pipeline.pexpireat(key, max(ends.values()), nx=True)
        pipeline.pexpireat(key, max(ends.values()), gt=True)  # by itself it would leave a key without expiry alone
        await self._run(pipeline)

    async def forget(self, story: str, names: Sequence[str]) -> None:
        """See Hushes."""
        if not names:
            return
        pipeline = self._client.pipeline(transaction=False)
        pipeline.zrem(self._key(story), *names)
        await self._run(pipeline)

    async def noted(self, stories: Sequence[str], now: datetime) -> dict[str, dict[str, datetime]]:
        """See Hushes."""
        if not stories:
            return {}
        pipeline = self._client.pipeline(transaction=False)
        for story in stories:
            pipeline.zrangebyscore(self._key(story), f"({to_ms(now)}", "+inf", withscores=True)
        replies = await self._run(pipeline)
        return {
            story: {name.decode(): of_ms(int(at_ms)) for name, at_ms in reply}
            for story, reply in zip(stories, replies, strict=True)
        }

    def _key(self, story: str) -> str:
        return f"{self._prefix}{{{story}}}"

    async def _run(self, pipeline: Any) -> list[Any]:
        try:
            replies: list[Any] = await pipeline.execute()
        except (errors.RedisError, OSError) as exc:
            raise unavailable(self._client, exc) from exc
        return replies
