"""What a server of the tests needs from the machine."""

from __future__ import annotations

import shutil


class Missing(Exception):
    """The machine lacks something; the message says what, and how to get it."""


def program(name: str, package: str) -> str:
    """The path of a program. Raises Missing with the Debian package that brings it."""
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed; hint: apt-get install {package}")
    return path
