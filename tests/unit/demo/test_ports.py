"""A server gets a free port, another one where that was taken meanwhile; what does not start says why."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from workers.demo import ports
from workers.demo.child import Child
from workers.demo.ports import HOST, accepts, asks, free_port, serve
from workers.errors import Unavailable

SERVER = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    while True:
        connection, _ = server.accept()
        connection.close()
"""


class Servers:
    """Starts servers and ends them with the test."""

    def __init__(self, folder: Path, code: str = SERVER) -> None:
        self._folder = folder
        self._code = code
        self.started: list[Child] = []

    def start(self, port: int) -> Child:
        log = self._folder / f"{len(self.started)}.log"
        child = Child("server", [sys.executable, "-c", self._code, str(port)], log, {}, self._folder)
        self.started.append(child)
        return child

    def close(self) -> None:
        for child in self.started:
            child.stop()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    made = Servers(tmp_path)
    yield made
    made.close()


def test_a_server_answers_on_the_port_that_is_returned(servers: Servers) -> None:
    assert accepts(serve(servers.start, accepts))
    assert len(servers.started) == 1


def test_a_port_taken_meanwhile_is_left_for_another(servers: Servers) -> None:
    with socket.create_server((HOST, 0)) as other:
        taken, free = other.getsockname()[1], free_port()
        choices = chain([taken], repeat(free))
        port = serve(servers.start, lambda port: port == free and accepts(port), lambda: next(choices))
    assert port == free
    assert [child.ended for child in servers.started] == [True, False]


def test_a_server_that_never_starts_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    servers = Servers(tmp_path, "import sys; sys.exit('no room left')")
    with pytest.raises(Unavailable, match=r"server ended by itself with code 1(.|\n)*no room left"):
        serve(servers.start, accepts)
    assert len(servers.started) == ports.ATTEMPTS


def test_a_server_that_does_not_answer_is_stopped(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "START_S", 0.2)
    with pytest.raises(Unavailable, match="server does not answer on"):
        serve(servers.start, lambda port: False)
    assert all(child.ended for child in servers.started)


def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="server does not start: /no/such/program"):
        Child("server", ["/no/such/program"], tmp_path / "log", {}, tmp_path)


def test_a_server_of_another_kind_does_not_give_the_answer(servers: Servers) -> None:
    port = serve(servers.start, accepts)
    assert not asks(port, b"PING\r\n", b"+PONG")
