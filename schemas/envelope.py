"""A message around its value, as the broker hands it over and takes it: no library's own type."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

LATEST_MS = 253_402_300_799_000  # the last second that a datetime can tell

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]


def moment(timestamp_ms: int) -> datetime:
    """A timestamp as a time; 1970 or 9999 where it lies beyond (a producer may stamp in microseconds)."""
    return datetime.fromtimestamp(min(max(timestamp_ms, 0), LATEST_MS) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as read: its bytes, and where they stand."""

    topic: str  # without the prefix
    partition: int
    offset: int
    timestamp_ms: int  # the record's own, milliseconds since 1970 UTC
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def position(self) -> str:
        """topic/partition/offset."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def received(self) -> datetime:
        """The record's own timestamp."""
        return moment(self.timestamp_ms)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent."""

    topic: str  # without the prefix
    key: bytes
    value: bytes | None  # None is a tombstone
    headers: Headers = field(default=())
    by: bytes | None = None  # what its partition is chosen by; the key where it is None
    partition: int | None = None  # where it is chosen already
