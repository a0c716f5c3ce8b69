"""The demo from start to end on topics in memory, with a worker that does nothing; interrupted at every moment."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from schemas import Alert, DeadLetter, Decision
from schemas.envelope import Incoming, Outgoing
from schemas.reasons import HeldReason, RefusalReason
from schemas.topic import Topic
from tests.unit.demo.test_stage import needs_programs
from tests.unit.demo.test_summary import alert, decision, letter
from workers.demo import Means, Script, run
from workers.demo.run import INTERRUPTED
from workers.demo.stage import Launch, Stage
from workers.demo.summary import Summary
from workers.errors import Unavailable

pytestmark = needs_programs

READY = """import time; print('{"event": "ready"}', flush=True); time.sleep(600)"""
SAID: dict[str, Sequence[Alert | Decision | DeadLetter]] = {
    "alerts": [alert("al_1"), alert("al_2", "s")],
    "decisions": [decision("de_1", HeldReason.SEEN_ALREADY)],
    "dead-letters": [letter(3)],
}


class MemoryTopics:
    """Whatever is sent, SAID is what the worker says of it, as soon as all articles are there."""

    def __init__(self, articles: int) -> None:
        self.sent: list[Outgoing] = []
        self.created: list[str] = []
        self._articles = articles

    @property
    def _is_done(self) -> bool:
        return sum(each.topic == "articles" for each in self.sent) == self._articles

    def create(self, topics: Sequence[Topic], partitions: int, replication: int) -> list[str]:
        self.created += [topic.name for topic in topics]
        return self.created

    def send(self, messages: Sequence[Outgoing]) -> None:
        self.sent += messages

    def read(self, topic: str) -> list[Incoming]:
        return [
            Incoming(topic, 0, offset, 0, None, record.model_dump_json().encode())
            for offset, record in enumerate(SAID[topic] if self._is_done else [])
        ]

    def lag(self, group: str, topic: str) -> int | None:
        return 0 if self._is_done else None

    def follow(self, topics: Sequence[str], from_beginning: bool, stop: Callable[[], bool]) -> Iterator[Incoming]:
        while not self._is_done and not stop():
            time.sleep(0.01)
        yield from [record for topic in topics for record in self.read(topic)]
        while not stop():
            time.sleep(0.01)


class Notes:
    """A screen that notes what it is told, and presses Ctrl-C at one moment."""

    def __init__(self, interrupt_at: str = "") -> None:
        self._interrupt_at = interrupt_at
        self.told: list[str] = []
        self.folder: Path | None = None
        self.result: Summary | None = None

    def _tell(self, what: str) -> None:
        self.told.append(what)
        if what == self._interrupt_at:
            signal.raise_signal(signal.SIGINT)

    def doing(self, what: str) -> None:
        if self._interrupt_at == f"doing: {what}":
            signal.raise_signal(signal.SIGINT)

    def done(self, what: str, detail: str) -> None:
        self._tell(what)

    def alert(self, alert: Alert) -> None:
        self._tell(alert.id)

    def held(self, decision: Decision) -> None:
        self._tell(decision.id)

    def letter(self, letter: DeadLetter) -> None:
        self._tell("letter")

    def summary(self, summary: Summary) -> None:
        self.result = summary
        self._tell("summary")

    def kept(self, stage: Stage) -> None:
        self._tell("kept")

    def ended(self, stage: Stage) -> None:
        self._tell("ended")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo makes its folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that is started."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*args: object, **kwargs: object) -> subprocess.Popen[bytes]:
        started.append(popen(*args, **kwargs))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr("workers.demo.child.subprocess.Popen", start)
    return started


def play(screen: Notes, *, keep: bool = False, worker: str = READY, articles: int = 2) -> tuple[int, MemoryTopics]:
    """Run the demo; its exit code and the topics."""
    topics = MemoryTopics(articles)

    def connect(kafka: str) -> AbstractContextManager[MemoryTopics]:
        return nullcontext(topics)

    means = Means(
        topics=connect,
        worker=lambda kafka, redis: Launch([sys.executable, "-c", worker], {}, Path.cwd()),
        group="g",
    )
    messages = [Outgoing("articles", b"a", b"{}")] * articles
    script = Script([Topic("rules", "", "")], [Outgoing("rules", b"r", b"{}")], 3, messages, 0.0, keep)
    return run(script, means, screen), topics


def test_it_goes_from_the_broker_to_the_summary(folders: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    screen = Notes()
    code, topics = play(screen)
    assert code == 0
    assert screen.told == [
        *("broker", "store", "topics and rules", "match worker"),
        *("al_1", "al_2", "de_1", "letter", "summary", "ended"),
    ]
    assert [message.topic for message in topics.sent] == ["rules", "articles", "articles"]
    assert topics.created == ["rules"]
    assert len(processes) == 4  # the warden, broker, store and worker


def test_the_summary_holds_what_was_said(folders: Path) -> None:
    screen = Notes()
    play(screen)
    assert screen.result is not None
    assert (screen.result.articles, screen.result.rules, screen.result.alerts) == (2, 3, 2)
    assert screen.result.held == {HeldReason.SEEN_ALREADY: 1}
    assert screen.result.letters == {RefusalReason.NOT_JSON: 1}


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        pytest.param("doing: starting: broker", INTERRUPTED, id="before anything"),
        pytest.param("broker", INTERRUPTED, id="broker"),
        pytest.param("store", INTERRUPTED, id="store"),
        pytest.param("topics and rules", INTERRUPTED, id="topics"),
        pytest.param("doing: starting: match worker", INTERRUPTED, id="before the worker"),
        pytest.param("match worker", INTERRUPTED, id="worker"),
        pytest.param("al_1", INTERRUPTED, id="the first alert"),
        pytest.param("letter", INTERRUPTED, id="a dead letter"),
        pytest.param("summary", INTERRUPTED, id="summary"),
        pytest.param("kept", 0, id="when only --keep holds it"),
    ],
)
def test_ctrl_c_leaves_neither_process_nor_folder(
    moment: str, code: int, folders: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    assert play(Notes(moment), keep=True)[0] == code
    assert [process.poll() is None for process in processes] == [False] * len(processes)
    assert list(folders.iterdir()) == []


def test_a_worker_that_ends_is_told_and_nothing_stays(folders: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(Unavailable, match=r"match worker ended by itself with code 5(.|\n)*out of order"):
        play(Notes(), worker="import sys; print('out of order', flush=True); sys.exit(5)")
    assert all(process.poll() is not None for process in processes)
    assert list(folders.iterdir()) == []


def test_without_articles_it_ends_with_an_empty_summary(folders: Path) -> None:
    screen = Notes()
    assert play(screen, articles=0)[0] == 0
    assert screen.result is not None
    assert screen.result.articles == 0
