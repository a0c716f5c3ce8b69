"""How soon an edit is live: from the broker's acknowledgement of it to the first article that it matches.

An operator replaces the query of one rule by a word that nobody has used before. From the moment of the acknowledgement
on, an article with that word is published every few milliseconds, all to one partition. The first of them that becomes
an alert shows when the edit was live; the time of the alert's own record, when that was known.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.benchmarks.stand import CHANNEL, PREFIX

PROBE_EVERY_S = 0.005
FLOW_EVERY_S = 0.02
TIMEOUT_S = 10.0
RULE_ID = "edited"


class NeverLive(Exception):
    """No probe was matched in time."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, times in milliseconds since its acknowledgement."""

    live_ms: float  # the first matched article was published
    alert_ms: float  # its alert was sent
    probes_before: int  # articles that came too early for it


def measure(bootstrap: str, edits: int) -> list[Edit]:
    """So many edits, one after the other, on the workers that run."""
    with _alerts(bootstrap) as alerts:
        editor = Editor(bootstrap, alerts)
        if edits:
            editor.edit("zqwarm", 1)  # connections, topics' places
        return [editor.edit(f"zq{_letters(number)}", number + 1) for number in range(edits)]


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


class Editor:
    """Writes edits and probes, reads alerts."""

    def __init__(self, bootstrap: str, alerts: Any) -> None:
        self._alerts = alerts
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0, "acks": "all"})
        self._run = uuid4().hex[:8]

    def edit(self, word: str, version: int) -> Edit:
        """Write it, probe until an alert comes."""
        rule = {"id": RULE_ID, "query": word, "version": version, "channels": [CHANNEL], "dedup": "article"}
        self._producer.produce(f"{PREFIX}rules", orjson.dumps(rule), RULE_ID)
        if self._producer.flush(TIMEOUT_S):
            raise NeverLive("the broker does not acknowledge the edit")
        acknowledged = time.time()
        published: dict[str, float] = {}
        while time.time() - acknowledged < TIMEOUT_S:
            began = time.time()
            uri = f"probe:{self._run}:{word}:{len(published)}"
            published[uri] = began
            article = orjson.dumps({"uri": uri, "title": f"The word is {word}"})
            self._producer.produce(f"{PREFIX}articles", article, uri, partition=0)
            self._producer.poll(0)
            for found, alert_ms in self._matched(began + PROBE_EVERY_S):
                if found in published:
                    early = list(published).index(found)
                    self._producer.flush(TIMEOUT_S)
                    return Edit((published[found] - acknowledged) * 1000, alert_ms - acknowledged * 1000, early)
        raise NeverLive(f"edit {version} was not live in {TIMEOUT_S:g} s")

    def _matched(self, until: float) -> Iterator[tuple[str, float]]:
        """Articles of alerts that come up to the given time, and the alerts' own times."""
        while (left := until - time.time()) > 0:
            message = self._alerts.poll(left)
            if message is not None and not message.error():
                alert = orjson.loads(message.value())
                if alert["rule"]["id"] == RULE_ID:
                    yield alert["article"]["uri"], message.timestamp()[1]


@contextmanager
def flowing(bootstrap: str, values: Sequence[bytes], articles_per_s: int) -> Iterator[None]:
    """Meanwhile the articles are published evenly at this rate, again and again, under uris of their own."""
    stopped = threading.Event()
    thread = threading.Thread(target=_flow, args=(bootstrap, values, articles_per_s, stopped), name="flow")
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _flow(bootstrap: str, values: Sequence[bytes], articles_per_s: int, stopped: threading.Event) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0})
    run = uuid4().hex[:8]
    began = time.monotonic()
    sent = 0
    while not stopped.wait(FLOW_EVERY_S):
        while sent < (time.monotonic() - began) * articles_per_s:
            article = orjson.loads(values[sent % len(values)]) | {"uri": f"flow:{run}:{sent}"}
            producer.produce(f"{PREFIX}articles", orjson.dumps(article), article["uri"])
            sent += 1
        producer.poll(0)
    producer.flush()


@contextmanager
def _alerts(bootstrap: str) -> Iterator[Any]:
    """A reader of `alerts` from where it ends now."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"{PREFIX}edits",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 5,
        }
    )
    try:
        partitions = consumer.list_topics(f"{PREFIX}alerts").topics[f"{PREFIX}alerts"].partitions
        consumer.assign([TopicPartition(f"{PREFIX}alerts", each, _end(consumer, each)) for each in partitions])
        yield consumer
    finally:
        consumer.close()


def _end(consumer: Any, partition: int) -> int:
    ends: Sequence[int] = consumer.get_watermark_offsets(TopicPartition(f"{PREFIX}alerts", partition))
    return ends[1]
