"""What is held on the topic, and what stands on others: read by the worker's own parts from a real broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from config.topics import ALERTS, HELD, KILLS
from schemas.envelope import Incoming
from tests.contract.test_outbox import options
from tests.services import witness
from tests.services.kafka import KafkaServer
from workers.embargo import Calendar
from workers.streams.admin import Admin
from workers.streams.holder import Holder
from workers.streams.past import Past

NOW_S = 1_800_000_000.0


class Member:
    """A worker's part, with a clock of its own."""

    def __init__(self, kafka: KafkaServer, prefix: str) -> None:
        self.now_s = NOW_S
        self.calendar = Calendar()
        self.published: list[bytes] = []
        self.holder = Holder(options(kafka.bootstrap, prefix), self.calendar, self._publish, lambda: self.now_s)

    async def _publish(self, records: Sequence[Incoming]) -> None:
        self.published += [record.value or b"" for record in records]

    async def until(self, *values: bytes) -> None:
        """Until just these are published, in whatever order."""
        async with asyncio.timeout(20):
            while sorted(self.published) != sorted(values):
                await asyncio.sleep(0.02)

    async def until_held(self, number: int) -> None:
        """Until it knows of so many, and has read its partitions to their ends."""
        async with asyncio.timeout(20):
            while len(self.calendar) != number or not self.holder._ours or self.holder._ends:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def running(*members: Member) -> AsyncIterator[None]:
    await asyncio.gather(*(member.holder.start() for member in members))
    try:
        yield
    finally:
        await asyncio.gather(*(member.holder.stop() for member in members))


def put(kafka: KafkaServer, prefix: str, *rows: tuple[str, bytes | None, int]) -> None:
    """Articles that are due so many seconds from NOW_S; None lets one go."""
    witness.produce(
        kafka.bootstrap,
        prefix + "held",
        [
            (
                uri.encode(),
                value,
                [] if value is None else [("due-ms", b"%d" % (1000 * (NOW_S + due_s))), ("version", b"1")],
            )
            for uri, value, due_s in rows
        ],
    )


@pytest.fixture
def prefix(kafka: KafkaServer, topic_prefix: str) -> str:
    with Admin(kafka.bootstrap, topic_prefix) as admin:
        admin.create([HELD, KILLS, ALERTS], 3, 1)
    return topic_prefix


async def test_what_is_held_is_published_when_it_is_due_and_once(kafka: KafkaServer, prefix: str) -> None:
    put(kafka, prefix, ("a", b"1", 60), ("b", b"2", 30), ("c", b"3", -5))
    member = Member(kafka, prefix)
    async with running(member):
        await member.until(b"3")
        await member.until_held(2)
        member.now_s += 45
        await member.until(b"3", b"2")
        put(kafka, prefix, ("d", b"4", 40))
        await member.until(b"3", b"2", b"4")
        member.now_s += 45
        await member.until(b"3", b"2", b"4", b"1")
        assert len(member.calendar) == 0


async def test_what_was_let_go_or_replaced_further_on_is_not_published(kafka: KafkaServer, prefix: str) -> None:
    put(kafka, prefix, *((f"u{number}", b"old", -5) for number in range(200)))
    put(kafka, prefix, *((f"u{number}", None, 0) for number in range(199)), ("u199", b"new", -5))
    member = Member(kafka, prefix)
    async with running(member):
        await member.until(b"new")


async def test_partitions_that_move_take_what_they_hold_along(kafka: KafkaServer, prefix: str) -> None:
    put(kafka, prefix, *((f"u{number}", b"%d" % number, 60) for number in range(30)))
    first, second = Member(kafka, prefix), Member(kafka, prefix)
    async with running(first):
        await first.until_held(30)
        async with running(second):
            async with asyncio.timeout(20):
                while not second.holder._ours or len(first.calendar) + len(second.calendar) != 30:
                    await asyncio.sleep(0.02)
            assert 0 < len(second.calendar) < 30
            second.now_s += 61
            due = len(second.calendar)
            async with asyncio.timeout(20):
                while len(second.published) < due:
                    await asyncio.sleep(0.02)
        await first.until_held(30)  # what is not let go on the topic comes back with the partitions
        first.now_s += 61
        await first.until(*(b"%d" % number for number in range(30)))


async def test_hundreds_that_are_due_at_once_are_read_again_and_all_published(kafka: KafkaServer, prefix: str) -> None:
    values = [b"%d" % number * 200 for number in range(750)]
    put(kafka, prefix, *((f"u{number}", value, 10) for number, value in enumerate(values)))
    member = Member(kafka, prefix)
    async with running(member):
        await member.until_held(750)
        member.now_s += 11
        await member.until(*values)


async def test_the_past_is_read_from_a_time_on_to_where_it_ends(kafka: KafkaServer, prefix: str) -> None:
    witness.produce(kafka.bootstrap, prefix + "alerts", [(b"%d" % number, b"old", []) for number in range(50)])
    before_ms = max(record.timestamp_ms for record in witness.read_all(kafka.bootstrap, prefix + "alerts")) + 1
    while time.time() * 1000 <= before_ms + 5:
        await asyncio.sleep(0.001)
    witness.produce(kafka.bootstrap, prefix + "alerts", [(b"%d" % number, b"new", []) for number in range(50)])
    put(kafka, prefix, ("h", b"held", 5))

    async def read(time_ms: int) -> list[bytes]:
        past = Past(options(kafka.bootstrap, prefix))
        return sorted([each.value or b"" async for piece in past.since(("alerts", "held"), time_ms) for each in piece])

    assert await read(0) == [b"held", *([b"new"] * 50), *([b"old"] * 50)]
    assert await read(before_ms) == [b"held", *([b"new"] * 50)]
    assert await read(before_ms + 86_400_000) == []


async def test_there_is_no_past_on_topics_that_are_empty_or_not_there(kafka: KafkaServer, prefix: str) -> None:
    assert [piece async for piece in Past(options(kafka.bootstrap, prefix)).since(("alerts", "gone"), 0)] == []
