"""Put a message that could not be read aside, with its bytes and the reason."""

from __future__ import annotations

from hashlib import sha256

from schemas.dead_letter import DeadLetter, Header
from schemas.envelope import Incoming
from schemas.reasons import RefusalReason
from workers.errors import Refused

KEPT_OF_TOO_LARGE_BYTES = 65_536
LEAST_OF_A_KEY_BYTES = 1024


def bury(record: Incoming, why: Refused, max_bytes: int) -> DeadLetter:
    """The dead letter of a record.

    A value above `max_bytes` is kept in its first 64 KB and by its hash; so much is kept of a key, and of headers whole
    ones up to that together.
    """
    value, key = record.value, record.key
    headers = _fitting(record, KEPT_OF_TOO_LARGE_BYTES)
    cut = value is not None and len(value) > max_bytes
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.received,
        reason=RefusalReason(why.reason),
        message=why.message,
        hint=why.hint,
        key=key and key[:KEPT_OF_TOO_LARGE_BYTES],
        value=value[:KEPT_OF_TOO_LARGE_BYTES] if value is not None and cut else value,
        truncated=cut or len(headers) < len(record.headers) or len(key or b"") > KEPT_OF_TOO_LARGE_BYTES,
        size_bytes=len(value or b""),
        sha256=sha256(value or b"").hexdigest(),
        headers=headers,
    )


def bare(letter: DeadLetter) -> DeadLetter:
    """The same without what the message held: for a broker that refuses the letter for its size."""
    key = letter.key and letter.key[:LEAST_OF_A_KEY_BYTES]
    return letter.model_copy(update={"key": key, "value": None, "headers": (), "truncated": True})


def is_bare(letter: DeadLetter) -> bool:
    """There is nothing left to leave out."""
    return letter == bare(letter)


def _fitting(record: Incoming, most_bytes: int) -> tuple[Header, ...]:
    kept: list[Header] = []
    for name, content in record.headers:
        most_bytes -= len(name.encode("utf-8", "surrogatepass")) + len(content or b"")
        if most_bytes < 0:
            break
        kept.append(Header(name=name, value=content))
    return tuple(kept)
