"""Set the stage, let the news in, tell what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from schemas.alert import Alert
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.envelope import Incoming, Outgoing
from schemas.topic import Topic
from workers.demo.signals import Signals
from workers.demo.stage import Launch, Stage
from workers.demo.summary import Summary
from workers.demo.watch import KINDS, Follows, Seen, Watcher
from workers.errors import Unavailable

PARTITIONS = 2
CHECK_EVERY_S = 0.25
DONE_S = 60.0
INTERRUPTED = 130


class Topics(Follows, Protocol):
    """What the demo asks of the broker."""

    def create(self, topics: Sequence[Topic], partitions: int, replication: int) -> list[str]:
        """Make those that are not there."""

    def send(self, messages: Sequence[Outgoing]) -> None:
        """Send all and wait until the broker has them."""

    def read(self, topic: str) -> list[Incoming]:
        """Everything on a topic."""

    def lag(self, group: str, topic: str) -> int | None:
        """Records that the group has not committed; None before its first commit."""


class Screen(Protocol):
    """Where a person watches."""

    def doing(self, what: str) -> None:
        """What is going on now; it stands until the next."""

    def done(self, what: str, detail: str) -> None:
        """Something that is finished and stays."""

    def alert(self, alert: Alert) -> None:
        """An alert."""

    def held(self, decision: Decision) -> None:
        """A match that became no alert."""

    def letter(self, letter: DeadLetter) -> None:
        """A message that could not be read."""

    def summary(self, summary: Summary) -> None:
        """What came of all."""

    def kept(self, stage: Stage) -> None:
        """How to go on while it runs."""

    def ended(self, stage: Stage) -> None:
        """How to go on after it."""


@dataclass(frozen=True)
class Script:
    """What is played."""

    topics: Sequence[Topic]
    records: Sequence[Outgoing]  # channels, lists and rules, in this order
    rules: int
    articles: Sequence[Outgoing]
    pause_s: float  # between two articles
    keep: bool  # go on until Ctrl-C


@dataclass(frozen=True)
class Means:
    """The doors, wired by the command."""

    topics: Callable[[str], AbstractContextManager[Topics]]  # by the broker's address
    worker: Callable[[str, str], Launch]  # by the addresses of broker and store
    group: str  # the worker's


def run(script: Script, means: Means, screen: Screen) -> int:
    """Play the script; the exit code. Whatever happens, no process and no folder stays behind.

    Raises Unavailable when something does not start, or ends by itself. Ctrl-C ends it at any moment: 130, or 0 once
    only `keep` holds it.
    """
    with Signals() as signals:
        stage = Stage(signals)
        play = Play(script, means, screen, stage)
        try:
            with stage:
                try:
                    play.play()
                finally:
                    screen.doing("stopping")
        except KeyboardInterrupt:
            return 0 if play.is_told else INTERRUPTED
        finally:
            stage.close()  # again: the signal may have come just as the block was left
    return 0


class Play:
    """One performance."""

    def __init__(self, script: Script, means: Means, screen: Screen, stage: Stage) -> None:
        self._script = script
        self._means = means
        self._screen = screen
        self._stage = stage
        self._summary = Summary(script.rules, at_once=not script.pause_s)
        self._read = dict.fromkeys(KINDS, 0)  # records by topic
        self.is_told = False  # the summary stands

    def play(self) -> None:
        """From the first process to the summary, and on when it is kept."""
        self._timed("broker", self._stage.start_broker, lambda: f"Kafka's protocol on {self._stage.kafka}")
        self._timed("store", self._stage.start_store, lambda: f"Redis's protocol on {self._stage.redis}")
        with self._means.topics(self._stage.kafka) as topics:
            self._timed("topics and rules", lambda: self._prepare(topics), self._prepared)
            launch = self._means.worker(self._stage.kafka, self._stage.redis)
            self._timed("match worker", lambda: self._stage.start_worker(launch), lambda: "ready")
            with Watcher(topics) as watcher:
                self._stream(topics, watcher)
                self._finish(topics, watcher)
                self._screen.summary(self._summary)
                self.is_told = True
                if self._script.keep:
                    self._screen.kept(self._stage)
                    while True:
                        self._show(watcher, CHECK_EVERY_S)
        self._screen.ended(self._stage)

    def _timed(self, what: str, do: Callable[[], object], detail: Callable[[], str]) -> None:
        self._screen.doing(f"starting: {what}")
        started = time.monotonic()
        do()
        self._stage.check()
        self._screen.done(what, f"{detail()}, {time.monotonic() - started:.1f} s")

    def _prepare(self, topics: Topics) -> None:
        topics.create(self._script.topics, PARTITIONS, 1)
        topics.send(self._script.records)

    def _prepared(self) -> str:
        return f"{len(self._script.topics)} topics, {self._script.rules} rules"

    def _stream(self, topics: Topics, watcher: Watcher) -> None:
        for article in self._script.articles:
            self._stage.check()
            topics.send([article])
            self._summary.articles += 1
            self._tell_progress()
            self._show(watcher, self._script.pause_s)

    def _finish(self, topics: Topics, watcher: Watcher) -> None:
        """Until every article is committed, twice asked as ends may lag, and all that was said of them is read."""
        self._screen.doing("waiting for the last articles")
        deadline = time.monotonic() + DONE_S
        quiet = 0
        while quiet < 2 and self._script.articles:
            self._show(watcher, CHECK_EVERY_S)
            quiet = quiet + 1 if topics.lag(self._means.group, "articles") == 0 else 0
            self._within(deadline, "the match worker has not committed all articles")
        there = {topic: len(topics.read(topic)) for topic in KINDS}
        while any(self._read[topic] < there[topic] for topic in KINDS):
            self._show(watcher, CHECK_EVERY_S)
            self._within(deadline, "not all of what the match worker said could be read")

    @staticmethod
    def _within(deadline: float, what: str) -> None:
        if time.monotonic() > deadline:
            raise Unavailable(f"{what} within {DONE_S:.0f} s; hint: is the machine very busy? try again")

    def _show(self, watcher: Watcher, pause_s: float) -> None:
        """Show what comes, for so long."""
        deadline = time.monotonic() + pause_s
        while True:
            self._stage.check()
            left_s = deadline - time.monotonic()
            seen = watcher.next(min(left_s, CHECK_EVERY_S))
            if seen is not None:
                self._take(seen)
            elif left_s <= 0:
                return

    def _take(self, seen: Seen) -> None:
        self._read[seen.topic] += 1
        if not self._summary.take(seen.record, seen.at_s):
            return
        match seen.record:
            case Alert():
                self._screen.alert(seen.record)
            case Decision():
                self._screen.held(seen.record)
            case DeadLetter():
                self._screen.letter(seen.record)
        self._tell_progress()

    def _tell_progress(self) -> None:
        if self.is_told:
            return
        summary = self._summary
        self._screen.doing(
            f"article {summary.articles} of {len(self._script.articles)}   alerts {summary.alerts}   "
            f"held back {summary.held.total()}   dead letters {summary.letters.total()}"
        )
