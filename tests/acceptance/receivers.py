"""Receivers of webhooks for tests that are not asynchronous: a thread of their own, and the reference verifier."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet
from standardwebhooks import Webhook

from tests.services.receiver import Receiver as Listener
from workers.delivery.seal import Seal
from workers.delivery.sign import make_secret

KEY = Fernet.generate_key().decode()
SECRET = make_secret(lambda size: bytes(range(size)))
WAIT_S = 60


def sealed_secret() -> dict[str, Any]:
    """As it stands in a channel's record."""
    return {"sealed": Seal([KEY]).close(SECRET), "created": datetime.now(UTC).isoformat()}


@dataclass(frozen=True)
class Event:
    """What came, verified by the reference implementation."""

    path: str
    webhook_id: str
    verified: dict[str, Any]


class Receiver:
    """What listens, and all that came."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.port

    def url(self, path: str) -> str:
        """Of a path; the path says how it behaves."""
        return self._listener.url(path)

    def events(self, path: str | None = None) -> list[Event]:
        """In the order they came. Raises where a signature is wrong."""
        return [
            Event(got.path, got.headers["webhook-id"], Webhook(SECRET).verify(got.body, dict(got.headers)))
            for got in list(self._listener.got)
            if path in (None, got.path)
        ]

    def wait_for(self, count: int, path: str | None = None) -> Sequence[Event]:
        """Until so many have come; all that came."""
        until_s = time.monotonic() + WAIT_S
        while len(events := self.events(path)) < count:
            assert time.monotonic() < until_s, f"{len(events)} of {count} events came: {events}"
            time.sleep(0.05)
        return events


@contextmanager
def receiver_at() -> Iterator[Receiver]:
    """One on loopback, as long as it is needed."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listener = Listener()
    try:
        asyncio.run_coroutine_threadsafe(listener.__aenter__(), loop).result(10)
        yield Receiver(listener)
        asyncio.run_coroutine_threadsafe(listener.__aexit__(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
