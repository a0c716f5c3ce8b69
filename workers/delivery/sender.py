"""Hand one request over: the door's protocol, and the words that all senders share."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol

from schemas.delivery import AttemptOutcome

ANSWER_BYTES = 1024  # kept of an answer
ERROR_CHARACTERS = 500
RETRY_AFTER_MOST_S = 86_400.0  # a receiver that asks for more than a day gets a day
BUSY = frozenset({429, 502, 503, 504})
NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: an HTTP POST, or words for an Apprise URL. URLs hold tokens, so that it shows none of its parts."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendLimits:
    """How long an attempt may take."""

    connect_s: float = 5.0  # to find the address, connect, and agree on TLS
    first_byte_s: float = 10.0  # from the request to the answer's first byte, and between any two reads of it
    total_s: float = 15.0  # all of it, the answer's body too


@dataclass(frozen=True, slots=True)
class Answer:
    """How the attempt ended. No field holds a secret, nor the URL."""

    outcome: AttemptOutcome
    took_ms: float
    status: int | None = None  # of the HTTP answer
    retry_after_s: float | None = None
    error: str = ""  # for people
    answer: str = ""  # the beginning of what the receiver said, `ANSWER_BYTES` at most, fit to be shown


class Sender(Protocol):
    """Hands a request over, once. Nothing that the receiver or the network does is raised: it is the answer."""

    async def send(self, request: Request, limits: SendLimits) -> Answer:
        """One attempt, within its limits."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads; no `send` follows."""
        ...


def outcome_of(status: int) -> AttemptOutcome:
    """What an HTTP status means for a delivery: only 2xx is success, a redirect is not followed."""
    if 200 <= status < 300:
        return AttemptOutcome.ACCEPTED
    if status == HTTPStatus.GONE:
        return AttemptOutcome.GONE
    return AttemptOutcome.BUSY if status in BUSY else AttemptOutcome.REJECTED


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """`Retry-After` in seconds from now, 0 to `RETRY_AFTER_MOST_S`; None where there is none that can be read.

    Seconds or an HTTP date: RFC 9110, 10.2.3.
    """
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:20]), RETRY_AFTER_MOST_S)
    try:
        then = parsedate_to_datetime(text)
        seconds = (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_MOST_S)


def shown(body: bytes, most_bytes: int = ANSWER_BYTES) -> str:
    """The beginning of an answer as text for logs and terminals: nothing in it moves a cursor or hides a word."""
    text = body[:most_bytes].decode("utf-8", "replace")
    plain = text if text.isprintable() else "".join(_plain(character) for character in text)
    return plain.encode()[:most_bytes].decode("utf-8", "ignore")


def error_shown(text: str) -> str:
    """An error for people, of one line and bounded."""
    return shown(text.encode("utf-8", "replace"), ERROR_CHARACTERS)


def _plain(character: str) -> str:
    if character in "\r\n\t":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in NOT_SHOWN else character
