"""What stories cost in Redis: time, round trips and room."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from schemas.article import Article
from tests.services.missing import Missing
from tests.services.redis import RedisServer
from workers.dedup import Fingerprint, fingerprint
from workers.dedup.claims_redis import connect
from workers.dedup.stories_redis import RedisStories

BATCH = 200
COPIES = 1_500  # of one story, each from a source of its own: more than a story counts
PREFIX = "bench:stories:"
_KINDS = {"a": "placement and text", "u": "by uri", "w": "by words", "l": "by address", "s": "story", "i": "index"}


@dataclass(slots=True)
class Room:
    """Of a stream of articles, all within their window."""

    articles: int
    stories: int
    words: float  # an article, on average
    articles_per_s: float  # one worker, its own and Redis's time on the clock
    server_us: float  # CPU time of Redis, an article
    worker_us: float  # CPU time of the worker, an article
    bytes_an_article: float
    bytes_by_kind: dict[str, float]  # an article
    one_story_bytes: float  # the story's own key, when COPIES sources have told it

    def told(self) -> list[list[str]]:
        """Rows for people."""
        return [
            ["articles", f"{self.articles:,}"],
            ["stories", f"{self.stories:,}"],
            ["words an article", f"{self.words:,.0f}"],
            ["articles/s, one worker", f"{self.articles_per_s:,.0f}"],
            ["worker, µs CPU an article", f"{self.worker_us:,.0f}"],
            ["Redis, µs CPU an article", f"{self.server_us:,.0f}"],
            ["bytes an article, all in all", f"{self.bytes_an_article:,.0f}"],
            *([f"of these {kind}", f"{size:,.0f}"] for kind, size in self.bytes_by_kind.items()),
            [f"bytes of a story that {COPIES:,} sources told", f"{self.one_story_bytes:,.0f}"],
        ]


def measure_redis(prints: Sequence[Fingerprint]) -> Room | None:
    """Place them all; None where there is no redis-server."""
    try:
        with RedisServer() as server:
            return asyncio.run(_measure(server.url, prints))
    except Missing as missing:
        print(f"{missing}: nothing is measured in Redis", file=sys.stderr)
        return None


async def _measure(url: str, prints: Sequence[Fingerprint]) -> Room:
    async with connect(url, socket_timeout_s=60) as client:
        stories = RedisStories(client, PREFIX)
        used, spent = await _used(client), await _spent(client)
        names = set()
        began, own = time.perf_counter(), time.process_time()
        for at in range(0, len(prints), BATCH):
            names |= {each.story for each in await stories.place(prints[at : at + BATCH])}
        took_s, own_s = time.perf_counter() - began, time.process_time() - own
        number = len(prints)
        return Room(
            articles=number,
            stories=len(names),
            words=sum(len(each.text) for each in prints) / number,
            articles_per_s=number / took_s,
            server_us=1e6 * (await _spent(client) - spent) / number,
            worker_us=1e6 * own_s / number,
            bytes_an_article=(await _used(client) - used) / number,
            bytes_by_kind=await _by_kind(client, number),
            one_story_bytes=await _one_story(client),
        )


async def _one_story(client: Redis) -> float:
    """Of a report that very many papers print: how far its own key grows."""
    prefix = f"{PREFIX}one:"
    stories = RedisStories(client, prefix)
    body = " ".join(f"word{number}" for number in range(140))
    prints = [
        fingerprint(Article(uri=f"urn:copy:{number}", body=body, source=f"Paper number {number}"))
        for number in range(COPIES)
    ]
    for at in range(0, COPIES, BATCH):
        await stories.place(prints[at : at + BATCH])
    (key,) = [key async for key in client.scan_iter(f"{{{prefix}}}s:*", count=1000)]
    return float(await client.memory_usage(key, samples=0) or 0)


async def _used(client: Redis) -> int:
    return int((await client.info("memory"))["used_memory"])


async def _spent(client: Redis) -> float:
    cpu = await client.info("cpu")
    return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])


async def _by_kind(client: Redis, number: int) -> dict[str, float]:
    sizes: Counter[str] = Counter()
    keys: list[Any] = [key async for key in client.scan_iter(f"{{{PREFIX}}}*", count=1000)]
    for at in range(0, len(keys), 1000):
        pipeline = client.pipeline(transaction=False)
        for key in keys[at : at + 1000]:
            pipeline.memory_usage(key)
        for key, size in zip(keys[at : at + 1000], await pipeline.execute(), strict=True):
            sizes[_KINDS[key.partition(b"}")[2][:1].decode()]] += size or 0
    return {kind: size / number for kind, size in sizes.most_common()}
