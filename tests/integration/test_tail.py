"""`wirewatch tail` on a real broker: what stands there, what comes, and Ctrl-C."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from schemas import Alert
from schemas.alert import AlertKind, ArticleReference, Evidence, RuleReference, Times
from tests.integration.terminal import Terminal
from tests.services import witness

Tail: TypeAlias = Callable[..., "subprocess.Popen[str]"]


def alert(number: int, channels: tuple[str, ...] = ("asia",)) -> bytes:
    made = Alert(
        id=f"al_{number}",
        kind=AlertKind.CREATED,
        rule=RuleReference(id="pact", name="The pact\x1b[31m", version=1, query="x", priority=1),
        article=ArticleReference(uri=f"u:{number}", version=1, title=f"Summit {number}", source="Reuters"),
        story="s",
        evidence=Evidence(hits=(), excerpt="a [[defence]] pact"),
        channels=channels,
        times=Times(received=datetime(2026, 5, 1, tzinfo=UTC)),
    )
    return made.model_dump_json().encode()


@pytest.fixture
def tail(terminal: Terminal) -> Iterator[Tail]:
    """Starts `wirewatch tail`; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        started.append(terminal.start("tail", *arguments))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def lines_of(process: subprocess.Popen[str], number: int) -> list[str]:
    """The next lines that it prints."""
    assert process.stdout is not None
    return [process.stdout.readline().rstrip("\n") for _ in range(number)]


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Ctrl-C: exit code, and what stood on standard error."""
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    return process.returncode, err


def test_tail_shows_what_stands_there_and_then_what_comes(terminal: Terminal, tail: Tail) -> None:
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts", [(b"u:1", alert(1), [])])
    process = tail("--from-beginning")
    first = lines_of(process, 5)
    assert first[0].endswith("The pact␛[31m  → asia")
    assert first[1:] == ["          Summit 1 — Reuters", "          a [[defence]] pact", "          u:1", ""]
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts", [(b"u:2", b"no alert", []), (b"u:2", alert(2), [])])
    assert lines_of(process, 5)[1] == "          Summit 2 — Reuters"
    code, err = interrupted(process)
    assert code == 130
    assert "cannot be shown: no JSON" in err
    assert "Traceback" not in err


def test_tail_as_json_gives_the_bytes_of_the_topic(terminal: Terminal, tail: Tail) -> None:
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts", [(b"u:1", alert(1), [])])
    process = tail("--from-beginning", "--json")
    assert lines_of(process, 1) == [alert(1).decode()]
    assert interrupted(process) == (130, "")


def test_tail_without_more_shows_only_what_comes(terminal: Terminal, tail: Tail) -> None:
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts", [(b"u:1", alert(1), [])])
    process = tail("--json")
    deadline = time.monotonic() + 30
    number = 1
    while not _readable(process):  # until it listens: nobody can see from outside when that is
        assert time.monotonic() < deadline
        number += 1
        witness.produce(terminal.bootstrap, terminal.prefix + "alerts", [(b"u:1", alert(number), [])])
    assert json.loads(lines_of(process, 1)[0])["id"] != "al_1"


def test_tail_of_a_channel_reads_its_topic(terminal: Terminal, rules_file: Path, tail: Tail) -> None:
    terminal.ok("rules", "apply", rules_file)
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts", [(b"u:1", alert(1), [])])
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts.asia", [(b"u:2", alert(2), [])])
    assert json.loads(lines_of(tail("asia", "--from-beginning", "--json"), 1)[0])["id"] == "al_2"
    done = terminal.run("tail", "asai")
    assert done.code == 1
    assert done.err == "error: there is no channel asai\n  hint: did you mean asia?\n"


def test_what_stands_on_several_topics_is_shown_in_the_order_of_time(
    terminal: Terminal, rules_file: Path, tail: Tail
) -> None:
    terminal.ok("rules", "apply", rules_file)
    expected = []
    for number in range(4):
        for topic in ("alerts.asia", "decisions"):
            value = f'{{"id":"{topic} {number}"}}'
            witness.produce(terminal.bootstrap, terminal.prefix + topic, [(f"{number}".encode(), value.encode(), [])])
            expected.append(value)
    process = tail("asia", "--decisions", "--from-beginning", "--json")
    assert lines_of(process, 8) == expected
    witness.produce(terminal.bootstrap, terminal.prefix + "alerts.asia", [(b"x", b'{"id":"new"}', [])])
    assert lines_of(process, 1) == ['{"id":"new"}']
    code, err = interrupted(process)
    assert (code, err) == (130, "decisions name no channel: those of all rules are shown, the alerts of asia alone\n")


def test_alerts_and_decisions_are_in_the_order_in_which_their_articles_came(terminal: Terminal, tail: Tail) -> None:
    def put(topic: str, partition: int, *seconds: int) -> None:
        messages: list[witness.Message] = []
        for second in seconds:
            received = f'"received":"2026-05-01T12:00:{second:02}Z"'
            value = f'{{"id":"{topic} {second}",{received},"times":{{{received}}}}}'
            messages.append((b"k", value.encode(), []))
        witness.produce(terminal.bootstrap, terminal.prefix + topic, messages, partition)

    put("decisions", 0, 3, 9, 1, 5)  # as of a batch that has articles of two partitions
    put("alerts", 1, 2, 3, 6)
    put("alerts", 0, 1, 4)
    process = tail("--decisions", "--from-beginning", "--json")
    told = [json.loads(line)["id"] for line in lines_of(process, 9)]
    assert told == [
        *("alerts 1", "decisions 1", "alerts 2", "alerts 3", "decisions 3"),
        *("alerts 4", "decisions 5", "alerts 6", "decisions 9"),
    ]
    put("alerts", 0, 0)
    assert json.loads(lines_of(process, 1)[0])["id"] == "alerts 0"


def _readable(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], 0.2)[0])
