"""Free ports on the loopback interface."""

from __future__ import annotations

import random
import socket

LOWEST, HIGHEST = 15_000, 32_000  # below what systems hand out to clients: a server may come back to its port
ATTEMPTS = 200


def free_port() -> int:
    """A port that nothing on 127.0.0.1 listens on now."""
    chosen = random.SystemRandom()
    for _ in range(ATTEMPTS):
        port = chosen.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"none of {ATTEMPTS} ports from {LOWEST} to {HIGHEST} is free")
