"""The name of a header may be any bytes, and neither its record nor a neighbour is lost for it."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from workers.streams.header_names import Records

Headers = list[tuple[str, bytes | None]]
NONE, GZIP = 0, 1


class Bytes(str):
    """A name that is encoded as no UTF-8."""

    def encode(self, *_: object) -> bytes:
        return b"\xff" + str(self)[1:].encode()


def batch(first: int, *headers: Headers, compression: int = NONE) -> bytes:
    """A batch of one record for each list of headers, as a broker keeps it."""
    builder = _DefaultRecordBatchBuilderPy(2, compression, False, -1, -1, -1, 1_000_000)
    for at, each in enumerate(headers):
        builder.append(at, 1_700_000_000_000, b"k", b"value %d" % (first + at), each)
    data = bytearray(builder.build())
    data[:8] = first.to_bytes(8, "big")  # the base offset is the broker's, outside of the checksum
    return bytes(data)


def read(data: bytes, position: int = 0) -> list[Any]:
    """As aiokafka's fetcher does, checksums included."""
    partition = TopicPartition("articles", 0)
    return list(PartitionRecords(partition, Records(data), [], position, None, None, True, 0))


@pytest.mark.parametrize("compression", [NONE, GZIP], ids=["plain", "gzip"])
@pytest.mark.parametrize("at", [0, 1, 2], ids=["first", "between", "last"])
def test_a_name_that_is_no_utf8_is_told_in_escapes_and_its_neighbours_come_too(at: int, compression: int) -> None:
    headers: list[Headers] = [[], [("trace", b"1")], [("no value", None)]]
    headers[at] = [("good", b"g"), (Bytes("x-name"), b"v")]
    data = batch(0, *headers, compression=compression) + batch(3, [("trace", b"2")])
    records = read(data)
    assert [(each.offset, each.value) for each in records] == [(n, b"value %d" % n) for n in range(4)]
    headers[at][1] = ("\\xff-name", b"v")
    assert [list(each.headers) for each in records] == [*headers, [("trace", b"2")]]


def test_reading_goes_on_at_a_position_within_such_a_batch() -> None:
    data = batch(5, [], [(Bytes("x"), b"v")], [])
    assert [each.offset for each in read(data, position=6)] == [6, 7]


def test_names_that_are_utf8_stay_as_they_are() -> None:
    assert [list(each.headers) for each in read(batch(0, [("größe", b"v")]))] == [[("größe", b"v")]]
