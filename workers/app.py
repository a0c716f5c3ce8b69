"""THE WIRING: rooms, doors and settings become a worker."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from config.settings import Settings
from schemas.alert import Evidence
from schemas.article import Article
from schemas.envelope import Incoming
from workers import articles
from workers.channels import ChannelBook
from workers.dedup.claims_redis import RedisClaims, check_policy, connect, ping
from workers.dedup.stories_redis import RedisStories
from workers.dedup.told_redis import RedisTold
from workers.embargo import Calendar, release
from workers.errors import Broken, Refused
from workers.failpoint import failpoint
from workers.garbage import look_rarely
from workers.health import Missing
from workers.keeping import Keeper
from workers.match import Matcher, explain
from workers.options_of import options_of
from workers.pipeline import Pipeline, Step
from workers.placing import Placer
from workers.recalling import Recalling
from workers.refusals import Refusals
from workers.rules.book import Book, LiveRule
from workers.streams.batches import Work
from workers.streams.match_worker import App, match_app
from workers.streams.outbox_kafka import KafkaOutbox
from workers.streams.past import Past
from workers.streams.watchdog import Progress
from workers.telling import Limits, Teller
from workers.thinking import Thinker
from workers.vitals import Vitals

log = structlog.get_logger("wirewatch")


class MatchParts:
    """Everything a match worker is made of, wired."""

    def __init__(self, settings: Settings, vitals: Vitals | None = None) -> None:
        match = settings.match
        vitals = vitals or Vitals()
        self.settings = settings
        self.options = options_of(settings)
        self.metrics = vitals.metrics
        self.health = vitals.health
        vitals.sizes = lambda: {"rules": len(self.book), "channels": len(self.channels)}
        self.redis = connect(settings.redis, settings.redis_claims.socket_timeout_s)
        self.claims = RedisClaims(self.redis, settings.redis_claims.key_prefix, int(match.lease_s * 1000))
        keep_ms = settings.redis_claims.told_days * 86_400_000
        self.told = RedisTold(self.redis, settings.redis_claims.key_prefix, int(match.lease_s * 1000), keep_ms)
        self.calendar = Calendar()
        self.outbox = KafkaOutbox(self.options)
        self.channels = ChannelBook()
        self.book = Book(Matcher())
        self.passed = failpoint(match.failpoint, Step)
        started = datetime.now(UTC).isoformat()
        self.refusals = Refusals(
            self.claims,
            self.outbox,
            f"{socket.gethostname()}/{os.getpid()}/{started}",
            match.dead_letter_max_bytes,
            lambda record, why: self.metrics.letters.labels(record.topic, why.reason).inc(),
        )
        self.progress = Progress()
        self.think = Thinker()
        self.stories = RedisStories(self.redis, settings.redis_claims.key_prefix, self.think)
        self._refused: list[tuple[Incoming, Refused]] = []  # touched by the thinking thread only
        self._policy = ""  # of Redis, once asked
        self.keeper = Keeper(
            self.book,
            self.channels,
            settings.articles.max_bytes,
            lambda record, why: self._refused.append((record, why)),
        )
        self.pipeline = self._pipeline()

    def _pipeline(self) -> Pipeline:
        match = self.settings.match
        limits = Limits(match.extra_max_bytes, match.dead_letter_max_bytes)
        memory = Recalling(self.told, Past(self.options), self.progress.made)
        return Pipeline(
            lambda value: articles.read(value, self.settings.articles.max_bytes),
            self.book,
            Teller(self.channels, self._explain, lambda: datetime.now(UTC), limits),
            Placer(memory, self.stories, self.book, self.think),
            self.claims,
            self.outbox,
            asyncio.sleep,
            self.passed,
            self.think,
            self.progress.made,
        )

    def _explain(self, live: LiveRule, article: Article) -> Evidence:
        return explain(live.query, article, self.settings.match.max_hits, self.settings.match.excerpt_chars)

    async def keep(self, records: Sequence[Incoming]) -> None:
        """Apply records of the compacted topics."""

        def keep_all() -> None:
            for record in records:
                self.keeper.keep(record)

        await self._edit(keep_all)

    async def loaded(self) -> None:
        """The compacted topics are read to their ends."""
        await self._edit(self.keeper.loaded)
        look_rarely()

    async def _edit(self, work: Callable[[], object]) -> None:
        def done() -> list[tuple[Incoming, Refused]]:
            """Here, in the thread that refuses: elsewhere one that is refused meanwhile could be passed over."""
            work()
            refused, self._refused = self._refused, []
            return refused

        for record, why in await self.think(done):
            self.refusals.note(record, why)
        self.metrics.rules.set(len(self.book))
        self.metrics.unapplied.set(self.keeper.unapplied)

    async def tell(self, records: Sequence[Incoming]) -> Callable[[], None]:
        """Tell of a batch, and count it; hands back what counts it as committed."""
        self.metrics.told(await self.pipeline.run(records))

        def committed() -> None:
            self.metrics.articles.inc(len(records))
            self.passed(Step.COMMITTED)

        return committed

    async def release(self, held: Sequence[Incoming]) -> None:
        """Publish articles whose embargo is over. Raises Unavailable."""
        refused = await self.outbox.publish([release(record) for record in held])
        if refused:
            raise Broken(
                f"the broker refuses an article that was held, {refused[0].key!r}, for its size: "
                "see `wirewatch topics list`"
            )

    async def store(self) -> None:
        """Returns when Redis answers; says once when it may forget. Raises Unavailable."""
        await ping(self.redis)
        if self._policy:
            return
        self._policy = await check_policy(self.redis)
        if self._policy not in ("noeviction", "unknown"):
            log.warning(
                "Redis may forget what was told when it is full: stories would be told twice",
                maxmemory_policy=self._policy,
                hint="set maxmemory-policy noeviction",
            )

    async def close(self) -> None:
        """Close the doors."""
        self.think.close()
        await self.outbox.stop()
        await self.redis.aclose()


def match_app_of(settings: Settings, vitals: Vitals) -> App:
    """The faust app of `wirewatch run match`; whoever can import this has the engine."""
    parts = MatchParts(settings, vitals)
    parts.health.lacks(Missing.ENGINE, False)
    work = Work(
        keep=parts.keep,
        loaded=parts.loaded,
        tell=parts.tell,
        lag=parts.metrics.lag.set,
        store=parts.store,
        health=parts.health,
        progress=parts.progress,
        beside=parts.refusals.run,
        close=parts.close,
    )
    return match_app(parts.options, work, parts.calendar, parts.release)
