"""The command as a person calls it, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pytest

from tests.unit.commands.broker import KEY, MODULES, Broker
from workers.__main__ import run_with


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


Command: TypeAlias = Callable[..., Done]


@pytest.fixture
def wirewatch(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `wirewatch` with arguments, in an environment without settings, in a wide window without colour."""
    for name in os.environ:
        if name.startswith("WIREWATCH_") or name in ("FORCE_COLOR", "NO_COLOR", "PY_COLORS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Done:
        capfd.readouterr()
        code = run_with([str(each) for each in arguments])
        told = capfd.readouterr()
        return Done(code, told.out, told.err)

    return run


@pytest.fixture
def kafka(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Broker:
    """A broker in memory, and a key for secrets in the settings."""
    request.getfixturevalue("wirewatch")  # its environment is cleared first
    broker = Broker()
    for module in MODULES:
        for name in ("kafka_of", "archive_of"):
            monkeypatch.setattr(f"workers.commands.{module}.{name}", lambda _: broker, raising=False)
    monkeypatch.setenv("WIREWATCH_DELIVER_SECRETS_KEY", KEY)
    return broker
