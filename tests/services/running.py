"""A server for a fixture, or the reason why there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import pytest

from tests.services.missing import Missing

Server = TypeVar("Server", bound=AbstractContextManager[Any])


@contextmanager
def running(make: Callable[[], Server]) -> Iterator[Server]:
    """A server while the block runs. Without what it needs the test is skipped; where CI=true it fails."""
    try:
        server = make()
    except Missing as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    with server:
        yield server
