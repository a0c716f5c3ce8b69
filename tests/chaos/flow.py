"""A steady flow of numbered articles, and of whatever else a fault puts in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaError

from tests.acceptance.load import make_articles
from tests.chaos.chains import EMBARGO_S, step

TURN_S = 0.05
TIMEOUT_MS = 3_000
DELIVERY_MS = 60_000  # longer than any outage here: what was handed over arrives
FORGET_AT = 5_000
MAX_BYTES = 20 * 1024 * 1024

COPY_EVERY = 12

Row = dict[str, Any]


def numbered(seed: int, first: int, count: int) -> list[Row]:
    """By their numbers alone: one in eight under a uri that was there before, one in twelve with a neighbour's text.

    One in eleven is a step of a chain: an article that is changed, corrected, taken back or held for a time.
    """
    made = []
    for number in range(first, first + count):
        article = _by_itself(seed, number)
        if number % COPY_EVERY == COPY_EVERY - 1 and "chain" not in article:
            of = _by_itself(seed, number - 1)
            article = {"uri": f"copy:{number}", "title": of["title"], "body": of["body"], "number": number}
        made.append(article)
    return made


def _by_itself(seed: int, number: int) -> Row:
    return step(seed, number) or make_articles(number, 1, seed)[0]


def timed(article: Row, now: datetime) -> Row:
    """With the end of its embargo, if it has one: that is counted from when it is sent."""
    held_s = article.get(EMBARGO_S)
    if held_s is None:
        return article
    return {**article, "embargoed_until": (now + timedelta(seconds=held_s)).isoformat()}


def packed(article: Row, now: datetime) -> tuple[str, bytes]:
    """Its key and its value."""
    return article["uri"], orjson.dumps(timed(article, now))


class Flow:
    """`per_s` articles a second from a thread of its own, by an idempotent producer that outlives a broker's outage.

    `make` makes articles, or what else `pack` can pack: the number of the first, and how many.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        make: Callable[[int, int], Sequence[Row]],
        per_s: int,
        pack: Callable[[Row, datetime], tuple[str, bytes]] = packed,
    ) -> None:
        self._pack = pack
        self._topic = topic
        self._make = make
        self._per_s = per_s
        self._stop = Event()
        self._failures: list[Exception] = []
        self._lock = Lock()
        self._futures: list[Any] = []  # those not yet known to be acknowledged
        self._producer = KafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            linger_ms=5,
            max_request_size=MAX_BYTES,
            request_timeout_ms=TIMEOUT_MS,
            delivery_timeout_ms=DELIVERY_MS,
            max_block_ms=DELIVERY_MS,
            reconnect_backoff_max_ms=500,
        )
        self._thread = Thread(target=self._run, name="flow", daemon=True)
        self.sent = 0
        self.clock_shift_s = 0.0  # of the timestamps that its records get

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def send(self, rows: Sequence[tuple[str, bytes | None]], topic: str | None = None) -> None:
        """Keys and values beside the flow, on `articles` if nothing else is named."""
        stamp = int((time.time() + self.clock_shift_s) * 1000) if self.clock_shift_s else None
        with self._lock:
            for key, value in rows:
                future = self._producer.send(topic or self._topic, value, key.encode(), timestamp_ms=stamp)
                self._futures.append(future)
            if len(self._futures) > FORGET_AT:
                self._futures = [each for each in self._futures if not each.succeeded()]

    def flush(self) -> None:
        """Until the broker has all that was sent."""
        self._producer.flush(DELIVERY_MS / 1000)

    def stop(self) -> int:
        """End it and wait for the broker to have all of it; how many were not acknowledged. Raises what it raised."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._failures:
            raise self._failures[0]
        self.flush()
        return sum(not each.succeeded() for each in self._futures)

    def close(self) -> None:
        """Let go of the connection, whatever waits."""
        self._stop.set()
        self._producer.close(timeout=0.5)

    def _run(self) -> None:
        started_s = time.monotonic()
        try:
            while not self._stop.wait(TURN_S):
                due = int((time.monotonic() - started_s) * self._per_s) - self.sent
                now = datetime.now(UTC)
                self.send([self._pack(each, now) for each in self._make(self.sent, due)])
                self.sent += due
        except (KafkaError, OSError, AssertionError) as exc:
            self._failures.append(exc)
