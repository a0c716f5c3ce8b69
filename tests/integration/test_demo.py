"""wirewatch demo as a process, with the wheels' broker and store and a real match worker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.article import ArticleStatus
from tests.unit.demo.samples import ARTICLES, EXPECTED, QUERIES, readable
from tests.unit.demo.test_stage import needs_programs
from workers.match import evaluate

pytestmark = needs_programs

ROOT = Path(__file__).parents[2]
COPY = "demo:courier-treaty"  # of another's article, cut
FAST_S = 15.0
FIRST_ALERT_S = 10.0
LOADED = 3  # so many times as long may it take where tests share the machine


class Demo:
    """The process, what it prints, and its folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._folder = folder
        self._output = folder.parent / f"{folder.name}.out"
        with self._output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "demo", *arguments],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(folder), "COLUMNS": "200", "TERM": "dumb"},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._output.read_text(encoding="utf-8")

    def wait_printed(self, text: str, timeout_s: float) -> None:
        """Until it has printed this."""
        deadline = time.monotonic() + timeout_s
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, f"no {text!r} within {timeout_s} s:\n{self.output}"
            time.sleep(0.02)

    def children(self) -> dict[int, str]:
        """The commands of the processes that it started, by their ids."""
        found = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in found.stdout.splitlines()]
        return {int(row[0]): row[2] for row in rows if int(row[1]) == self.process.pid}

    def leftovers(self) -> list[Path]:
        """What is still in the folder for temporary files."""
        return list(self._folder.iterdir())


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    """Start the demo; it is ended with the block, whatever happens."""
    folder.mkdir()
    started = Demo(folder, *arguments)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            try:
                started.process.wait(20)
            except subprocess.TimeoutExpired:
                started.process.kill()  # its warden ends what it started
                started.process.wait(20)
                raise


def number(output: str, name: str) -> int:
    """A number of the summary."""
    found = re.search(rf"^\s*{name}\s+(\d+)", output, re.MULTILINE)
    assert found, output
    return int(found[1])


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, float, float]]:
    """A fast run to its end: seconds to the first alert, and to the end."""
    started = time.monotonic()
    with demo(tmp_path_factory.mktemp("fast") / "tmp", "--fast") as run:
        run.wait_printed("→", FIRST_ALERT_S * LOADED)
        first_s = time.monotonic() - started
        assert run.process.wait(FAST_S * LOADED) == 0, run.output
        yield run, first_s, time.monotonic() - started


def test_the_summary_agrees_with_the_plain_evaluator(fast: tuple[Demo, float, float]) -> None:
    output = fast[0].output
    told: set[tuple[str, str]] = set()
    retracted = 0
    held: Counter[str] = Counter()
    for _, article, expected in readable():
        rules = sorted(rule_id for rule_id, query in QUERIES.items() if evaluate(query, article))
        assert rules == expected
        for rule_id in rules:
            if article.status is not ArticleStatus.USABLE and (rule_id, article.uri) in told:
                retracted += 1
            elif article.status is not ArticleStatus.USABLE:
                held["not usable"] += 1
            elif article.embargoed_until is not None:
                held["embargoed"] += 1
            elif article.uri == COPY:
                held["same story"] += 1
            elif (rule_id, article.uri) in told:
                held["seen already"] += 1
            else:
                told.add((rule_id, article.uri))
    assert number(output, "articles") == len(ARTICLES)
    assert number(output, "alerts") == len(told) + retracted > 20
    assert number(output, "held back") == held.total()
    assert number(output, "matches") == len(told) + retracted + held.total()
    assert number(output, "dead letters") == sum(uri is None for uri, _ in EXPECTED)
    # An article and its copy stand on two partitions: either may be told, and the other is held, with its repeats.
    same_story = held.pop("same story")
    told_before = same_story + held.pop("seen already")
    counts = [int(count) for count in re.findall(r"(?:same story|seen already) (\d+)", output)]
    assert (len(counts), sum(counts)) == (2, told_before)
    for reason, count in held.items():
        assert f"{reason} {count}" in output
    assert f"created {len(told)}, retracted {retracted}" in output
    assert retracted == same_story == 1
    assert "held back: same story as demo:pyongyang-treaty\n" in output
    assert "  retracted: canceled\n" in output
    assert "not json 2" in output
    assert "12 of them matched" in output


def test_every_alert_of_the_run_is_shown_with_its_hits(fast: tuple[Demo, float, float]) -> None:
    output = fast[0].output
    assert output.count("  → ") == number(output, "alerts")
    assert "[[Russia]]" in output
    assert "[[地震]]" in output or "[[地]]" in output


