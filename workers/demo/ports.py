"""Servers on free ports of the loopback address."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from workers.demo.child import Child
from workers.errors import Unavailable

HOST = "127.0.0.1"
ATTEMPTS = 5
START_S = 10.0
EVERY_S = 0.01


def free_port() -> int:
    """A port that nobody listens on now; somebody else may take it before we do."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def serve(start: Callable[[int], Child], answers: Callable[[int], bool], port_of: Callable[[], int] = free_port) -> int:
    """Start a server and wait until it answers. Returns its port.

    A server that ends at once found its port taken, most likely: it gets another one. Raises Unavailable after
    ATTEMPTS of these, or when one neither ends nor answers within START_S.
    """
    for attempt in range(1, ATTEMPTS + 1):
        port = port_of()
        child = start(port)
        deadline = time.monotonic() + START_S
        while not child.ended:
            if answers(port) and not child.ended:
                return port
            if time.monotonic() > deadline:
                child.stop()
                raise Unavailable(
                    f"{child.name} does not answer on {HOST}:{port} within {START_S:.0f} s. "
                    f"The end of its log:\n{child.log_tail()}"
                )
            time.sleep(EVERY_S)
        if attempt == ATTEMPTS:
            child.check()
    raise Unavailable("no server was started")


def accepts(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def asks(port: int, question: bytes, answer: bytes) -> bool:
    """Whether somebody there answers this question so."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(question)
            return connection.recv(len(answer)) == answer
    except OSError:
        return False
