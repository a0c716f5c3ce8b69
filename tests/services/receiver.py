"""A receiver of webhooks that behaves as the path says, well or badly, and remembers what it got.

In a test: `async with Receiver() as receiver`, then `receiver.url("/never")`. As a process:
`python -m tests.services.receiver --port 0`, which prints its port. `GET /_got` has the counts by path as JSON, and
`GET /_ids` how often each `webhook-id` came, by path (not with `--count-only`), and `GET /_account` all that came, by
path and in its order: `[webhook-id, status of the answer, CRC-32 of the body]`. Ways are in receiver_ways.py, and two
more are here, since they do not wait for the request's body: /deaf reads no further, /reset-at-once resets there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import ssl
import tempfile
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from tests.services.receiver_ways import OK, WAYS, Got, Wire, answer

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Receiver:
    """Listens on the loopback interface."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    count_only: bool = False  # keeps counts alone, and no request: for many
    no_requests: bool = False  # keeps all but the requests themselves
    host: str = "127.0.0.1"
    got: list[Got] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    ids: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    account: defaultdict[str, list[list[Any]]] = field(default_factory=lambda: defaultdict(list))
    connections: int = 0  # accepted so far
    wires: set[Wire] = field(default_factory=set)  # open now
    sent_bytes: int = 0
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self.host, self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for wire in tuple(self.wires):
            wire.transport.abort()
        async with self.came:
            await self.came.wait_for(lambda: not self.wires)

    def url(self, path: str, host: str = "") -> str:
        """Of a path here."""
        return f"{'https' if self.tls else 'http'}://{host or self.host}:{self.port}{path}"

    async def wait_for(self, count: int, path: str) -> None:
        """Until so many requests to the path have come."""
        async with self.came:
            await self.came.wait_for(lambda: self.counts[path] >= count)

    def bodies(self, path: str) -> list[bytes]:
        """Of the requests to the path, in the order they came."""
        return [each.body for each in self.got if each.path == path]

    def remember(self, got: Got) -> tuple[Got, list[Any]]:
        """One more request: the same, and its line in the account, where the status of the answer is to be written."""
        self.counts[got.path] += 1
        webhook_id = got.headers.get("webhook-id", "")
        line = [webhook_id, 0, zlib.crc32(got.body)]
        if webhook_id:
            self.ids[got.path][webhook_id] += 1
            self.account[got.path].append(line)
            got = replace(got, times=self.ids[got.path][webhook_id])
        if not self.count_only and not self.no_requests:
            self.got.append(got)
        return got, line

    def report(self, path: str) -> bytes | None:
        """The answer to a question about what came."""
        found = {"/_got": self.counts, "/_ids": self.ids, "/_account": self.account}.get(path)
        return None if found is None else answer(200, {"content-type": "application/json"}, json.dumps(found).encode())

    async def tell(self) -> None:
        """Those who wait for requests, or for the end of connections, look again."""
        async with self.came:
            self.came.notify_all()


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = Wire(cast("asyncio.Transport", transport))
        self._wire.writable.set()
        self._receiver.connections += 1
        self._receiver.wires.add(self._wire)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.writable.set()
        self._receiver.wires.discard(self._wire)
        self._receiver.sent_bytes += self._wire.sent_bytes
        if self._task:
            self._task.cancel()
        self._tell = asyncio.ensure_future(self._receiver.tell())

    def pause_writing(self) -> None:
        self._wire.writable.clear()

    def resume_writing(self) -> None:
        self._wire.writable.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None or self._task.done():
            self._next()

    def _next(self) -> None:
        """Answer as many requests as are whole; what needs time goes on by itself."""
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0 and not self._wire.transport.is_closing():
            target = self._buffer.split(b" ", 2)[1].decode("latin-1")
            way = target.lstrip("/").partition("?")[0].partition("/")[0]
            if way == "deaf":
                self._wire.transport.pause_reading()
                return
            if way == "reset-at-once":
                self._wire.reset()
                return
            length = LENGTH.search(self._buffer, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            got = self._read(target, end, whole)
            del self._buffer[:whole]
            if not self._answered(got, way):
                return

    def _read(self, target: str, end: int, whole: int) -> Got:
        if self._receiver.count_only:
            return Got(datetime.now(UTC), target, {}, b"")
        lines = self._buffer[:end].decode("latin-1").split("\r\n")[1:]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Got(datetime.now(UTC), target, headers, bytes(self._buffer[end + 4 : whole]))

    def _answered(self, got: Got, way: str) -> bool:
        """Is the next request's turn?"""
        report = self._receiver.report(got.path)
        if report is not None:
            self._wire.transport.write(report)
            return True
        got, line = self._receiver.remember(got)
        if not self._receiver.count_only:
            self._tell = asyncio.ensure_future(self._receiver.tell())
        if way == "ok":
            self._wire.transport.write(OK)
            line[1] = 200
            return True
        self._task = asyncio.ensure_future(self._behave(got, way, line))
        return False

    async def _behave(self, got: Got, way: str, line: list[Any]) -> None:
        try:
            await (WAYS[way](self._wire, got) if way in WAYS else self._wire.write(answer(404)))
        except ConnectionError:
            return  # the sender has had enough
        line[1] = self._wire.status
        asyncio.get_running_loop().call_soon(self._next)


async def _serve(options: argparse.Namespace, tls: ssl.SSLContext | None) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with Receiver(options.port, tls, options.count_only, options.no_requests, options.host) as receiver:
        print(receiver.port, flush=True)
        await stop.wait()


def main() -> None:
    """The command."""
    from tests.services.certificates import KINDS, Authority

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free; it is printed")
    parser.add_argument("--count-only", action="store_true", help="keep no request")
    parser.add_argument("--no-requests", action="store_true", help="keep the account, and no request")
    parser.add_argument("--tls", choices=KINDS, help="with such a certificate")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tls = Authority(Path(folder)).context(options.tls) if options.tls else None
        asyncio.run(_serve(options, tls))


if __name__ == "__main__":
    main()
