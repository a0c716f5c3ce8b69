"""A rival: a plain faust agent on faust's own topic consumer, by the recipe that loses nothing.

One agent, `concurrency=1`, `noack_take`, acknowledged in order after the broker has the output. With rules it does what
the match worker does, with the same matcher, claims and words; without, it only parses and publishes.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faust
import orjson

from schemas.channel import Channel
from schemas.envelope import Incoming, Outgoing
from schemas.rule import Rule
from tests.benchmarks.rival_quix import ARTICLE_MAX_BYTES, accumulate
from workers import articles
from workers.channels import ChannelBook
from workers.dedup.claims_redis import RedisClaims, connect
from workers.dedup.stories_redis import RedisStories
from workers.dedup.told_redis import RedisTold

BATCH = 500
WITHIN_S = 0.05
COMMIT_S = 1.0  # its commit looks through all offsets that are not acknowledged: often is slow, seldom is vague
LEASE_MS = 30_000

Tell = Callable[[Sequence[Incoming]], Awaitable[object]]


class NothingBefore:
    """The stand is new: there is nothing to be found again."""

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:  # as Past
        """Nothing."""
        for _ in ():
            yield []


class FaustOutbox:
    """Messages through faust's own producer."""

    def __init__(self, app: faust.App, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._topics: dict[str, Any] = {}

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Send all, wait for the broker."""
        sent = [
            await self._topic(each.topic).send(key=each.key, value=each.value, headers=list(each.headers))
            for each in messages
        ]
        await asyncio.gather(*sent)
        return []

    async def missing(self, topics: Iterable[str]) -> frozenset[str]:  # as the worker asks
        """None: the stand has made them all."""
        return frozenset()

    def _topic(self, name: str) -> Any:
        if name not in self._topics:
            self._topics[name] = self._app.topic(self._prefix + name, key_serializer="raw", value_serializer="raw")
        return self._topics[name]


def matching(outbox: FaustOutbox, redis_url: str, key_prefix: str, rules: Path, channel: str) -> Tell:
    """What the match worker does."""
    from workers.match import Matcher, explain
    from workers.pipeline import Pipeline
    from workers.placing import Placer
    from workers.recalling import Recalling
    from workers.rules.book import Book
    from workers.telling import Limits, Teller
    from workers.thinking import at_once

    book, channels = Book(Matcher()), ChannelBook()
    channels.put(Channel(id=channel))
    for line in rules.read_bytes().splitlines():
        book.put_rule(Rule.model_validate(orjson.loads(line)))
    teller = Teller(
        channels,
        lambda live, article: explain(live.query, article, 50, 240),
        lambda: datetime.now(UTC),
        Limits(16_384, 11_534_336),
    )
    claims = RedisClaims(connect(redis_url, 5), key_prefix, LEASE_MS)
    stories = RedisStories(connect(redis_url, 5), key_prefix)
    told = RedisTold(connect(redis_url, 5), key_prefix, LEASE_MS, 30 * 86_400_000)
    placer = Placer(Recalling(told, NothingBefore(), lambda: None), stories, book, at_once)
    return Pipeline(
        *(_reader(), book, teller, placer, claims, outbox),
        *(asyncio.sleep, lambda step: None, at_once, lambda: None),
    ).run


def parsing(outbox: FaustOutbox, targets: Sequence[str], share: float, size_bytes: int) -> Tell:
    """Parse and publish only."""
    value, due, read = b"x" * size_bytes, accumulate(share), _reader()

    async def tell(batch: Sequence[Incoming]) -> None:
        outputs = []
        for record in batch:
            read(record.value)
            if due():
                outputs += [Outgoing(target, record.key or b"", value) for target in targets]
        await outbox.publish(outputs)

    return tell


def _reader() -> Callable[[bytes | None], Any]:
    return lambda value: articles.read(value, ARTICLE_MAX_BYTES)


def incoming(event: Any) -> Incoming:
    """faust's event as ours."""
    message = event.message
    return Incoming(
        "articles", message.partition, message.offset, round(message.timestamp * 1000), message.key, message.value
    )


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bootstrap", "group", "prefix"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rules", type=Path, help="rule records, a line each; without them it only parses")
    parser.add_argument("--redis")
    parser.add_argument("--key-prefix")
    parser.add_argument("--channel")
    parser.add_argument("--target", action="append", default=[])
    parser.add_argument("--share", type=float, default=0)
    parser.add_argument("--size-bytes", type=int, default=0)
    wanted = parser.parse_args()
    app = faust.App(
        wanted.group,
        broker=f"kafka://{wanted.bootstrap}",
        value_serializer="raw",
        key_serializer="raw",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        broker_commit_interval=COMMIT_S,
        worker_redirect_stdouts=False,
    )
    outbox = FaustOutbox(app, wanted.prefix)
    if wanted.rules:
        tell = matching(outbox, wanted.redis, wanted.key_prefix, wanted.rules, wanted.channel)
    else:
        tell = parsing(outbox, wanted.target, wanted.share, wanted.size_bytes)

    @app.agent(app.topic(f"{wanted.prefix}articles"), concurrency=1)
    async def plain(stream: Any) -> None:
        async for events in stream.noack_take(BATCH, within=WITHIN_S):
            await tell([incoming(event) for event in events])
            for event in events:
                event.ack()

    faust.Worker(app, loglevel="WARNING").execute_from_commandline()


if __name__ == "__main__":
    main()
