"""A pipeline on the twins in memory, for its tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from schemas import Alert, Channel, DeadLetter, Decision, Rule
from schemas.envelope import Incoming, Outgoing
from workers import articles
from workers.channels import ChannelBook
from workers.dedup import Claims, Fingerprint, Placement, Stories, Told, story_of
from workers.dedup.claims_memory import MemoryClaims
from workers.dedup.stories import UPDATE_AT, PlacementReason
from workers.dedup.told_memory import MemoryTold
from workers.match import Matcher, explain
from workers.pipeline import Pipeline, Step
from workers.placing import Placer
from workers.recalling import Recalling
from workers.rules.book import Book
from workers.streams import MemoryOutbox
from workers.tally import Tally
from workers.telling import Limits, Teller
from workers.thinking import at_once

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RECEIVED_MS = 1_777_636_800_000
RULE = Rule(id="dprk", query="Russia AND North Korea AND defence", channels=("desk", "east"))
STORY = {"uri": "a:1", "title": "Russia and North Korea sign a defence pact", "body": "It was signed on Monday."}


class SameWords:
    """Stories of which a test can tell beforehand: articles with the same words tell one story, whatever their uri."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], list[Fingerprint]] = {}
        self._placed: dict[tuple[str, int], Placement] = {}
        self.asked = 0

    async def place(self, asked: Sequence[Fingerprint]) -> list[Placement]:
        self.asked += len(asked)
        return [self._placed.setdefault((each.uri, each.version), self._place(each)) for each in asked]

    def _place(self, one: Fingerprint) -> Placement:
        if (one.uri, one.version) in self._placed:
            return self._placed[one.uri, one.version]
        own = [members for members in self._first.values() if any(each.uri == one.uri for each in members)]
        members = own[0] if own else self._first.setdefault(one.text.words, [])
        known = {each.source for each in members}
        first = members[0] if members else one
        members.append(one)
        sources = len({each.source for each in members})
        return Placement(
            story=story_of(first.uri),
            reason=PlacementReason.SAME_TEXT if len(members) > 1 else PlacementReason.FIRST,
            same_as=first.uri if len(members) > 1 else None,
            likeness=1.0 if len(members) > 1 else 0.0,
            first_uri=first.uri,
            first_source=first.source,
            articles=len({each.uri for each in members}),
            sources=sources,
            reached=sources if sources in UPDATE_AT and one.source not in known else None,
        )


@dataclass
class Store:
    """What all workers share: the clock stands until it is moved."""

    max_bytes: int = 1_048_576
    now_ms: int = 1_000_000
    claims: Claims = field(init=False)
    told: MemoryTold = field(init=False)
    stories: Stories = field(default_factory=SameWords)
    outbox: MemoryOutbox = field(init=False)

    def __post_init__(self) -> None:
        self.claims = MemoryClaims(lambda: self.now_ms, lease_ms=2_000)
        self.told = MemoryTold(lambda: self.now_ms, lease_ms=2_000)
        self.outbox = MemoryOutbox(self.max_bytes)

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        """The topics as a worker reads them that has lost its memory."""
        for topic in topics:
            yield [
                Incoming(topic, 0, at, 0, each.key, each.value, each.headers)
                for at, each in enumerate(self.outbox.topics.get(topic, []))
            ]

    def lose(self) -> None:
        """Redis is emptied."""
        self.claims = MemoryClaims(lambda: self.now_ms, lease_ms=2_000)
        self.told.forget()
        self.stories = SameWords()


class World:
    """A worker on twins, perhaps of a store that it shares with others."""

    def __init__(self, *rules: Rule, max_bytes: int = 1_048_576, store: Store | None = None) -> None:
        self.store = store or Store(max_bytes)
        self.outbox = self.store.outbox
        self.book = Book(Matcher())
        self.channels = ChannelBook()
        self.steps: list[Step] = []
        for rule in rules:
            self.book.put_rule(rule)
        for name in ("desk", "east"):
            self.channels.put(Channel(id=name))
        self.pipeline = self.wired()

    def wired(self) -> Pipeline:
        """A pipeline on the store as it is now."""
        teller = Teller(
            self.channels,
            lambda live, article: explain(live.query, article, 50, 240),
            lambda: NOON,
            Limits(16_384, 1_000_000),
        )
        told: Told = self.store.told
        memory = Recalling(told, self.store, lambda: None)
        return Pipeline(
            lambda value: articles.read(value, 1_000_000),
            self.book,
            teller,
            Placer(memory, self.store.stories, self.book, at_once),
            self.store.claims,
            self.outbox,
            self._sleep,
            self.steps.append,
            at_once,
            lambda: None,
        )

    def lose_redis(self) -> None:
        """All that Redis kept is gone; the topics stand."""
        self.store.lose()
        self.pipeline = self.wired()

    @property
    def now_ms(self) -> int:
        """The store's clock."""
        return self.store.now_ms

    @now_ms.setter
    def now_ms(self, to: int) -> None:
        self.store.now_ms = to

    async def _sleep(self, seconds: float) -> None:
        self.store.now_ms += int(seconds * 1000)

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
            RECEIVED_MS,
            b"k",
            value if isinstance(value, bytes) else orjson.dumps(value),
        )
        for at, value in enumerate(values)
    ]
