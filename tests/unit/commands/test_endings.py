"""How commands end: exit codes, one clear line, no traceback."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.sources import SettingsError
from tests.unit.commands.conftest import Command
from workers.commands.endings import Ending, ended
from workers.errors import Broken, Refused, Unavailable

ROOT = Path(__file__).parents[3]
MAIN = "from workers.__main__ import main; main()"
SLOW = ("faust", "aiokafka", "kafka", "numba", "redis", "snowballstemmer", "prometheus_client")
EVERY_HELP = [
    (),
    ("demo",),
    ("run",),
    ("run", "match"),
    ("topics",),
    ("topics", "create"),
    ("topics", "list"),
    ("rules",),
    ("rules", "check"),
    ("rules", "apply"),
    ("rules", "list"),
    ("rules", "delete"),
    ("rules", "import"),
    ("lists",),
    ("lists", "list"),
    ("lists", "delete"),
    ("channels",),
    ("channels", "list"),
    ("channels", "delete"),
    ("publish",),
    ("tail",),
    ("scan",),
]


def in_a_process(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program's end and output; a process of its own, as the broker's client leaves sockets behind."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        pytest.param(Refused("no", reason="x", hint="mend it"), 1, "error: no\n  hint: mend it\n", id="refused"),
        pytest.param(SettingsError(["a: no", "b: no"]), 2, "error: a: no\nerror: b: no\n", id="settings"),
        pytest.param(Unavailable("Kafka is away"), 69, "error: Kafka is away\n", id="unavailable"),
        pytest.param(KeyboardInterrupt(), 130, "", id="ctrl-c"),
        pytest.param(BrokenPipeError(), 141, "", id="reader gone"),
        pytest.param(SystemExit(7), 7, "", id="exit"),
    ],
)
def test_an_error_ends_with_its_code_and_its_line(
    error: BaseException, code: int, told: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.commands.endings.no_reader", lambda: Ending.NO_READER)
    assert ended(lambda: raising(error)) == code
    assert capfd.readouterr().err == told


def test_our_own_faults_are_not_hidden() -> None:
    with pytest.raises(Broken):
        ended(lambda: raising(Broken("we")))


@pytest.mark.parametrize("command", EVERY_HELP, ids=" ".join)
def test_every_help_says_the_exit_codes_and_each_command_has_an_example(
    command: tuple[str, ...], wirewatch: Command
) -> None:
    done = wirewatch(*command, "--help")
    assert done.code == 0
    assert "69 Kafka or Redis is away" in " ".join(done.out.split())
    if "COMMAND [ARGS]" not in done.out:
        assert f"  wirewatch {' '.join(command)}" in done.out.split("Example")[1]


def test_help_does_not_look_at_the_settings(wirewatch: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_KAFKA", "no address")
    assert wirewatch("scan", "--help").code == 0


def test_the_version_is_the_projects(wirewatch: Command) -> None:
    assert wirewatch("--version").out == "wirewatch 0.1.0\n"


@pytest.mark.parametrize(
    "command",
    [
        ("topics", "list"),
        ("rules", "check", "x.yaml"),
        ("rules", "list"),
        ("publish", "x.jsonl"),
        ("tail",),
        ("scan", "--rules", "x", "--articles", "x"),
        ("run", "match"),
        ("demo", "--fast"),
    ],
    ids=" ".join,
)
def test_an_unknown_setting_is_refused_by_name(
    command: tuple[str, ...], wirewatch: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_KAFFKA", "x:1")
    done = wirewatch(*command)
    assert done.code == 2
    assert done.err.startswith("error: WIREWATCH_KAFFKA: no such setting")
    assert "did you mean WIREWATCH_KAFKA?" in done.err
    assert not done.out


def test_a_wrong_setting_in_the_file_is_refused_with_its_place(wirewatch: Command, tmp_path: Path) -> None:
    file = tmp_path / "wirewatch.toml"
    file.write_text('kafka = "nowhere"\n[match]\nlease_s = -1\n')
    done = wirewatch("--config", file, "topics", "list")
    assert done.code == 2
    assert len(done.err.splitlines()) == 2
    assert "kafka: 'nowhere' is not accepted" in done.err
    assert str(file) in done.err


@pytest.mark.parametrize("command", [("nope",), ("scan",), ("rules", "delete"), ("tail", "--nope")], ids=" ".join)
def test_a_wrong_command_line_ends_with_2(command: tuple[str, ...], wirewatch: Command) -> None:
    done = wirewatch(*command)
    assert done.code == 2
    assert "Error: " in done.err


@pytest.mark.parametrize(
    "command",
    [("topics", "create"), ("topics", "list"), ("rules", "list"), ("rules", "delete", "a"), ("tail",), ("audit",)],
    ids=" ".join,
)
def test_a_broker_that_is_away_is_told_in_one_line(command: tuple[str, ...]) -> None:
    program = "from workers.commands import session; session.KAFKA_TIMEOUT_S = 0.3;"
    done = in_a_process(f"{program} {MAIN}", *command, WIREWATCH_KAFKA="127.0.0.1:1")
    assert done.returncode == 69
    assert done.stderr.startswith("error: Kafka at 127.0.0.1:1 does not answer: start it, or say where it is")
    assert done.stderr.count("\n") == 1


FULL = Path("/dev/full")  # a disk without room


@pytest.mark.skipif(not FULL.exists(), reason="Linux alone has /dev/full")
@pytest.mark.parametrize(
    ("command", "number"),
    [
        pytest.param(("stories", "--articles", "a.jsonl"), 1, id="JSON, at the end"),
        pytest.param(("stories", "--articles", "a.jsonl"), 1_000, id="JSON, meanwhile"),
        pytest.param(("rules", "check", "r.jsonl"), 300, id="for people"),
        pytest.param(("stories", "--help"), 1, id="help"),
    ],
)
def test_a_full_disk_behind_the_output_is_told_in_one_line(
    command: tuple[str, ...], number: int, tmp_path: Path
) -> None:
    for name, fields in (("a.jsonl", {"uri": "u", "title": "News"}), ("r.jsonl", {"id": "r", "query": "news"})):
        rows = [json.dumps(fields | {next(iter(fields)): f"n{each}"}) for each in range(number)]
        (tmp_path / name).write_text("\n".join(rows))
    arguments = [str(tmp_path / each) if each.endswith(".jsonl") else each for each in command]
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (74, "error: standard output cannot be written: No space left on device\n")


def test_an_error_of_another_file_is_not_taken_for_one_of_the_output() -> None:
    with pytest.raises(OSError, match="No space left"):
        ended(lambda: raising(OSError(errno.ENOSPC, "No space left on device")))


@pytest.mark.skipif(not FULL.exists(), reason="Linux alone has /dev/full")
def test_a_full_disk_behind_a_file_that_a_command_writes_is_told_by_the_file(
    wirewatch: Command, tmp_path: Path
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text('TITLE("suez canal")')
    done = wirewatch("rules", "import", "--from", "scopus", queries, "--to", FULL)
    assert (done.code, done.err) == (1, "error: /dev/full: cannot be written: No space left on device\n")


def test_an_audit_asks_the_broker_before_it_compiles_the_matching_engine() -> None:
    """Or the first one tells of a wrong address only when that is done."""
    program = (
        "import sys; from workers.commands import session; session.KAFKA_TIMEOUT_S = 0.3;"
        "from workers.__main__ import run_with; print(run_with(['audit']), 'numba' in sys.modules)"
    )
    assert in_a_process(program, WIREWATCH_KAFKA="127.0.0.1:1").stdout == "69 False\n"


def test_a_worker_that_waited_too_long_for_kafka_says_so_last_without_a_traceback() -> None:
    away = {"WIREWATCH_KAFKA": "127.0.0.1:1", "WIREWATCH_MATCH_OUTAGE_TIMEOUT_S": "0.1"}
    done = in_a_process(MAIN, "run", "match", **away)
    assert done.returncode == 69, done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: Kafka at 127.0.0.1:1 has not answered for ")
    assert done.stderr.endswith(": start it, or say where it is, WIREWATCH_KAFKA=host:port\n")
    assert "Traceback" not in done.stderr
    assert "We experienced a crash" not in done.stderr


def test_a_port_that_is_taken_is_told_by_the_names_of_its_settings() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = in_a_process(MAIN, "run", "match", WIREWATCH_MATCH_METRICS_PORT=str(port))
    assert done.returncode == 2
    assert f"match.metrics_port: {port}: cannot be listened on: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_starts_slowly_is_not_loaded_for_help() -> None:
    program = (
        "import sys; from workers.__main__ import run_with; run_with(['rules', 'check', '--help']);"
        f"print([name for name in {SLOW} if name in sys.modules])"
    )
    done = in_a_process(program)
    assert done.stdout.splitlines()[-1] == "[]"
