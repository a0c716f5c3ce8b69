"""Records whose header names are no UTF-8 are read as well.

The broker takes any bytes for a header's name; aiokafka decodes them as UTF-8 inside `getmany`. Its error takes along
what was fetched of other partitions, names no record, and comes again for ever. No public setting changes that, and
without the record's offset it cannot be stepped over safely: transactions and compaction leave gaps. So aiokafka's
fetcher is given batches that, when its decoder in C fails, are read by its slower one in Python with such bytes written
`\\xNN`. An ordinary batch is read once. Only this file uses what aiokafka does not promise to keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

LENGTH_AT_BYTES = 8  # of a batch: behind its base offset; it counts what stands behind itself
LENGTH_ENDS_BYTES = 12


def read_any() -> None:
    """From now on, for all consumers of this process."""
    fetcher.MemoryRecords = Records


class Records:
    """What a fetch brought of one partition, as aiokafka's MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._records = MemoryRecords(data)
        self._at_bytes = 0

    def has_next(self) -> bool:
        """Is there a whole batch more?"""
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        """All of it."""
        return len(self._data)

    def next_batch(self) -> RecordBatch | None:
        """The next, if there is one."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        begin = self._at_bytes
        (length,) = unpack_from(">i", self._data, begin + LENGTH_AT_BYTES)
        self._at_bytes = begin + LENGTH_ENDS_BYTES + length
        return RecordBatch(batch, memoryview(self._data)[begin : self._at_bytes])


class RecordBatch:
    """aiokafka's batch, and its bytes for a second reading."""

    def __init__(self, batch: Any, data: memoryview) -> None:
        self._batch = batch
        self._data = data
        self._iterator: Iterator[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            for number, record in enumerate(LenientBatch(self._data)):
                if number >= read:
                    yield record

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = iter(self)
        return next(self._iterator)


class LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka has no types
    """Decodes names that are no UTF-8 too."""

    _buffer: Any

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        if not isinstance(self._buffer, LenientBytes):
            self._buffer = LenientBytes(self._buffer)


class LenientBytes(bytearray):
    """Bytes whose parts decode, whatever they are."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return LenientBytes(found) if isinstance(found, bytearray) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        """Never raises."""
        return super().decode(encoding, errors)
