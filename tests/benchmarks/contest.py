"""The contestants of the pipeline benchmark, and their rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson

from tests.benchmarks.contestant import Contestant
from tests.benchmarks.judge import judge
from tests.benchmarks.prediction import Prediction
from tests.benchmarks.rule_maker import MadeRule
from tests.benchmarks.stand import CHANNEL, PREFIX, RIVAL_TOPICS, Run, Stand

OURS = "wirewatch run match"
BY_ARTICLE = "wirewatch run match, rules without stories"
QUIX = "quix-streams, parse and publish"
PLAIN = "plain faust agent, all of it"
PLAIN_PARSING = "plain faust agent, parse and publish"
MATCHING = (OURS, BY_ARTICLE, PLAIN)
COMMITS = 4  # of quix-streams in a run; each waits for the broker, so more would slow it


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the rivals without rules publish, so that the broker has the same to do."""

    share: float  # alerts an article
    alert_bytes: int  # value and headers


class Contest:
    """Runs contestants on a stand, each time as a group of its own with claims of its own."""

    def __init__(self, stand: Stand, rules: Sequence[MadeRule], rules_file: Path, prediction: Prediction) -> None:
        self._stand = stand
        self._rules = rules
        self._rules_file = rules_file
        self._prediction = prediction
        self._rules_version = 1
        self._sizes = Sizes(len(prediction.alerts) / stand.articles, 0)
        self.last_group = ""  # of ours, without the prefix
        self._make: Mapping[str, Callable[[str], Contestant]] = {
            OURS: self.ours,
            BY_ARTICLE: self.ours,
            QUIX: self._quix,
            PLAIN: self._plain,
            PLAIN_PARSING: self._plain_parsing,
        }

    def rounds(self, names: Sequence[str], runs: int, told: Callable[[str], None]) -> dict[str, list[Run]]:
        """Every contestant in every round, beginning with ours; the order turns. Raises Disagreement, Died, Stalled."""
        done: dict[str, list[Run]] = {name: [] for name in names}
        for number in range(runs):
            turn = number % len(names)
            for name in [*names[turn:], *names[:turn]]:
                run = self._one(name)
                done[name].append(run)
                told(f"round {number + 1} of {runs}: {name}: {run.articles_per_s:,.0f} articles/s")
        return done

    def _one(self, name: str) -> Run:
        group = f"contest-{uuid4().hex[:8]}"
        contestant = self._make[name](group)
        if name == BY_ARTICLE:
            self._edit_rules({"dedup": "article"})
        try:
            run = self._stand.run(contestant, PREFIX + group)
        finally:
            contestant.stop()
            if name == BY_ARTICLE:
                self._edit_rules({})
        if name in MATCHING:
            alert_bytes = judge(self._stand, run, self._prediction)
            self._sizes = Sizes(self._sizes.share, round(alert_bytes))
        if name == OURS:
            self.last_group = group
        return run

    def _edit_rules(self, more: Mapping[str, object]) -> None:
        self._rules_version += 1
        made = ({**rule.record(CHANNEL), "version": self._rules_version, **more} for rule in self._rules)
        self._stand.send("rules", [(str(record["id"]), orjson.dumps(record)) for record in made])

    def ours(self, group: str) -> Contestant:
        """The match worker with its default settings."""
        environment = {
            "WIREWATCH_KAFKA": self._stand.bootstrap,
            "WIREWATCH_REDIS": self._stand.redis_url,
            "WIREWATCH_TOPIC_PREFIX": PREFIX,
            "WIREWATCH_MATCH_GROUP": group,
            "WIREWATCH_REDIS_CLAIMS_KEY_PREFIX": f"{group}:",
            "WIREWATCH_LOG_FORMAT": "json",
        }
        return Contestant(("workers", "run", "match"), environment, self._log("ours"))

    def _quix(self, group: str) -> Contestant:
        targets = [f"--target={PREFIX}{name}" for name in RIVAL_TOPICS]
        every = max(self._stand.articles // COMMITS, 1)
        arguments = [f"--source={PREFIX}articles", *targets, f"--commit-every={every}", *self._output()]
        return self._rival("rival_quix", group, arguments)

    def _plain(self, group: str) -> Contestant:
        arguments = [f"--rules={self._rules_file}", f"--redis={self._stand.redis_url}", f"--key-prefix={group}:"]
        return self._rival("rival_faust", group, [f"--prefix={PREFIX}", f"--channel={CHANNEL}", *arguments])

    def _plain_parsing(self, group: str) -> Contestant:
        targets = [f"--target={name}" for name in RIVAL_TOPICS]
        return self._rival("rival_faust", group, [f"--prefix={PREFIX}", *targets, *self._output()])

    def _output(self) -> list[str]:
        return [f"--share={self._sizes.share}", f"--size-bytes={self._sizes.alert_bytes}"]

    def _rival(self, module: str, group: str, arguments: Sequence[str]) -> Contestant:
        common = [f"--bootstrap={self._stand.bootstrap}", f"--group={PREFIX}{group}"]
        return Contestant((f"tests.benchmarks.{module}", *common, *arguments), {}, self._log(module))

    def _log(self, name: str) -> Path:
        return self._stand.folder / f"{name}.log"
