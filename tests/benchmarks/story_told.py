"""What it takes in Redis to remember who was told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from schemas.alert import AlertKind
from schemas.article import ArticleStatus
from tests.services.missing import Missing
from tests.services.redis import RedisServer
from workers.alerts import alert_id
from workers.dedup import Departure, Forgotten, Latest, Telling, Visit, story_of
from workers.dedup.claims_redis import connect
from workers.dedup.told_redis import RedisTold

ARTICLES = 5000
MANY = 10  # rules that told of one article
BATCH = 200
LEASE_MS, KEEP_MS = 30_000, 30 * 86_400_000


@dataclass(slots=True)
class ToldRoom:
    """Bytes; each rule has told one channel, and a name of 20 letters."""

    articles: int
    bytes_one_rule: float  # an article that one rule told of
    bytes_many_rules: float  # one that MANY did

    @property
    def bytes_a_rule(self) -> float:
        """What each further rule adds."""
        return (self.bytes_many_rules - self.bytes_one_rule) / (MANY - 1)

    def told(self) -> list[list[str]]:
        """Rows for people."""
        return [
            ["articles that were told of", f"{self.articles:,}"],
            ["bytes an article that one rule told of", f"{self.bytes_one_rule:,.0f}"],
            [f"bytes an article that {MANY} rules told of", f"{self.bytes_many_rules:,.0f}"],
            ["bytes a further rule", f"{self.bytes_a_rule:,.0f}"],
        ]


def measure_told(articles: int = ARTICLES) -> ToldRoom | None:
    """Have articles told of and remembered; None where there is no redis-server."""
    sizes = []
    try:
        for rules in (1, MANY):
            with RedisServer() as server:  # each its own: memory that was freed would count as used
                sizes.append(asyncio.run(_bytes_an_article(server.url, articles, rules)))
    except Missing as missing:
        print(f"{missing}: nothing is measured in Redis", file=sys.stderr)
        return None
    return ToldRoom(articles, *sizes)


async def _bytes_an_article(url: str, articles: int, rules: int) -> float:
    async with connect(url, socket_timeout_s=60) as client:
        told = RedisTold(client, "bench:", LEASE_MS, KEEP_MS)
        try:
            await told.enter([Visit("urn:first", "articles/0/0@0")])
        except Forgotten as forgotten:
            await told.vouch(forgotten.gap)
        before = await _used(client)
        for at in range(0, articles, BATCH):
            await _tell(told, range(at, min(at + BATCH, articles)), rules)
        return (await _used(client) - before) / articles


async def _tell(told: RedisTold, numbers: Sequence[int], rules: int) -> None:
    visits = [Visit(f"reuters:{number}", f"articles/3/{number}@1767225600000") for number in numbers]
    await told.enter(visits)
    await told.leave([_departure(visit, rules) for visit in visits])


def _departure(visit: Visit, rules: int) -> Departure:
    tellings = {f"rule-{number:04}": _telling(visit, f"rule-{number:04}") for number in range(rules)}
    return Departure(visit, Latest(1, ArticleStatus.USABLE, visit.holder), tellings=tellings)


def _telling(visit: Visit, rule_id: str) -> Telling:
    story = story_of(visit.uri)
    return Telling(
        alert_id=alert_id(rule_id, story, AlertKind.CREATED, ""),
        kind=AlertKind.CREATED,
        version=1,
        owner=visit.holder,
        story=story,
        claim=visit.holder,
        words=story[:16],
        channels=("desk",),
        rule_name="Central banks, rates",
        rule_version=1,
        priority=3,
    )


async def _used(client: Redis) -> int:
    return int((await client.info("memory"))["used_memory"])
