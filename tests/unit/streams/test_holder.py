"""The holder takes leave without a crash, and releases what is due piece by piece, however slow its reader is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError

from schemas.envelope import Incoming
from tests.contract.test_outbox import options
from workers.embargo import Calendar
from workers.streams import holder as room
from workers.streams.holder import Holder


async def release(_: Sequence[Incoming]) -> None:
    raise AssertionError("there is nothing to release")


async def test_a_client_that_is_closed_while_articles_are_let_go_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Holder(options("127.0.0.1:1", ""), Calendar(), release)
    begun, closed = asyncio.Event(), asyncio.Event()

    async def once() -> None:
        begun.set()
        await closed.wait()
        raise ConsumerStoppedError

    async def close() -> None:
        closed.set()
        await asyncio.sleep(0)

    monkeypatch.setattr(holder, "_once", once)
    monkeypatch.setattr(holder, "_close", close)
    await holder.start()
    await begun.wait()
    await holder.stop()
    assert not holder.crashed


class Reader:
    """Has articles on one partition, each of ten bytes; hands out one at a time, and none from `stalls_at` on."""

    def __init__(self, offsets: Sequence[int], stalls_at: int | None = None) -> None:
        self._offsets = offsets
        self._at = 0
        self.stalls_at = stalls_at

    def assign(self, _: Sequence[TopicPartition]) -> None:
        """There is one."""

    def seek(self, _: TopicPartition, offset: int) -> None:
        self._at = offset

    async def position(self, _: TopicPartition) -> int:
        return self._at

    async def getmany(self, partition: TopicPartition, **_: object) -> Mapping[TopicPartition, list[ConsumerRecord]]:
        offset = next(each for each in self._offsets if each >= self._at)
        if self.stalls_at is not None and offset >= self.stalls_at:
            await asyncio.Event().wait()
        self._at = offset + 1
        value, key = b"0123456789", b"u%d" % offset
        record = ConsumerRecord(partition.topic, 0, offset, 0, 0, key, value, None, len(key), len(value), ())
        return {partition: [record]}


class World:
    """A holder of one partition, with these due; hands on the offsets that it publishes."""

    def __init__(self, *due: int) -> None:
        self.published: list[int] = []
        self.calendar = Calendar()
        quick = replace(options("127.0.0.1:1", ""), request_timeout_s=0.05)
        self.holder = Holder(quick, self.calendar, self._publish)
        self.holder._ours = {0}
        for offset in due:
            headers = (("due-ms", b"1"), ("version", b"1"))
            self.calendar.read(Incoming("held", 0, offset, 0, b"u%d" % offset, b"x", headers))

    async def _publish(self, records: Sequence[Incoming]) -> None:
        self.published += [each.offset for each in records]


async def test_what_was_read_before_the_reader_stalls_is_published_and_the_rest_stays_due() -> None:
    world, reader = World(1, 3, 5), Reader(range(9), stalls_at=4)
    await world.holder._release(reader)
    assert (world.published, len(world.calendar)) == ([1, 3], 1)
    with pytest.raises(TimeoutError):
        await world.holder._release(reader)
    reader.stalls_at = None
    await world.holder._release(reader)
    assert (world.published, len(world.calendar)) == ([1, 3, 5], 0)


async def test_no_more_bytes_are_in_memory_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PIECE_BYTES", 15)
    world, reader = World(*range(5)), Reader(range(9))
    for together in ([0, 1], [2, 3], [4]):
        world.published.clear()
        await world.holder._release(reader)
        assert world.published == together


async def test_what_compaction_has_taken_is_passed_and_is_due_no_more() -> None:
    world = World(1, 3, 5)
    await world.holder._release(Reader([0, 1, 5, 6]))
    assert (world.published, len(world.calendar)) == ([1, 5], 0)
