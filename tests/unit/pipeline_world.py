"""A pipeline on the twins in memory, for its tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from schemas import Alert, Channel, DeadLetter, Decision, Rule
from schemas.envelope import Incoming, Outgoing
from workers import articles
from workers.channels import ChannelBook
from workers.dedup.claims_memory import MemoryClaims
from workers.match import Matcher, explain
from workers.pipeline import Pipeline, Step
from workers.rules.book import Book
from workers.streams import MemoryOutbox
from workers.tally import Tally
from workers.telling import Limits, Teller
from workers.thinking import at_once

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULE = Rule(id="dprk", query="Russia AND North Korea AND defence", channels=("desk", "east"))
STORY = {"uri": "a:1", "title": "Russia and North Korea sign a defence pact", "body": "It was signed on Monday."}


class World:
    """A pipeline on twins, with a clock that stands until it is moved."""

    def __init__(self, *rules: Rule, max_bytes: int = 1_048_576) -> None:
        self.now_ms = 1_000_000
        self.claims = MemoryClaims(lambda: self.now_ms, lease_ms=2_000)
        self.outbox = MemoryOutbox(max_bytes)
        self.book = Book(Matcher())
        self.channels = ChannelBook()
        self.steps: list[Step] = []
        for rule in rules:
            self.book.put_rule(rule)
        for name in ("desk", "east"):
            self.channels.put(Channel(id=name))
        teller = Teller(
            self.channels,
            lambda live, article: explain(live.query, article, 50, 240),
            lambda: NOON,
            Limits(16_384, 1_000_000),
        )
        self.pipeline = Pipeline(
            lambda value: articles.read(value, 1_000_000),
            self.book,
            teller,
            self.claims,
            self.outbox,
            self._sleep,
            self.steps.append,
            at_once,
            lambda: None,
        )

    async def _sleep(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)

    async def run(self, *values: object, first_offset: int = 0) -> Tally:
        """One batch of articles."""
        return await self.pipeline.run(records(values, first_offset))

    @property
    def alerts(self) -> list[Alert]:
        return [Alert.model_validate_json(each.value or b"") for each in self.sent("alerts")]

    @property
    def decisions(self) -> list[Decision]:
        return [Decision.model_validate_json(each.value or b"") for each in self.sent("decisions")]

    @property
    def letters(self) -> list[DeadLetter]:
        return [DeadLetter.model_validate_json(each.value or b"") for each in self.sent("dead-letters")]

    def sent(self, topic: str) -> list[Outgoing]:
        return self.outbox.topics.get(topic, [])


def records(values: Sequence[object], first_offset: int) -> list[Incoming]:
    """Article records of one partition."""
    return [
        Incoming(
            "articles",
            0,
            first_offset + at,
            1_777_636_800_000,
            b"k",
            value if isinstance(value, bytes) else orjson.dumps(value),
        )
        for at, value in enumerate(values)
    ]
