"""A dead letter: a message that could not be read, whole, with the reason."""

from __future__ import annotations

from pydantic import AwareDatetime, ConfigDict, Field

from schemas.reasons import RefusalReason
from schemas.record import Part, Record

BYTES_AS_BASE64 = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64", val_json_bytes="base64")


class Header(Part):
    """A header of the message as it came."""

    model_config = BYTES_AS_BASE64

    name: str
    value: bytes | None


class DeadLetter(Record):
    """The original bytes stay readable after the source topic has forgotten them."""

    model_config = BYTES_AS_BASE64

    topic: str
    partition: int
    offset: int
    timestamp: AwareDatetime
    reason: RefusalReason
    message: str = Field(description="What is wrong, and where.")
    hint: str = Field(default="", description="The remedy.")
    key: bytes | None
    value: bytes | None = Field(description="The original bytes; the first part of them when `truncated`.")
    truncated: bool = Field(
        default=False, description="True when value, key or headers were too large to be kept whole."
    )
    size_bytes: int = Field(description="Of the original value.")
    sha256: str = Field(description="Of the original value, hexadecimal.")
    headers: tuple[Header, ...] = ()
