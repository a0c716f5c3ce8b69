"""Stretches are given whole, whatever a broker answers: too little, nothing, with gaps, in any order of partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from workers.errors import Unavailable
from workers.streams.stretches import Stretch, StretchReader

A, B = TopicPartition("t.news", 0), TopicPartition("t.news", 1)
PLACES = {A: ("news", 0), B: ("news", 1)}
TIMEOUT_S = 0.5


@dataclass(frozen=True)
class Record:
    """As aiokafka has it."""

    topic: str
    partition: int
    offset: int
    timestamp: int = 0
    key: bytes | None = None
    value: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()


class Broker:
    """A consumer whose answers go by turns, and are whole when there are no more turns.

    `jump`: none of what there is, and a position behind it. `again`: also what was given last.
    """

    def __init__(self, logs: Mapping[TopicPartition, Sequence[int]], turns: Sequence[str] = ()) -> None:
        self.logs = {partition: list(offsets) for partition, offsets in logs.items()}
        self.highwaters: dict[TopicPartition, int] = {}
        self.positions = dict.fromkeys(logs, 0)
        self.begins = dict.fromkeys(logs, 0)
        self.grow = 0  # so many records are written behind each answer
        self._turns = list(turns)
        self.answers = 0

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int) -> dict[TopicPartition, list[Record]]:
        del timeout_ms
        await asyncio.sleep(0)
        self.answers += 1
        turn = self._turns.pop(0) if self._turns else "whole"
        if turn == "out of range":
            raise OffsetOutOfRangeError({partition: self.positions[partition] for partition in partitions})
        found = {}
        for partition in reversed(partitions):
            self.highwaters[partition] = self.logs[partition][-1] + 1
            offsets = self._answer(turn, partition)
            if offsets:
                found[partition] = [Record(partition.topic, partition.partition, each) for each in offsets]
                self.positions[partition] = offsets[-1] + 1
            self.logs[partition] += range(self.logs[partition][-1] + 1, self.logs[partition][-1] + 1 + self.grow)
        return found

    def _answer(self, turn: str, partition: TopicPartition) -> list[int]:
        there = [each for each in self.logs[partition] if each >= self.positions[partition]]
        if turn == "jump" and there:
            self.positions[partition] = there[-1] + 1
        again = [each for each in self.logs[partition] if each < self.positions[partition]][-1:]
        return {
            "whole": there,
            "short": there[:1],
            "empty": [],
            "jump": [],
            "lacking the first": there[1:],
            "lacking amid": there[:1] + there[2:],
            "again": again + there,
        }[turn]

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.positions[partition] = offset

    async def position(self, partition: TopicPartition) -> int:
        return self.positions[partition]

    def highwater(self, partition: TopicPartition) -> int | None:
        return self.highwaters.get(partition)

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self.begins[partition] for partition in partitions}


def reader_of(broker: Broker, ends: Mapping[TopicPartition, int], begin: int = 0) -> StretchReader:
    stretches = [Stretch(each.topic, each.partition, begin, end) for each, end in ends.items()]
    reader = StretchReader("nowhere", "t.", stretches, TIMEOUT_S)
    consumer: Any = broker
    reader._consumer = consumer
    return reader


def read(broker: Broker, ends: Mapping[TopicPartition, int], begin: int = 0) -> dict[TopicPartition, list[int]]:
    """The offsets of each, in the order in which they are given."""
    reader = reader_of(broker, ends, begin)

    async def run() -> dict[TopicPartition, list[int]]:
        given: dict[TopicPartition, list[int]] = {each: [] for each in ends}
        while waiting := [PLACES[each] for each in ends if not reader.at_end(PLACES[each])]:
            for record in await reader.fetch(waiting):
                given[TopicPartition("t." + record.topic, record.partition)].append(record.offset)
        return given

    return asyncio.run(run())


TURNS = [
    pytest.param(["short"] * 20, id="one by one"),
    pytest.param(["empty"] * 5, id="nothing at first"),
    pytest.param(["short", "empty", "empty", "short", "empty"], id="nothing in the midst"),
    pytest.param(["lacking the first"], id="without its first record"),
    pytest.param(["short", "lacking the first", "empty", "short"], id="without its first record, then nothing"),
    pytest.param(["lacking amid"], id="without one amid"),
    pytest.param(["jump"], id="a position at the end and no record"),
    pytest.param(["short", "jump", "short", "jump"], id="a position at the end and no record, again and again"),
    pytest.param(["short", "again", "again"], id="what was given already"),
]


@pytest.mark.parametrize("turns", TURNS)
def test_every_record_is_given_once_and_in_order_whatever_an_answer_lacks(turns: list[str]) -> None:
    logs = {A: range(6), B: range(4)}
    assert read(Broker(logs, turns), {A: 6, B: 4}) == {A: list(range(6)), B: list(range(4))}


@pytest.mark.parametrize("turns", TURNS)
def test_gaps_of_compaction_are_passed_over_once_two_answers_running_have_them(turns: list[str]) -> None:
    logs = {A: [2, 3, 7, 9], B: [0, 5]}
    assert read(Broker(logs, turns), {A: 10, B: 6}) == {A: [2, 3, 7, 9], B: [0, 5]}


def test_gaps_at_the_end_of_a_stretch_do_not_keep_its_reader() -> None:
    broker = Broker({A: [0, 1]}, ["whole", "whole"])
    reader = reader_of(broker, {A: 4})

    async def run() -> None:
        assert len(await reader.fetch([PLACES[A]])) == 2
        broker.logs[A] = [0, 1, 9]
        assert not reader.at_end(PLACES[A])
        assert await reader.fetch([PLACES[A]]) == []
        assert reader.at_end(PLACES[A])

    asyncio.run(run())


@pytest.mark.parametrize("turns", TURNS)
def test_where_the_end_was_told_too_early_the_answer_tells_it(turns: list[str]) -> None:
    assert read(Broker({A: range(6), B: range(4)}, turns), {A: 1, B: 3}) == {A: list(range(6)), B: list(range(4))}


def test_who_writes_on_does_not_keep_the_reader() -> None:
    broker = Broker({A: range(6)}, ["short"] * 50)
    broker.grow = 3
    assert read(broker, {A: 4}) == {A: list(range(6))}


def test_of_a_stretch_that_ends_where_it_begins_nothing_is_read() -> None:
    assert read(Broker({A: range(6)}), {A: 3}, begin=3) == {A: []}


def test_nothing_before_the_end_is_no_end() -> None:
    with pytest.raises(Unavailable, match=r"nothing came for 0\.5 s"):
        read(Broker({A: range(6)}, ["short"] + ["empty"] * 1_000_000), {A: 6})


def test_what_was_deleted_before_it_was_read_is_passed_over() -> None:
    broker = Broker({A: range(3, 6)}, ["out of range"])
    broker.begins[A] = 3
    assert read(broker, {A: 6}) == {A: [3, 4, 5]}


def test_a_topic_that_was_made_anew_meanwhile_is_not_read_on() -> None:
    with pytest.raises(Unavailable, match="cut or made anew"):
        read(Broker({A: range(6)}, ["short", "out of range"]), {A: 6})
