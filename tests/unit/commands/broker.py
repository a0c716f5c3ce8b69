"""A broker in memory for commands, with a worker that answers as it is told, and records to put on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from cryptography.fernet import Fernet

from schemas.decision import Decision
from schemas.delivery import Delivery, DeliveryState, EndpointHealth, Notification
from schemas.envelope import Incoming, Outgoing
from schemas.topic import Topic
from workers.courier import outgoing
from workers.streams.archive import MemoryArchive

KEY = Fernet.generate_key().decode()
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
MODULES = ("channels", "steering", "trial", "deliveries", "silences", "inhibitions", "channels_explain", "rules")


class Broker(AbstractContextManager["Broker"]):
    """What commands find behind `kafka_of` and `archive_of`. Each record comes a second after the one before."""

    def __init__(self) -> None:
        self.archive = MemoryArchive()
        for topic in ("rules", "lists", "channels", "silences", "inhibitions", "alerts", "decisions", "deliveries"):
            self.archive.make(topic)
        self.sent: list[Outgoing] = []
        self.now = START
        self.workers: int | None = 1
        self.replies: Callable[[Notification], Sequence[Delivery]] = lambda _: ()

    def __exit__(self, *_: object) -> None:
        """It stays open."""

    def put(self, message: Outgoing) -> Incoming:
        """A record that stands there."""
        self.now += timedelta(seconds=1)
        place = (message.topic, 0)
        offset = len(self.archive.places.get(place, ()))
        at_ms = int(self.now.timestamp() * 1000)
        record = Incoming(message.topic, 0, offset, at_ms, message.key, message.value, message.headers)
        self.archive.put(record)
        return record

    def tell(self, *records: Notification | Delivery | EndpointHealth | Decision) -> None:
        """What a deliver worker writes."""
        for each in records:
            self.put(outgoing(each))

    def keep(self, topic: str, *records: Mapping[str, Any]) -> None:
        """On a compacted topic."""
        for each in records:
            self.put(Outgoing(topic, str(each["id"]).encode(), orjson.dumps(each)))

    def latest(self, topic: str, key: str) -> Any:
        """The value that holds now."""
        values = [each.value for each in self.archive.places[topic, 0] if each.key == key.encode()]
        return orjson.loads(values[-1]) if values[-1] else None

    def create(self, topics: Sequence[Topic], partitions: int, replication: int) -> list[str]:
        """Those that are not there."""
        made = [topic.name for topic in topics if topic.name not in self.archive.topics()]
        for name in made:
            self.archive.make(name)
        return made

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[int, Mapping[str, str]]]:
        """As they should be."""
        return {name: (1, {"cleanup.policy": "compact"}) for name in topics}

    def read(self, topic: str) -> list[Incoming]:
        """All that stands there."""
        return list(self.archive.places[topic, 0])

    def history(self, topics: Sequence[str], since_ms: int) -> Iterator[Incoming]:
        """In the order of time."""
        yield from self.archive.history(topics, since_ms)

    def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """What the group has said."""
        return self.archive.committed(group, topic)

    def members(self, group: str) -> int | None:
        """So many workers run."""
        return self.workers

    def send(self, messages: Sequence[Outgoing]) -> None:
        """It stands there, and the worker answers."""
        self.sent += messages
        for each in messages:
            self.put(each)

    def answers(self, topic: str, ask: Callable[[], None], stop: Callable[[], bool]) -> Iterator[Incoming]:
        """What the worker writes to what is sent, and then nothing more."""
        before = len(self.sent)
        ask()
        asked = [Notification.model_validate_json(each.value or b"") for each in self.sent[before:]]
        for reply in (reply for each in asked for reply in self.replies(each)):
            if stop():
                return
            yield self.put(outgoing(reply))


def delivery(of: Notification, endpoint: str, state: str, **fields: Any) -> Delivery:
    """What became of a notification at an endpoint."""
    return Delivery(
        notification=of.id,
        type=of.type,
        channel=of.channel,
        endpoint=endpoint,
        alerts=tuple(each.id for each in of.alerts),
        state=DeliveryState(state),
        replay=of.replay,
        **fields,
    )
