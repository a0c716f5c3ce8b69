"""aiokafka's records as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Incoming

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


def incoming(record: ConsumerRecord[bytes | None, bytes | None], topic: str) -> Incoming:
    """The record under its topic's name without the prefix."""
    return Incoming(
        topic=topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )
