"""./run: what it knows, what it refuses, and that it installs only when something changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources import ROOT

COMMANDS = ("setup", "demo", "test", "check", "bench", "chaos")
PYTHON = """#!/bin/sh
[ "$1" != -V ] || echo Python 3.99.0
[ "$1" != -m ] || echo "$@" >>"$CALLS"
case "$*" in "$FAILS"*) exit 1 ;; esac
"""
TOOLS = ("basename", "bash", "cat", "cksum", "dirname", "env", "grep", "id", "readlink", "rm", "sed", "sh", "tr")
SERVERS = {"java": "echo 'openjdk version \"17.0.1\"' >&2", "mvn": "", "redis-server": ""}
SYSTEM = {"apt-get": 'echo "apt-get $*" >>"$CALLS"', "apt-cache": "", "sudo": '[ "$1" != -n ] || shift; "$@"'}


def run(*arguments: str, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """./run from another folder than its own."""
    command, more = [str(root / "run"), *arguments], {**os.environ, **environment}
    return subprocess.run(command, cwd="/", env=more, capture_output=True, text=True, check=False)


class Checkout:
    """A checkout whose Python and whose system only write down what they are asked to do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._calls = root / "calls"
        self._bin = root / "bin"
        for name in ("run", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, root / name)
        self._write(root / ".venv" / "bin" / "python", PYTHON)
        self._bin.mkdir()
        for name in TOOLS:
            (self._bin / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is not installed"))
        for name, script in (SERVERS | SYSTEM).items():
            self._write(self._bin / name, f"#!/bin/sh\n{script}\n")

    def _write(self, path: Path, script: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def lacks(self, *programs: str) -> None:
        """From now on."""
        for name in programs:
            (self._bin / name).unlink()

    def run(self, *arguments: str, fails: str = "nothing", ci: str = "", python: str = "") -> tuple[int, str]:
        """Its exit code and what it tells."""
        path, calls = str(self._bin), str(self._calls)
        done = run(*arguments, root=self.root, PATH=path, CALLS=calls, FAILS=fails, CI=ci, PYTHON=python)
        return done.returncode, done.stderr

    def asked(self, *arguments: str, fails: str = "nothing") -> list[str]:
        """What a command asks: the extras that pip installs, other modules by their names, packages of apt-get."""
        return [
            line.split()[1] if line.startswith("-m ") and "-m pip" not in line else line.split()[-1]
            for line in self.called(*arguments, fails=fails)
        ]

    def called(self, *arguments: str, fails: str = "nothing") -> list[str]:
        """The same with all that Python's modules and the system are told."""
        self._calls.write_text("")
        self.run(*arguments, fails=fails)
        return self._calls.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


class TestSetup:
    def test_it_installs_once_and_again_when_a_version_changes(self, checkout: Checkout) -> None:
        assert checkout.asked("setup") == [".[demo]"]
        assert checkout.asked("setup") == []
        with (checkout.root / "constraints.txt").open("a") as file:
            file.write("something==1\n")
        assert checkout.asked("setup") == [".[demo]"]

    def test_it_installs_again_after_it_failed(self, checkout: Checkout) -> None:
        checkout.asked("setup")
        with (checkout.root / "pyproject.toml").open("a") as file:
            file.write("# changed\n")
        assert checkout.asked("setup", fails="-m pip") == [".[demo]"]
        assert checkout.asked("setup") == [".[demo]"]

    def test_what_a_command_needs_besides_is_installed_on_demand_and_stays(self, checkout: Checkout) -> None:
        assert checkout.asked("check") == [".[demo,test]", "ruff", "ruff", "mypy"]
        assert checkout.asked("check") == ["ruff", "ruff", "mypy"]
        assert checkout.asked("setup") == []

    def test_it_makes_no_environment_of_a_python_that_is_too_old_or_missing(self, checkout: Checkout) -> None:
        shutil.rmtree(checkout.root / ".venv")
        code, told = checkout.run("setup", python="no-such-python")
        assert code == 1
        assert "no Python 3.11 or newer among: no-such-python" in told
        assert not (checkout.root / ".venv").exists()


class TestCheck:
    @pytest.mark.parametrize("tool", ["-m ruff check", "-m ruff format", "-m mypy"])
    def test_one_tool_that_complains_is_enough_and_the_others_are_still_heard(
        self, checkout: Checkout, tool: str
    ) -> None:
        assert checkout.asked("check", fails=tool) == [".[demo,test]", "ruff", "ruff", "mypy"]
        assert checkout.run("check", fails=tool)[0] == 1
        assert checkout.run("check")[0] == 0


class TestTest:
    def test_arguments_are_for_pytest_alone(self, checkout: Checkout) -> None:
        assert checkout.asked("test", "tests/unit", "-x")[-1] == "pytest"
        assert "mypy" not in checkout.asked("test", "tests/unit", "-x")
        assert checkout.asked("test")[-4:] == ["ruff", "ruff", "mypy", "pytest"]

    def test_all_tests_run_side_by_side_and_chosen_ones_as_they_are_asked_for(self, checkout: Checkout) -> None:
        assert checkout.called("test")[-1] == "-m pytest -n auto"
        assert checkout.called("test", fails="-m mypy")[-1] == "-m pytest -n auto"
        assert checkout.called("test", "tests/unit", "-x")[-1] == "-m pytest tests/unit -x"

    @pytest.mark.parametrize("tool", ["-m ruff check", "-m mypy", "-m pytest"])
    def test_it_passes_only_when_all_of_it_does(self, checkout: Checkout, tool: str) -> None:
        assert checkout.asked("test", fails=tool)[-1] == "pytest"
        assert checkout.run("test", fails=tool)[0] == 1
        assert checkout.run("test")[0] == 0


class TestServers:
    def test_what_is_there_is_not_installed(self, checkout: Checkout) -> None:
        assert checkout.asked("test", "tests/unit") == [".[demo,test]", "tests.services.kafka_jars", "pytest"]

    def test_what_is_missing_is_asked_from_the_system_and_named_if_it_does_not_come(self, checkout: Checkout) -> None:
        checkout.lacks("mvn", "redis-server")
        assert checkout.asked("test", "tests/unit")[-2:] == ["redis-server", "pytest"]
        code, told = checkout.run("test", "tests/unit")
        assert code == 0
        assert "these are missing: maven redis-server; hint: apt-get install maven redis-server" in told
        assert "what needs them is skipped" in told

    def test_a_java_that_is_too_old_is_a_missing_one(self, checkout: Checkout) -> None:
        (checkout.root / "bin" / "java").write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
        assert "these are missing: openjdk-17-jre-headless" in checkout.run("test", "tests/unit")[1]

    def test_without_a_package_system_it_goes_on(self, checkout: Checkout) -> None:
        checkout.lacks("redis-server", "apt-get")
        code, told = checkout.run("test", "tests/unit")
        assert code == 0
        assert "hint: apt-get install redis-server" in told

    @pytest.mark.parametrize("lacking", ["program", "jars"])
    def test_the_build_machine_lets_nothing_be_missing(self, checkout: Checkout, lacking: str) -> None:
        if lacking == "program":
            checkout.lacks("redis-server")
        fails = "-m tests.services.kafka_jars" if lacking == "jars" else "nothing"
        assert checkout.run("test", "tests/unit", fails=fails)[0] == 0
        assert checkout.run("test", "tests/unit", fails=fails, ci="true")[0] == 1
        assert re.search(r'^CI=true exec .*/\.\./run" test$', (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


class TestChaos:
    def test_it_has_servers_and_draws_only_what_is_asked_for(self, checkout: Checkout) -> None:
        alone = [".[demo,test]", "tests.services.kafka_jars", "tests.chaos"]
        assert checkout.asked("chaos", "--seed", "3") == alone
        assert checkout.asked("chaos", "--soak")[0] == ".[demo,test,bench]"


class TestRun:
    @pytest.mark.parametrize("command", COMMANDS)
    @pytest.mark.parametrize("flag", ["--help", "-h"])
    def test_each_command_says_how_it_is_used(self, command: str, flag: str) -> None:
        done = run(command, flag)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: ./run {command}")

    def test_its_own_help_names_each_command(self) -> None:
        done = run("--help")
        assert done.returncode == 0
        assert [name for name in COMMANDS if f"\n  {name}" not in done.stdout] == []

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["deploy"], "there is no command deploy; there are: setup, demo, test, check, bench, chaos"),
            (["setup", "now"], "setup takes no now"),
            (["check", "tests"], "check takes no tests"),
            (["bench", "nothing"], "there is no benchmark nothing; there are: "),
            (["bench"], "bench what? There are: "),
        ],
        ids=lambda each: " ".join(each) if isinstance(each, list) else "",
    )
    def test_what_it_does_not_know_is_refused_with_what_there_is(self, arguments: list[str], told: str) -> None:
        done = run(*arguments)
        assert done.returncode == 2
        assert told in done.stderr
        assert done.stdout == ""