def test_latency_says_what_is_measured(fast: tuple[Demo, float, float]) -> None:
    assert re.search(r"latency p50\s+\d+ ms\s+from .* until ", fast[0].output)
    assert number(fast[0].output, "latency p50") <= number(fast[0].output, "latency p99") < 10_000


def test_a_fast_run_is_fast(fast: tuple[Demo, float, float]) -> None:
    _, first_s, all_s = fast
    assert first_s < FIRST_ALERT_S * LOADED
    assert all_s < FAST_S * LOADED


def test_the_first_alert_comes_within_ten_seconds_of_a_core_of_ones_own(
    fast: tuple[Demo, float, float], tmp_path: Path
) -> None:
    first_s, busy = fast[1], 1.0
    for again in range(2):
        if first_s < FIRST_ALERT_S * busy:
            break
        before, started = busyness(), time.monotonic()  # other tests may have the machine for themselves
        with demo(tmp_path / str(again), "--fast") as run:
            run.wait_printed("→", FIRST_ALERT_S * LOADED)
            first_s, busy = time.monotonic() - started, max(before, busyness(), 1.0)
    assert first_s < FIRST_ALERT_S * busy


def busyness() -> float:
    """How many times as long something takes now as it would if nothing else ran."""
    started, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < 0.3:
        pass
    return (time.monotonic() - started) / 0.3


def test_a_run_leaves_nothing_behind(fast: tuple[Demo, float, float]) -> None:
    assert fast[0].leftovers() == []
    assert "\x1b" not in fast[0].output


@pytest.mark.parametrize(
    ("arguments", "text", "code"),
    [
        pytest.param(("--keep", "--fast"), "Ctrl-C here stops", 0, id="while it is kept"),
        pytest.param((), "→", 130, id="at the first alert"),
        pytest.param((), "store", 130, id="while it starts"),
    ],
)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_ctrl_c_leaves_neither_process_nor_folder(
    arguments: tuple[str, ...], text: str, code: int, how: signal.Signals, tmp_path: Path
) -> None:
    with demo(tmp_path / "tmp", *arguments) as run:
        run.wait_printed(text, 60)
        children = run.children()
        assert len(children) >= 2
        os.killpg(run.process.pid, how)
        assert run.process.wait(15) == code, run.output
        assert [pid for pid in children if alive(pid)] == []
        assert run.leftovers() == []
        assert "Traceback" not in run.output


def test_the_audit_of_a_kept_demo_balances_and_finds_every_match_of_the_summary(tmp_path: Path) -> None:
    with demo(tmp_path / "tmp", "--keep", "--fast") as run:
        run.wait_printed("Ctrl-C here stops", 60)
        addresses = dict(re.findall(r"(WIREWATCH_\w+)=(\S+)", run.output))
        audit = subprocess.run(
            [sys.executable, "-m", "workers", "audit"],
            cwd=ROOT,
            env={**os.environ, **addresses, "COLUMNS": "200", "TERM": "dumb"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        matches, alerts = number(run.output, "matches"), number(run.output, "alerts")
    assert f"\nbalanced: {matches} matches = {alerts} alerts" in audit.stdout, audit.stdout + audit.stderr
    assert audit.returncode == 0


def test_a_demo_that_is_killed_leaves_neither_process_nor_folder(tmp_path: Path) -> None:
    with demo(tmp_path / "tmp", "--keep", "--fast") as run:
        run.wait_printed("Ctrl-C here stops", 60)
        children = run.children()
        assert len(children) >= 3
        run.process.kill()
        run.process.wait()
        deadline = time.monotonic() + 15
        while [pid for pid in children if alive(pid)] or run.leftovers():
            assert time.monotonic() < deadline, children
            time.sleep(0.02)


def test_a_worker_that_is_killed_is_told_with_its_log(tmp_path: Path) -> None:
    with demo(tmp_path / "tmp", "--keep", "--fast") as run:
        run.wait_printed("Ctrl-C here stops", 60)
        children = run.children()
        worker = next(pid for pid, command in children.items() if "run match" in command)
        os.kill(worker, signal.SIGKILL)
        assert run.process.wait(15) == 69, run.output
        assert "match worker ended by itself with code -9" in run.output
        assert '"event": "ready"' in run.output
        assert [pid for pid in children if alive(pid)] == []
        assert run.leftovers() == []


def test_wrong_files_are_refused_before_anything_starts(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text('{"uri": "a:1"}\n')
    with demo(tmp_path / "tmp", "--articles", str(own)) as run:
        assert run.process.wait(30) == 1
        assert f"{own}:1: " in run.output
        assert "broker" not in run.output
        assert run.leftovers() == []
