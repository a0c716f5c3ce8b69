"""Hosts are asked for apart: one whose name server does not answer holds up no other, and threads are bounded."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from workers.delivery.apart import apart
from workers.delivery.lookup import Answers, Lookup


class NameServer:
    """Answers for hosts that begin with `slow` only when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked: list[str] = []
        self.lock = threading.Lock()

    def __call__(self, host: str, port: int, family: socket.AddressFamily) -> Answers:
        with self.lock:
            self.asked.append(host)
        if host.startswith("slow"):
            self.let.wait(60)
        if host == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [("192.0.2.1", port, socket.AF_INET)]


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.let.set()


async def until_asked(names: NameServer, count: int) -> None:
    while len(names.asked) < count:
        await asyncio.sleep(0)


async def test_a_host_whose_name_server_is_silent_holds_up_no_other(names: NameServer) -> None:
    lookup = Lookup(names, threads=3)
    silent = [asyncio.ensure_future(lookup.find(f"slow{each}", 443, socket.AF_UNSPEC)) for each in range(2)]
    await until_asked(names, 2)
    for _ in range(5):
        assert await lookup.find("quick", 443, socket.AF_UNSPEC) == [("192.0.2.1", 443, socket.AF_INET)]
    assert [each.done() for each in silent] == [False, False]
    names.let.set()
    assert await asyncio.gather(*silent) == [[("192.0.2.1", 443, socket.AF_INET)]] * 2


async def test_a_question_that_nobody_waits_for_keeps_its_thread_until_it_is_answered(names: NameServer) -> None:
    lookup = Lookup(names, threads=1)
    silent = asyncio.ensure_future(lookup.find("slow", 443, socket.AF_UNSPEC))
    await until_asked(names, 1)
    silent.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await silent
    next_one = asyncio.ensure_future(lookup.find("quick", 443, socket.AF_UNSPEC))
    await asyncio.sleep(0)
    assert names.asked == ["slow"]
    names.let.set()
    assert await next_one
    assert names.asked == ["slow", "quick"]


async def test_a_host_that_is_not_known_is_an_error_and_frees_its_thread(names: NameServer) -> None:
    lookup = Lookup(names, threads=1)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await lookup.find("unknown", 443, socket.AF_UNSPEC)


async def test_a_machine_without_threads_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    finished: list[int] = []
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(OSError, match="no thread"):
        apart(lambda: 1, lambda: finished.append(1))
    assert finished == [1]


async def test_a_thread_that_outlives_its_loop_disturbs_nobody() -> None:
    before = set(threading.enumerate())
    started, let, ended = threading.Event(), threading.Event(), threading.Event()

    def stay() -> None:
        started.set()
        let.wait(60)

    async def leave() -> None:
        apart(stay, ended.set)

    another = threading.Thread(target=lambda: asyncio.run(leave()))
    another.start()
    another.join()
    assert started.wait(60)
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon
    let.set()
    thread.join(60)
    assert not thread.is_alive()
    assert not ended.is_set()
