"""Where an article's time goes: the worker's own parts in this process, on the real broker and store, with a clock.

Batches are read, told of and committed one after the other; the worker reads the next one while it tells of one, so
the sum here is a little more than an article costs there. Explaining and publishing lie between two steps of the
pipeline and are clocked by themselves; "compose" is what is left between them.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson

from config.settings import Settings, load
from schemas.alert import Evidence
from schemas.article import Article
from schemas.envelope import Incoming, Outgoing
from tests.benchmarks.report import table
from tests.benchmarks.rule_maker import MadeRule
from tests.benchmarks.sampler import Sampler
from tests.benchmarks.stand import CHANNEL, PREFIX, Stand
from workers import articles
from workers.app import MatchParts
from workers.match import explain
from workers.pipeline import Pipeline, Step
from workers.placing import Placer
from workers.recalling import Recalling
from workers.rules.book import LiveRule
from workers.streams.bulk import Batch, BulkConsumer
from workers.streams.outbox import Outbox
from workers.streams.past import Past
from workers.telling import Limits, Teller
from workers.thinking import at_once

TOP = 25
NAMES = {
    Step.READ: "read",
    Step.MATCHED: "match",
    Step.PLACED: "place",
    Step.CLAIMED: "claim",
    Step.REMEMBERED: "remember",
    Step.CONFIRMED: "confirm",
}


class Clock:
    """Adds up wall and CPU time by the name of what was done."""

    def __init__(self) -> None:
        self.wall_s: defaultdict[str, float] = defaultdict(float)
        self.cpu_s: defaultdict[str, float] = defaultdict(float)
        self._last = self._now()

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        """What was done since the last lap."""
        now = self._now()
        self.wall_s[name] += now[0] - self._last[0]
        self.cpu_s[name] += now[1] - self._last[1]
        self._last = now

    def passed(self, step: Step) -> None:
        """The pipeline's callback."""
        self.lap(NAMES.get(step, "compose"))


class ClockedOutbox:
    """The outbox, with the time that it takes."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """See Outbox."""
        self._clock.lap("compose")
        refused = await self._outbox.publish(messages)
        self._clock.lap("publish and wait")
        return refused

    async def missing(self, topics: Iterable[str]) -> frozenset[str]:
        """See Outbox."""
        self._clock.lap("compose")
        missing = await self._outbox.missing(topics)
        self._clock.lap("publish and wait")
        return missing


def examine(stand: Stand, rules: Sequence[MadeRule]) -> dict[str, Any]:
    """All articles of the stand, once; a table of the steps and one of the functions."""
    gc.collect()
    gc.freeze()  # the corpus lies in this process: the worker has no such heap to look through
    clock, sampler = Clock(), Sampler()
    asyncio.run(_run(stand, rules, clock, sampler))
    count = stand.articles

    def each(times_s: Mapping[str, float]) -> dict[str, float]:
        return {name: time_s / count * 1e6 for name, time_s in times_s.items()}

    total = sum(clock.wall_s.values())
    steps = [
        [name, f"{wall / count * 1e6:.1f}", f"{clock.cpu_s[name] / count * 1e6:.1f}", f"{wall / total:.1%}"]
        for name, wall in sorted(clock.wall_s.items(), key=lambda each: -each[1])
    ]
    steps.append(["sum", f"{total / count * 1e6:.1f}", f"{sum(clock.cpu_s.values()) / count * 1e6:.1f}", "100.0%"])
    own, with_callees = sampler.own, sampler.total
    looks = max(own.total(), 1)
    functions = [
        [name, f"{at_work / looks:.1%}", f"{with_callees[name] / looks:.1%}"] for name, at_work in own.most_common(TOP)
    ]
    callers = [[name, f"{all_of_it / looks:.1%}"] for name, all_of_it in _of_ours(with_callees)]
    text = "\n\n".join(
        [
            table(["step", "wall µs/article", "CPU µs/article", "of the wall"], steps),
            table(["function, by its own CPU time", "own", "with callees"], functions),
            table(["function of this repository", "with callees"], callers),
            " ".join((__doc__ or "").split()),
        ]
    )
    return {"text": text, "wall_us_per_article": each(clock.wall_s), "cpu_us_per_article": each(clock.cpu_s)}


def _of_ours(looks: Counter[str]) -> list[tuple[str, int]]:
    ours = [each for each in looks.most_common() if each[0].startswith(("workers/", "schemas/"))]
    return ours[: TOP + 10]


def _settings(stand: Stand) -> Settings:
    """The defaults, with a consumer group and claims of its own."""
    group = f"anatomy-{uuid4().hex[:8]}"
    own = {
        "WIREWATCH_KAFKA": stand.bootstrap,
        "WIREWATCH_REDIS": stand.redis_url,
        "WIREWATCH_TOPIC_PREFIX": PREFIX,
        "WIREWATCH_MATCH_GROUP": group,
        "WIREWATCH_REDIS_CLAIMS_KEY_PREFIX": f"{group}:",
    }
    return load(None, own)


async def _run(stand: Stand, rules: Sequence[MadeRule], clock: Clock, sampler: Sampler) -> None:
    parts = MatchParts(_settings(stand))
    kept = [("channels", CHANNEL, {"id": CHANNEL}), *(("rules", each.id, each.record(CHANNEL)) for each in rules)]
    await parts.keep([Incoming(topic, 0, 0, 0, key.encode(), orjson.dumps(value)) for topic, key, value in kept])
    await parts.loaded()
    pipeline = _pipeline(parts, clock)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    seen = 0

    async def tell(batch: Batch) -> None:
        nonlocal seen
        if seen == 0:
            sampler.start()
        clock.lap("fetch and convert" if seen else "start")
        await pipeline.run(batch.records)
        await bulk.commit(batch)
        clock.lap("commit")
        seen += len(batch.records)
        if seen >= stand.articles:
            done.set_result(None)

    async def tell_or_fail(batch: Batch) -> None:
        try:
            await tell(batch)
        except Exception as exc:
            done.set_exception(exc)
            raise

    bulk = BulkConsumer("articles", parts.options, tell_or_fail)
    await bulk.start()
    try:
        await done
    finally:
        sampler.stop()
        await bulk.stop()
        await parts.close()
    del clock.wall_s["start"], clock.cpu_s["start"]


def _pipeline(parts: MatchParts, clock: Clock) -> Pipeline:
    """As workers.app wires it, with the clock in between."""
    match = parts.settings.match

    def clocked_explain(live: LiveRule, article: Article) -> Evidence:
        clock.lap("compose")
        evidence = explain(live.query, article, match.max_hits, match.excerpt_chars)
        clock.lap("explain")
        return evidence

    return Pipeline(
        lambda value: articles.read(value, parts.settings.articles.max_bytes),
        parts.book,
        Teller(
            parts.channels,
            clocked_explain,
            lambda: datetime.now(UTC),
            Limits(match.extra_max_bytes, match.dead_letter_max_bytes),
        ),
        Placer(Recalling(parts.told, Past(parts.options), lambda: None), parts.stories, parts.book, at_once),
        parts.claims,
        ClockedOutbox(parts.outbox, clock),
        asyncio.sleep,
        clock.passed,
        at_once,
        lambda: None,
    )
