"""A partition that is taken over is read piece by piece: heartbeats are not held up, however much stands there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from config.settings import load
from schemas.envelope import Incoming
from workers.options_of import options_of
from workers.streams.owner import READ_AT_ONCE, Estate, Owner

PARTITION = TopicPartition("deliveries", 0)
COUNT = 5 * READ_AT_ONCE + 1


class Consumer:
    """Has so many records, and then none."""

    def __init__(self) -> None:
        same = {"topic": "deliveries", "partition": 0, "timestamp": 0, "key": b"", "value": b"", "headers": ()}
        self._records = [SimpleNamespace(offset=at, **same) for at in range(COUNT)]

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, COUNT)

    async def getmany(self, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        records, self._records = self._records, []
        return {PARTITION: records}

    async def position(self, partition: TopicPartition) -> int:
        return COUNT

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        pass


class Reader:
    """An owner of one partition, and what it reads."""

    def __init__(self) -> None:
        self.read: list[list[int]] = []
        self.beats: list[int] = []  # that had been by then
        self.beaten = 0
        self.lives: list[int] = []
        estate = Estate(
            lambda _: None, self._take, lambda partition, _: self.lives.append(partition), self._closed, lambda _: 0
        )
        self.owner = Owner("deliveries", options_of(load(None, {})), estate)
        self.owner._consumer = Consumer()

    def _take(self, partition: int, records: Sequence[Incoming]) -> None:
        self.read.append([each.offset for each in records])
        self.beats.append(self.beaten)

    async def _closed(self, partitions: Sequence[int], patience_s: float) -> None:
        pass

    async def beat(self) -> None:
        while True:
            self.beaten += 1
            await asyncio.sleep(0)


async def test_others_go_on_while_much_is_read() -> None:
    reader = Reader()
    await reader.owner.take_up([PARTITION])
    beats = asyncio.create_task(reader.beat())
    await reader.owner._turn()
    beats.cancel()
    assert [offset for some in reader.read for offset in some] == list(range(COUNT))
    assert max(map(len, reader.read)) <= READ_AT_ONCE
    assert len(set(reader.beats)) == len(reader.read) > 1
    assert reader.lives == [0]


async def test_nothing_more_is_read_of_a_partition_that_has_gone_meanwhile() -> None:
    reader = Reader()
    await reader.owner.take_up([PARTITION])
    turn = asyncio.create_task(reader.owner._turn())
    while not reader.read:
        await asyncio.sleep(0)
    await reader.owner.let_go(1)
    await turn
    assert len(reader.read) < COUNT // READ_AT_ONCE
    assert reader.lives == []


async def test_one_that_the_group_has_not_answered_for_a_session_reads_nothing_until_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, now_s, answers = Reader(), [100.0], [False, True]
    monkeypatch.setattr("workers.streams.owner.time", SimpleNamespace(monotonic=lambda: now_s[0]))
    await reader.owner.take_up([PARTITION])
    now_s[0] += load(None, {}).match.session_timeout_s + 1
    assert not reader.owner.holds()
    await reader.owner._turn()
    assert reader.read == []

    async def answered() -> bool:
        return answers.pop(0)

    beat = reader.owner.watch(answered)
    assert not await beat()
    assert not reader.owner.holds()
    assert await beat()
    assert reader.owner.holds()
    await reader.owner._turn()
    assert reader.read


async def test_one_that_is_not_known_any_more_when_all_is_read_does_not_take_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, now_s = Reader(), [100.0]
    monkeypatch.setattr("workers.streams.owner.time", SimpleNamespace(monotonic=lambda: now_s[0]))
    await reader.owner.take_up([PARTITION])
    turn = asyncio.create_task(reader.owner._turn())
    while not reader.read:
        await asyncio.sleep(0)
    now_s[0] += load(None, {}).match.session_timeout_s + 1
    await turn
    assert reader.lives == []
