"""The programs come from the wheels; where there are none, the remedy is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workers.demo import programs
from workers.errors import Unavailable


class Wheel:
    """A package's file, as importlib.metadata names it."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def locate(self) -> Path:
        return self._path


def installed(monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    """Let the package carry this program."""

    class Distribution:
        files = (Wheel(program.with_name("README")), Wheel(program))

    monkeypatch.setattr(programs, "distribution", lambda name: Distribution())


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program as unpacked, that may not be executed."""
    path = tmp_path / "package" / "server"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o644)
    return path


def test_a_program_in_the_package_is_used_where_it_is(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.chmod(0o755)
    installed(monkeypatch, program)
    assert programs.find("p", ("server",), tmp_path) == program


def test_a_program_without_the_right_to_execute_is_copied(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, program)
    found = programs.find("p", ("server",), tmp_path)
    assert found == tmp_path / "server"
    assert os.access(found, os.X_OK)
    assert not os.access(program, os.X_OK)


def test_a_program_on_the_path_stands_in(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert programs.find("there-is-no-such-package", ("other", "server"), tmp_path) == program


def test_a_missing_program_is_told_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"no server here.*no-such-package.*pip install 'wirewatch\[demo\]'"):
        programs.find("there-is-no-such-package", ("server",), tmp_path)
