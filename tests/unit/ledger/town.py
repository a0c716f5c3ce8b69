"""A worker on the twins in memory whose topics are kept: history to be audited, and to be broken by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from schemas import Rule, WordList
from schemas.envelope import Headers, Incoming
from tests.unit.pipeline_world import World
from workers.auditing import Terms, audit
from workers.ledger import Audit
from workers.streams.archive import MemoryArchive

GROUP = "g"
DELIVER_GROUP = "d"
START_MS = 1_777_636_800_000
TOPICS = (
    "articles",
    "rules",
    "lists",
    "held",
    "kills",
    "alerts",
    "decisions",
    "dead-letters",
    "alerts.desk",
    "alerts.east",
)
Row = Mapping[str, object]


class Town:
    """Time goes on by `wait`. What is published is told by `work`, at once unless it is held up."""

    def __init__(self, max_bytes: int = 1_048_576) -> None:
        self.world = World(max_bytes=max_bytes)
        self.world.now_ms = START_MS
        self.archive = MemoryArchive()
        for topic in TOPICS:
            self.archive.make(topic)
        self._unread: list[Incoming] = []
        self._sent: dict[str, int] = {}

    def wait(self, seconds: float) -> None:
        self.world.now_ms += int(seconds * 1000)

    def put(self, topic: str, key: str, value: object, at_ms: int | None = None, headers: Headers = ()) -> Incoming:
        """A record by hand."""
        body = value if isinstance(value, bytes | None) else orjson.dumps(value, default=str)
        there = self.archive.places[topic, 0]
        offset = there[-1].offset + 1 if there else 0
        record = Incoming(topic, 0, offset, at_ms or self.world.now_ms, key.encode(), body, headers)
        self.archive.put(record)
        return record

    def rule(self, rule_id: str = "r", query: str = "bulletin", **fields: Any) -> None:
        """Written, and known to the worker."""
        rule = Rule(id=rule_id, query=query, channels=("desk",), **fields)
        self.put("rules", rule_id, rule.model_dump(mode="json"))
        self.world.book.put_rule(rule)

    def words(self, name: str, *entries: str) -> None:
        """A list, the same."""
        words = WordList(id=name, entries=entries)
        self.put("lists", name, words.model_dump(mode="json"))
        self.world.book.put_list(words)

    def publish(self, *articles: Row | bytes) -> None:
        """Article records, not told yet."""
        for article in articles:
            uri = "u" if isinstance(article, bytes) else str(article.get("uri"))
            self._unread.append(self.put("articles", uri, article))

    def work(self) -> None:
        """Tell of what was published, and commit it."""
        asyncio.run(self.world.pipeline.run(self._unread))
        for topic, messages in self.world.outbox.topics.items():
            for message in messages[self._sent.get(topic, 0) :]:
                self.put(topic, message.key.decode(), message.value, headers=message.headers)
            self._sent[topic] = len(messages)
        if self._unread:
            self.archive.commits[GROUP, "articles"] = {0: self._unread[-1].offset + 1}
        self._unread = []

    def work_again(self, at: int) -> None:
        """An article record is read again, as after a crash before its commit."""
        committed = dict(self.archive.commits[GROUP, "articles"])
        self._unread = [self.records("articles")[at]]
        self.work()
        self.archive.commits[GROUP, "articles"] = committed

    def tell(self, *articles: Row | bytes) -> None:
        """Publish and work."""
        self.publish(*articles)
        self.work()

    def audit(self, since_ms: int = 0, edit_live_s: float = 2.0) -> Audit:
        """What the ledger says now."""
        terms = Terms(GROUP, 1_000_000, since_ms, int(edit_live_s * 1000), DELIVER_GROUP)
        return audit(self.archive, terms, lambda: self.world.now_ms, lambda *_: lambda: None)

    def records(self, topic: str) -> list[Incoming]:
        return self.archive.places[topic, 0]

    def take_out(self, topic: str, at: int = 0) -> Incoming:
        """As if it had never been there."""
        return self.records(topic).pop(at)

    def alter(self, topic: str, change: Callable[[dict[str, Any]], None], at: int = 0) -> None:
        """A record with other words in it."""
        record = self.records(topic)[at]
        value = orjson.loads(record.value or b"")
        change(value)
        self.records(topic)[at] = replace(record, value=orjson.dumps(value))

    def again(self, topic: str, at: int = 0) -> None:
        """A record once more at the end."""
        record = self.records(topic)[at]
        self.put(topic, (record.key or b"").decode(), record.value)


def bulletin(number: int, **fields: object) -> dict[str, object]:
    return {"uri": f"u:{number}", "title": f"Bulletin {number}", **fields}
