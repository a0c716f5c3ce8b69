"""How receivers behave, and misbehave: each way is a first word of a path, as in /ok or /drip-head/anything."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

METADATA = "http://169.254.169.254/latest/meta-data/"
LARGE_BYTES, CHUNK_BYTES = 100 * 1024 * 1024, 64 * 1024
DRIP_S = 1.0


@dataclass(frozen=True, slots=True)
class Got:
    """A request as it came."""

    at: datetime
    target: str
    headers: Mapping[str, str]  # names in small letters
    body: bytes
    times: int = 1  # so often has its webhook-id come to this path by now

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The last of each name."""
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(eq=False)
class Wire:
    """The receiver's end of a connection."""

    transport: asyncio.Transport
    writable: asyncio.Event = field(default_factory=asyncio.Event)
    sent_bytes: int = 0
    status: int = 0  # of the last answer

    async def write(self, data: bytes) -> None:
        """Returns when the other side has taken most of it; raises ConnectionResetError when that is gone."""
        if self.transport.is_closing():
            raise ConnectionResetError
        if data.startswith(b"HTTP/1.1 "):
            self.status = int(data[9:12])
        self.transport.write(data)
        self.sent_bytes += len(data)
        await self.writable.wait()

    async def drip(self, data: Iterable[int]) -> None:
        """A byte a second."""
        for byte in data:
            await self.write(bytes([byte]))
            await asyncio.sleep(DRIP_S)

    def close(self) -> None:
        """Hang up, as one does."""
        self.transport.close()

    def reset(self) -> None:
        """Hang up with a reset: what was not read is lost."""
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


Way = Callable[[Wire, Got], Awaitable[None]]


def answer(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"", said_length: int = -1) -> bytes:
    """The bytes of an answer."""
    length = said_length if said_length >= 0 else len(body)
    fields = {} if status == HTTPStatus.NO_CONTENT else {"content-length": str(length)}
    lines = [f"{name}: {value}" for name, value in {**fields, **(headers or {})}.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *lines, "", ""])
    return head.encode() + body


OK = answer(200, body=b"ok")


def fixed(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Way:
    """Always this."""
    data = answer(status, headers, body)

    async def way(wire: Wire, got: Got) -> None:
        await wire.write(data)

    return way


async def never(wire: Wire, got: Got) -> None:
    """Reads all and says nothing."""
    await asyncio.Event().wait()


async def slow(wire: Wire, got: Got) -> None:
    """A good answer after `?ms=`."""
    await asyncio.sleep(float(got.query.get("ms", 1000)) / 1000)
    await wire.write(OK)


async def status(wire: Wire, got: Got) -> None:
    """/status/418"""
    await wire.write(answer(int(got.path.split("/")[2])))


async def stumbling(wire: Wire, got: Got) -> None:
    """Of the events one in `?of=` is answered with `?status=` when it comes first; all others are taken."""
    fails = got.times == 1 and zlib.crc32(got.headers.get("webhook-id", "").encode()) % int(got.query.get("of", 3)) == 0
    await wire.write(answer(int(got.query.get("status", 500))) if fails else OK)


async def echo(wire: Wire, got: Got) -> None:
    """What came comes back."""
    await wire.write(answer(200, body=got.body))


async def drip_head(wire: Wire, got: Got) -> None:
    """A byte a second, from the first."""
    await wire.drip(OK)


async def drip_body(wire: Wire, got: Got) -> None:
    """The head at once, then a byte a second."""
    await wire.write(answer(200, said_length=100_000))
    await wire.drip(b"." * 100_000)


async def large(wire: Wire, got: Got) -> None:
    """100 MB."""
    await wire.write(answer(int(got.query.get("status", 200)), said_length=LARGE_BYTES))
    for _ in range(LARGE_BYTES // CHUNK_BYTES):
        await wire.write(b"x" * CHUNK_BYTES)


async def bomb(wire: Wire, got: Got) -> None:
    """Small, and 100 MB when it is unpacked."""
    packed = gzip.compress(bytes(1024 * 1024)) * (LARGE_BYTES // (1024 * 1024))
    await wire.write(answer(500, {"content-encoding": "gzip"}, packed))


async def to_itself(wire: Wire, got: Got) -> None:
    """Round and round."""
    await wire.write(answer(307, {"location": got.target}))


async def reset_after_body(wire: Wire, got: Got) -> None:
    """Takes all, says nothing, resets."""
    wire.reset()


async def reset_amid_answer(wire: Wire, got: Got) -> None:
    """A head that promises more than comes; `?status=`."""
    await wire.write(answer(int(got.query.get("status", 200)), body=b"the beginning", said_length=1000))
    await asyncio.sleep(0.05)  # a reset at once would take back what is on its way
    wire.reset()


async def hang_up(wire: Wire, got: Got) -> None:
    """Takes all and closes."""
    wire.close()


async def garbage(wire: Wire, got: Got) -> None:
    """No HTTP."""
    await wire.write(b"\x00\xff220 mail.example ESMTP\r\n\r\n" * 4)
    wire.close()


async def huge_headers(wire: Wire, got: Got) -> None:
    """Headers without an end."""
    await wire.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(LARGE_BYTES // CHUNK_BYTES):
        await wire.write(b"x-%d: " % number + b"y" * CHUNK_BYTES + b"\r\n")


async def busy_date(wire: Wire, got: Got) -> None:
    """429 until a minute from now."""
    then = datetime.now(UTC) + timedelta(minutes=1)
    await wire.write(answer(429, {"retry-after": format_datetime(then, usegmt=True)}))


WAYS: dict[str, Way] = {
    "ok": fixed(200, body=b"ok"),
    "created": fixed(201, body=b"{}"),
    "no-content": fixed(204),
    "slow": slow,
    "status": status,
    "stumbling": stumbling,
    "echo": echo,
    "never": never,
    "drip-head": drip_head,
    "drip-body": drip_body,
    "large": large,
    "bomb": bomb,
    "falsely-packed": fixed(200, {"content-encoding": "gzip"}, b"this is no gzip"),
    "to-metadata": fixed(302, {"location": METADATA}),
    "to-itself": to_itself,
    "reset-after-body": reset_after_body,
    "reset-amid-answer": reset_amid_answer,
    "hang-up": hang_up,
    "busy": fixed(429),
    "busy-seconds": fixed(429, {"retry-after": "7"}),
    "busy-date": busy_date,
    "busy-absurd": fixed(429, {"retry-after": "99999999999999999999999999"}),
    "gone": fixed(410),
    "error": fixed(500, body=b"Traceback:\x1b[31m red\x07\n" + b"x" * 5000),
    "unavailable": fixed(503),
    "cookie": fixed(200, {"set-cookie": "session=1; Path=/"}),
    "garbage": garbage,
    "huge-headers": huge_headers,
}
