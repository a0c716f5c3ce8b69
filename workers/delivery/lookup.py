"""Ask for the addresses of a host, so that slow name servers of some hosts do not hold up those of others.

The event loop would ask in its own few threads: six hosts whose name servers do not answer would stop all others.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from workers.delivery.apart import apart

THREADS = 64  # so many hosts are asked for at once

Answers = list[tuple[str, int, socket.AddressFamily]]
Ask = Callable[[str, int, socket.AddressFamily], Answers]


def ask_the_system(host: str, port: int, family: socket.AddressFamily) -> Answers:
    """Addresses, ports and families from the system's resolver. Blocks; raises OSError."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
    return [(str(address[0]), port, kind) for kind, _, _, _, address in infos]


@dataclass
class Lookup:
    """Asks with a bound on how many questions are open: a thread each, until it is answered."""

    ask: Ask = ask_the_system
    threads: int = THREADS

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.threads)

    async def find(self, host: str, port: int, family: socket.AddressFamily) -> Answers:
        """What `ask` answers; raises what it raises."""
        await self._free.acquire()
        return await apart(lambda: self.ask(host, port, family), self._free.release)
