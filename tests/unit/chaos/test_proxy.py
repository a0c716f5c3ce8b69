"""The proxy passes bytes on, and can freeze, slow down, cut and forget connections."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest

from tests.acceptance.house import wait_for
from tests.chaos.proxy import Proxy
from tests.services.ports import free_port

QUIET_S = 0.2  # a byte on loopback needs less


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets; its port."""
    with socket.create_server(("127.0.0.1", free_port())) as server:
        Thread(target=_answer_all, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _answer_all(server: socket.socket) -> None:
    while True:
        try:
            link, _ = server.accept()
        except OSError:
            return
        Thread(target=_answer, args=(link,), daemon=True).start()


def _answer(link: socket.socket) -> None:
    with link, suppress(OSError):
        while data := link.recv(1024):
            link.sendall(data)


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy() as made:
        made.target = echo
        yield made


@pytest.fixture
def link(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as made:
        assert asked(made) == b"hello"
        yield made


def asked(link: socket.socket) -> bytes:
    link.sendall(b"hello")
    return link.recv(1024)


def is_silent(link: socket.socket) -> bool:
    link.settimeout(QUIET_S)
    try:
        link.recv(1024)
    except TimeoutError:
        return True
    finally:
        link.settimeout(10)
    return False


def test_a_frozen_connection_stays_open_and_silent_and_thaws(proxy: Proxy, link: socket.socket) -> None:
    proxy.freeze()
    link.sendall(b"late")
    assert is_silent(link)
    proxy.thaw()
    assert link.recv(1024) == b"late"


def test_a_frozen_proxy_takes_new_connections_and_answers_them_when_it_thaws(proxy: Proxy) -> None:
    proxy.freeze()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as link:
        link.sendall(b"late")
        assert is_silent(link)
        proxy.thaw()
        assert link.recv(1024) == b"late"


def test_a_slow_proxy_delays_each_way(proxy: Proxy, link: socket.socket) -> None:
    proxy.slow(0.1)
    started_s = time.monotonic()
    assert asked(link) == b"hello"
    assert time.monotonic() - started_s >= 0.2


def test_a_cut_connection_is_reset(proxy: Proxy, link: socket.socket) -> None:
    proxy.cut()
    with pytest.raises(ConnectionResetError):
        link.recv(1024)


def test_a_forgotten_connection_is_silent_for_ever_and_a_new_one_works(proxy: Proxy, link: socket.socket) -> None:
    proxy.strand()
    link.sendall(b"lost")
    assert is_silent(link)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as other:
        assert asked(other) == b"hello"


def test_where_nothing_listens_a_connection_is_ended(proxy: Proxy) -> None:
    proxy.target = free_port()
    with suppress(ConnectionResetError), socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as link:
        assert link.recv(1024) == b""


def test_a_forgotten_connection_is_let_go_when_its_client_leaves(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as link:
        assert asked(link) == b"hello"
        proxy.strand()
    wait_for(lambda: not proxy.links, 10)
