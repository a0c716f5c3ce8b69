"""The test stand: topics with the articles on them, and the runs of contestants over them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer

from config.topics import CATALOGUE, channel_topic
from schemas.topic import Topic
from tests.benchmarks.commits import CommitWatch, Mark, watch_commits
from tests.benchmarks.contestant import Contestant
from tests.benchmarks.spread import rate_per_s
from tests.services import witness
from workers.streams.admin import Admin

PREFIX = "bench."
CHANNEL = "desk"
RIVAL_TOPICS = ("rival-alerts", "rival-alerts.desk")
OUTPUTS = ("alerts", f"alerts.{CHANNEL}", "decisions", "dead-letters", *RIVAL_TOPICS)
TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one run showed."""

    articles_per_s: float
    alerts_per_s: float
    cpu_us_per_article: float
    peak_bytes: int
    measured_s: float
    outputs: Mapping[str, tuple[Mapping[int, int], Mapping[int, int]]]  # of each topic its ends before and after

    def count(self, topic: str) -> int:
        """Records that the run put on a topic."""
        before, after = self.outputs[topic]
        return sum(after.values()) - sum(before.values())


class Stand:
    """One set of topics on one broker; every contestant reads all of `articles` as a group of its own."""

    def __init__(self, bootstrap: str, redis_url: str, folder: Path, partitions: int) -> None:
        self.bootstrap = bootstrap
        self.redis_url = redis_url
        self.folder = folder
        self.partitions = partitions
        self.articles = 0

    def load(self, articles: Iterable[tuple[str, bytes]], rules: Sequence[tuple[str, bytes]]) -> None:
        """Make the topics; put the channel, the rules and the articles on them."""
        with Admin(self.bootstrap, PREFIX) as admin:
            rivals = [Topic(name, "article uri", "outputs of rivals") for name in RIVAL_TOPICS]
            admin.create([*CATALOGUE, channel_topic(CHANNEL), *rivals], self.partitions, 1)
        self.send("channels", [(CHANNEL, b'{"id": "%b"}' % CHANNEL.encode())])
        self.send("rules", rules)
        self.send("articles", articles)
        self.articles = sum(self.ends("articles").values())
        self._commit_once()

    def send(self, topic: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Rows of key and value on to a topic, acknowledged."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 20, "partitioner": "murmur2_random"})
        for key, value in rows:
            while True:
                try:
                    producer.produce(PREFIX + topic, value, key)
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.flush()

    def ends(self, topic: str) -> dict[int, int]:
        """Where each partition of a topic ends."""
        return witness.end_offsets(self.bootstrap, PREFIX + topic)

    def run(self, contestant: Contestant, group: str) -> Run:
        """Start it, wait until its group has committed every article. It is left running."""
        before = {topic: self.ends(topic) for topic in OUTPUTS}
        with watch_commits(self.bootstrap) as commits:
            contestant.start()
            marks = self._until_done(commits, contestant, group)
        after = {topic: self.ends(topic) for topic in OUTPUTS}
        outputs = {topic: (before[topic], after[topic]) for topic in OUTPUTS}
        rate = rate_per_s(marks)
        alerts = sum(sum(after[each].values()) - sum(before[each].values()) for each in ("alerts", RIVAL_TOPICS[0]))
        counted = marks[-1][1] - marks[0][1]
        return Run(
            articles_per_s=rate,
            alerts_per_s=rate * alerts / self.articles,
            cpu_us_per_article=contestant.cpu_s(marks[0][0], marks[-1][0]) / counted * 1e6,
            peak_bytes=contestant.peak_bytes(),
            measured_s=(marks[-1][0] - marks[0][0]) / 1000,
            outputs=outputs,
        )

    def _until_done(self, commits: CommitWatch, contestant: Contestant, group: str) -> list[Mark]:
        return commits.until(group, PREFIX + "articles", self.articles, time.monotonic, TIMEOUT_S, contestant.look)

    def _commit_once(self) -> None:
        """The broker makes its offsets topic when a group first asks for it."""
        with suppress(AssertionError):
            witness.committed(self.bootstrap, f"{PREFIX}first", PREFIX + "articles")
