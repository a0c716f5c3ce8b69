"""docs/channels.md: its file can be applied, and its commands are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from tests.sources import ROOT
from tests.unit.commands.broker import Broker
from tests.unit.commands.conftest import Command
from workers.commands.menu import app

PAGE = (ROOT / "docs" / "channels.md").read_text()
COMMANDS = re.findall(r"`(wirewatch (?:channels|deliveries|silences|inhibitions) [^`]+)`", PAGE)


def test_its_file_can_be_applied(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(PAGE.partition("```yaml\n")[2].partition("```")[0])
    done = wirewatch("channels", "apply", path)
    assert (done.code, done.err) == (0, "")
    assert len(kafka.latest("channels", "desk")["endpoints"]) == 3


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_are_there(line: str) -> None:
    _, *arguments = shlex.split(line)
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    command.make_context(line, arguments)  # raises for what it does not know


def test_it_names_some() -> None:
    assert len(COMMANDS) >= 10
