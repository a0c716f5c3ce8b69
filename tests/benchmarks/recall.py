"""How long a worker takes to find again on the topic `alerts` who was told, when Redis has lost it.

python -m tests.benchmarks.recall [--quick] [--json FILE] [--save] [--alerts N]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from confluent_kafka import Producer

from config.settings import load
from config.topics import ALERTS, HELD
from schemas.envelope import Incoming, Outgoing
from tests.benchmarks import machine, report
from tests.services.kafka import KafkaServer
from tests.services.missing import Missing
from tests.services.redis import RedisServer
from tests.unit.pipeline_world import RULE, STORY, World
from workers.dedup import Told
from workers.dedup.claims_redis import connect
from workers.dedup.told_memory import MemoryTold
from workers.dedup.told_redis import RedisTold
from workers.options_of import options_of
from workers.recalling import Recalling
from workers.streams.admin import Admin
from workers.streams.past import Past

ALERT_BYTES = 1_500
MANY, FEW = 200_000, 20_000
PARTITIONS = 6
PREFIX = "bench."
MEASURED = """\
A real broker and Redis on the same machine. Reading: what the broker's client hands over. Memory: read, and remembered
in the process. Redis: read, and remembered in Redis, as a worker does after a restart of Redis. CPU: the worker's."""


@dataclass(slots=True)
class Row:
    """One way to read them all."""

    name: str
    alerts: int
    took_s: float
    cpu_s: float

    def told(self) -> list[str]:
        """For people."""
        return [
            self.name,
            f"{self.alerts:,}",
            f"{self.took_s:.1f}",
            f"{self.alerts / self.took_s:,.0f}",
            f"{1e6 * self.cpu_s / self.alerts:,.0f}",
        ]


async def alert() -> Outgoing:
    """As a worker publishes it, with some text besides."""
    short, world = World(RULE), World(RULE)
    await short.run({**STORY, "note": ""})
    await world.run({**STORY, "note": "x" * (ALERT_BYTES - len(short.sent("alerts")[0].value or b""))})
    return world.sent("alerts")[0]


def alerts(pattern: Outgoing, number: int) -> Iterator[Outgoing]:
    """So many, each of an article of its own."""
    value = orjson.loads(pattern.value or b"")
    for at in range(number):
        value["id"] = f"{at:032x}"
        value["article"]["uri"] = uri = f"urn:bench:{at}"
        yield Outgoing(pattern.topic, uri.encode(), orjson.dumps(value), pattern.headers)


def send(bootstrap: str, messages: Iterator[Outgoing]) -> int:
    """Put them on the topic; the bytes of the last one."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 50})
    size = 0
    for each in messages:
        size = len(each.value or b"")
        while True:
            try:
                producer.produce(PREFIX + each.topic, each.value, each.key, headers=list(each.headers))
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()
    return size


class Counted:
    """A past that counts what it hands over."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self.records = 0

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        """As of Past."""
        async for piece in self._past.since(topics, time_ms):
            self.records += len(piece)
            yield piece


async def measure(bootstrap: str, redis_url: str) -> list[Row]:
    """Read all of it in each way."""
    settings = load(
        None, {"WIREWATCH_KAFKA": bootstrap, "WIREWATCH_REDIS": redis_url, "WIREWATCH_TOPIC_PREFIX": PREFIX}
    )
    past = Past(options_of(settings))
    rows = []
    async with connect(redis_url, socket_timeout_s=60) as client:
        ways: dict[str, Told | None] = {
            "reading": None,
            "memory": MemoryTold(lambda: 0, 60_000),
            "Redis": RedisTold(client, "bench:", 60_000, 86_400_000),
        }
        for name, told in ways.items():
            counted = Counted(past)
            began, cpu = time.perf_counter(), time.process_time()
            if told is None:
                async for _ in counted.since(("alerts", "held"), 0):
                    pass
            else:
                await Recalling(told, counted, lambda: None).witness((), 0)
            rows.append(Row(name, counted.records, time.perf_counter() - began, time.process_time() - cpu))
    return rows


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="./run bench recall", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, and rougher")
    parser.add_argument("--json", type=Path, help="the figures as JSON as well")
    parser.add_argument("--save", action="store_true", help="keep table and JSON under docs/benchmarks")
    parser.add_argument("--alerts", type=int, help="how many stand on the topic")
    given = parser.parse_args()
    number = given.alerts or (FEW if given.quick else MANY)
    facts = machine.describe(("aiokafka", "pydantic", "redis", "hiredis"))
    try:
        with KafkaServer() as kafka, RedisServer() as redis:
            with Admin(kafka.bootstrap, PREFIX) as admin:
                admin.create([ALERTS, HELD], PARTITIONS, 1)
            size = send(kafka.bootstrap, alerts(asyncio.run(alert()), number))
            rows = asyncio.run(measure(kafka.bootstrap, redis.url))
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    facts |= {"bytes an alert": f"{size:,}", "partitions": str(PARTITIONS)}
    head = ("who was told", "alerts", "seconds", "alerts/s", "µs CPU an alert")
    text = "\n\n".join(["# Recall", report.facts(facts), MEASURED, report.table(head, [row.told() for row in rows])])
    print(text)
    result = {"machine": facts, "rows": [asdict(row) for row in rows]}
    if given.json:
        report.write_json(given.json, result)
    if given.save:
        report.save("recall", text + "\n", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
