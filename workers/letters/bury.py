"""Put a message that could not be read aside, with its bytes and the reason."""

from __future__ import annotations

from hashlib import sha256

from schemas.dead_letter import DeadLetter, Header
from schemas.envelope import Incoming
from schemas.reasons import RefusalReason
from workers.errors import Refused

KEPT_OF_TOO_LARGE_BYTES = 65_536


def bury(record: Incoming, why: Refused, max_bytes: int) -> DeadLetter:
    """The dead letter of a record; a value above `max_bytes` is kept in its first 64 KB and by its hash."""
    value = record.value
    truncated = value is not None and len(value) > max_bytes
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.received,
        reason=RefusalReason(why.reason),
        message=why.message,
        hint=why.hint,
        key=record.key,
        value=value[:KEPT_OF_TOO_LARGE_BYTES] if value is not None and truncated else value,
        truncated=truncated,
        size_bytes=len(value or b""),
        sha256=sha256(value or b"").hexdigest(),
        headers=tuple(Header(name=name, value=content) for name, content in record.headers),
    )
