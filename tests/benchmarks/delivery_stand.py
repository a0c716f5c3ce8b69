"""The test stand of delivery: topics of its own for each run, receivers, the worker and the plain loop."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from config.topics import CATALOGUE
from schemas.alert import Alert
from schemas.channel import Channel
from tests.benchmarks import delivery_stock
from tests.benchmarks.contestant import Contestant
from tests.services import witness
from workers.streams.admin import Admin

PARTITIONS = 4
LOOK_S = 0.05
START_S = 90.0
TIMEOUT_S = 600.0


class WrongOutput(Exception):
    """Not every alert reached every endpoint once."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run showed."""

    per_s: float
    cpu_us: float  # a delivery
    peak_bytes: int
    measured_s: float


class Field:
    """Topics of one run."""

    def __init__(self, bootstrap: str, redis_url: str, folder: Path, ports: Sequence[int]) -> None:
        self.prefix = f"bench-{uuid4().hex[:8]}."
        self._bootstrap = bootstrap
        self._redis_url = redis_url
        self._folder = folder
        self._ports = ports
        self._producer = Producer(
            {"bootstrap.servers": bootstrap, "linger.ms": 5, "partitioner": "murmur2_random", "log_level": 0}
        )
        with Admin(bootstrap, self.prefix) as admin:
            admin.create(list(CATALOGUE), PARTITIONS, 1)

    def put(self, *channels: Channel) -> None:
        """Their records."""
        for channel in channels:
            self._producer.produce(f"{self.prefix}channels", channel.model_dump_json(), channel.id)
        self._producer.flush()

    def alert(self, *alerts: Alert) -> None:
        """On to `alerts`, acknowledged."""
        for alert in alerts:
            self._producer.produce(f"{self.prefix}alerts", alert.model_dump_json(), alert.rule.id)
        self._producer.flush()

    def alerted_ms(self) -> dict[str, int]:
        """Of each alert's record the timestamp, by id."""
        records = witness.read_all(self._bootstrap, f"{self.prefix}alerts")
        return {orjson.loads(each.value)["id"]: each.timestamp_ms for each in records}

    def worker(self) -> Contestant:
        """The deliver worker with its default settings, but that it may send to loopback."""
        environment = {
            **delivery_stock.settings(self._ports),
            "WIREWATCH_KAFKA": self._bootstrap,
            "WIREWATCH_REDIS": self._redis_url,
            "WIREWATCH_TOPIC_PREFIX": self.prefix,
        }
        return Contestant(("workers", "run", "deliver"), environment, self._folder / f"{self.prefix}log")

    def wait_for(self, records: int, worker: Contestant) -> None:
        """Until so many stand on `deliveries`; the worker's CPU is noted meanwhile. Raises Died, WrongOutput."""
        consumer = Consumer({"bootstrap.servers": self._bootstrap, "group.id": "bench", "log_level": 0})
        topic, until_s = f"{self.prefix}deliveries", time.monotonic() + TIMEOUT_S
        try:
            while (found := self._count(consumer, topic)) < records:
                worker.look()
                if time.monotonic() > until_s:
                    raise WrongOutput(f"{found} of {records} records stand on deliveries after {TIMEOUT_S:g} s")
                time.sleep(LOOK_S)
        finally:
            consumer.close()
        worker.look()

    @staticmethod
    def _count(consumer: Consumer, topic: str) -> int:
        return sum(consumer.get_watermark_offsets(TopicPartition(topic, each))[1] for each in range(PARTITIONS))

    def delivered_ms(self, pairs: int) -> list[int]:
        """When the record of each delivery was written. Raises WrongOutput."""
        times: list[int] = []
        counts: Counter[tuple[str, str]] = Counter()
        for record in witness.read_all(self._bootstrap, f"{self.prefix}deliveries"):
            told = orjson.loads(record.value or b"{}")  # an epoch's beginning has none
            if told.get("record") == "delivery":
                times.append(record.timestamp_ms)
                counts[told["notification"], told["endpoint"]] += told["state"] == "delivered"
        if len(counts) != pairs or set(counts.values()) != {1}:
            raise WrongOutput(f"{counts.total()} times delivered, {len(counts)} pairs; there are {pairs}")
        return sorted(times)


def run_ours(field: Field, alerts: int, urls: Sequence[str], concurrency: int) -> Run:
    """The alerts stand on their topic before the worker starts; the clock runs from its first outcome to its last."""
    field.put(delivery_stock.channel("desk", urls, concurrency))
    field.alert(*delivery_stock.alerts(alerts, ["desk"]))
    worker = field.worker()
    worker.start()
    try:
        field.wait_for(alerts * (1 + len(urls)), worker)
        times = field.delivered_ms(alerts * len(urls))
        return _run(worker, times[0], times[-1], len(times))
    finally:
        worker.stop()


def run_plain(folder: Path, base: str, alerts: int, endpoints: int, at_once: int) -> Run:
    """The plain loop, to the same receiver."""
    log = folder / "plain.log"
    options = (f"--base={base}", f"--alerts={alerts}", f"--endpoints={endpoints}", f"--at-once={at_once}")
    plain = Contestant(("tests.benchmarks.rival_aiohttp", *options), {}, log)
    plain.start()
    try:
        plain.wait_logged('"count"', TIMEOUT_S)
        told = orjson.loads(log.read_bytes())
        return _run(plain, round(told["first_s"] * 1000), round(told["last_s"] * 1000), told["count"])
    finally:
        plain.stop()


def _run(contestant: Contestant, first_ms: int, last_ms: int, count: int) -> Run:
    return Run(
        per_s=(count - 1) * 1000 / max(last_ms - first_ms, 1),
        cpu_us=contestant.cpu_s(first_ms, last_ms) / count * 1e6,
        peak_bytes=contestant.peak_bytes(),
        measured_s=(last_ms - first_ms) / 1000,
    )


@contextmanager
def receiver(folder: Path, name: str) -> Iterator[int]:
    """A process that listens and counts; its port."""
    process = Contestant(("tests.services.receiver", "--count-only"), {}, folder / f"{name}.log")
    process.start()
    try:
        process.wait_logged("\n", START_S)
        yield int(process.log.read_text())
    finally:
        process.stop()
