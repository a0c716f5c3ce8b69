"""A TCP proxy on loopback that a test may freeze, slow down, cut, and have forget its connections."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from types import TracebackType
from typing import Self

from tests.services.ports import free_port

CHUNK_BYTES = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Link:
    """One connection through the proxy. A stranded one stays open and silent: its other half is gone."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    stranded: bool = False


class Proxy:
    """Ended with the block. Its own thread carries the bytes; `target` is the port on loopback that they go to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.target = 0
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._passing = asyncio.Event()
        self._passing.set()
        self._delay_s = 0.0
        self._links: set[Link] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def links(self) -> int:
        """Connections that are open now."""
        return len(self._links)

    def freeze(self) -> None:
        """Half-open: connections stay, new ones are taken, and no byte gets through until `thaw`."""
        self._do(self._passing.clear)

    def thaw(self) -> None:
        """What waited goes on its way."""
        self._do(self._passing.set)

    def slow(self, delay_s: float) -> None:
        """Each piece of at most 64 KiB, either way, waits so long; 0 ends it."""
        self._delay_s = delay_s

    def cut(self) -> None:
        """Reset all connections, as a firewall that was restarted."""
        self._do(lambda: self._to_all(_cut))

    def strand(self) -> None:
        """Forget all connections and tell nobody, as a NAT does: they stay open and silent, new ones work."""
        self._do(lambda: self._to_all(_strand))

    def _to_all(self, do: Callable[[Link], None]) -> None:
        for each in list(self._links):
            do(each)

    def _do(self, change: Callable[[], object]) -> None:
        async def changed() -> None:
            change()

        asyncio.run_coroutine_threadsafe(changed(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        writers = list(self._writers)
        for each in writers:
            _reset(each)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *(each.wait_closed() for each in writers), return_exceptions=True)

    async def _connected(self, from_client: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(client)
        try:
            await self._passing.wait()
            from_server, server = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.add(server)
            await self._carry(from_client, from_server, Link(client, server))
            self._writers.discard(server)
        except OSError:
            _reset(client)
        finally:
            self._writers.discard(client)
            self._tasks.discard(task)

    async def _carry(self, from_client: asyncio.StreamReader, from_server: asyncio.StreamReader, link: Link) -> None:
        self._links.add(link)
        try:
            await asyncio.gather(self._pump(from_client, link.server, link), self._pump(from_server, link.client, link))
        finally:
            self._links.discard(link)
            link.client.close()
            link.server.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, link: Link) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                await self._passing.wait()
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                if not link.stranded:
                    sink.write(data)
                    await sink.drain()
        if not link.stranded or sink is link.server:  # the client of a stranded one is not told of its end
            sink.close()


def _strand(link: Link) -> None:
    link.stranded = True


def _cut(link: Link) -> None:
    _reset(link.client)
    _reset(link.server)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
