"""How many articles a second the match worker carries, beside rivals on the same broker, and how soon an edit is live.

python -m tests.benchmarks.pipeline [--quick] [--json FILE] [--save] [--profile]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from tests.benchmarks import anatomy, live_edits, machine, report
from tests.benchmarks.commits import Stalled
from tests.benchmarks.contest import BY_ARTICLE, OURS, PLAIN, PLAIN_PARSING, QUIX, Contest
from tests.benchmarks.contestant import Contestant, Died
from tests.benchmarks.prediction import Disagreement, Prediction, predict
from tests.benchmarks.reuters import REPEATED_EVERY, CorpusMissing, Publication, publications, stories
from tests.benchmarks.rule_maker import MadeRule, WordIndex, make_rules, make_silent
from tests.benchmarks.spread import Spread, percentile
from tests.benchmarks.stand import CHANNEL, Run, Stand
from tests.services.kafka import KafkaServer
from tests.services.missing import Missing
from tests.services.redis import RedisServer

HITS_PER_STORY = 0.2 * REPEATED_EVERY / (REPEATED_EVERY - 1)  # one alert in five articles, repeated ones have none
TELLING = 1000  # rules that match; more match nothing, so that as many alerts come of any number of rules
PARTITIONS = 4
FLOW_PER_S = 500  # beside the edits, well below what the worker carries
SAMPLE = 3  # stories that the evaluator is asked about with every rule
READY_S = 60.0
MEASURED = """\
Articles/s: articles between the first and the last commit of a run, through the time between the two as the broker
recorded them (`__consumer_offsets`); start-up and the first batch are left out, the articles lay on the topic before.
All runs on one broker and one redis-server, on the same partitions and articles, each as a consumer group of its own
with claims of its own, one process at a time, in turn. The worker runs with its default settings. One record in twenty
repeats a story. "All of it": read, match, claim, publish and wait, confirm, commit. quix-streams and the parsing agent
read with the same model and publish as many records of the same size, and do nothing in between. "Rules without
stories": the same rules with `dedup: article`, so the ratio to it is what telling copies of a story apart costs.
CPU is that of the process, user and system, between the same two commits. In brackets: least and greatest of the runs.
Beyond 1,000 rules all others match nothing: as many alerts come of any number of rules, and rivals publish as many.
Edit to live: an edit's acknowledgement by the broker → the publication of the first article that it matches; one is
published every 5 ms, the first at once, so 0 says that the edit was live before that one had reached the matcher."""


class Arguments(argparse.Namespace):
    """What was asked for."""

    quick: bool
    json: Path | None
    save: bool
    profile: bool
    articles: int | None
    rules: list[int] | None
    runs: int | None
    edits: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class Task:
    """What all contestants are given, and what must come of it."""

    publications: Sequence[Publication]
    rules: Sequence[MadeRule]
    prediction: Prediction

    def told(self) -> dict[str, str]:
        """For people."""
        number = len(self.publications)
        size = sum(len(each.value()) for each in self.publications) / number
        alerts, held = len(self.prediction.alerts), self.prediction.held
        share = f"{self.prediction.articles_with_alerts / number:.1%}"
        return {
            "articles": f"{number:,} of Reuters, {size:,.0f} bytes on average, {PARTITIONS} partitions",
            "rules": f"{len(self.rules):,}",
            "predicted": f"{alerts:,} alerts ({alerts / number:.3f} an article, on {share} of them); held: {held:,}",
        }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="./run bench pipeline", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--quick", action="store_true", help="one small round, in under a minute")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the result there as well")
    made.add_argument("--save", action="store_true", help="keep the result in docs/benchmarks/")
    made.add_argument(
        "--profile", action="store_true", help="show where an article's time goes, instead of the contest"
    )
    made.add_argument("--articles", type=int, metavar="N", help="articles on the topic (60000; quick: 6000)")
    made.add_argument(
        "--rules", type=int, nargs="+", metavar="N", help="watch rules (1000 and 100000, each by itself; quick: 1000)"
    )
    made.add_argument("--runs", type=int, metavar="N", help="rounds (3; quick: 1)")
    made.add_argument("--edits", type=int, metavar="N", help="edits whose way is timed (50; quick: 15)")
    made.add_argument("--seed", type=int, default=21578, metavar="N", help="of rules and order (21578)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """0 done or skipped, 1 wrong output or a contestant that failed."""
    wanted = parser().parse_args(argv, Arguments())
    described = machine.describe()
    name = "pipeline-profile" if wanted.profile else "pipeline"
    texts = [f"# {name}\n\n{report.facts(described)}"]
    kept: dict[str, Any] = {"machine": described}
    try:
        for number in wanted.rules or ([1000] if wanted.quick or wanted.profile else [1000, 100_000]):
            told, result = measured(number, wanted)
            texts.append(f"## {number:,} rules\n\n{report.facts(told)}\n\n{result.pop('text')}")
            kept[f"{number} rules"] = {"task": told, **result}
    except (CorpusMissing, Missing) as reason:
        print(f"skipped: {reason}")
        return 0
    except (Disagreement, Died, Stalled, live_edits.NeverLive) as reason:
        print(f"failed: {reason}", file=sys.stderr)
        return 1
    text = "\n\n".join(texts if wanted.profile else [*texts, MEASURED]) + "\n"
    print(text)
    if wanted.json:
        report.write_json(wanted.json, kept)
    if wanted.save:
        report.save(name, text, kept)
    return 0


def measured(number: int, wanted: Arguments) -> tuple[dict[str, str], dict[str, Any]]:
    """The task with so many rules, for people, and what came of it."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        prepared(number, wanted, Path(folder)) as (stand, task),
    ):
        return task.told(), anatomy.examine(stand, task.rules) if wanted.profile else contest(stand, task, wanted)


@contextmanager
def prepared(number: int, wanted: Arguments, folder: Path) -> Iterator[tuple[Stand, Task]]:
    """A broker and a store with everything on them."""
    corpus = stories()
    index = WordIndex([story.text for story in corpus])
    rules = make_rules(index, min(number, TELLING), HITS_PER_STORY, wanted.seed)
    rules += make_silent(index, number - len(rules), wanted.seed, rules)
    published = publications(corpus, wanted.articles or (6_000 if wanted.quick else 60_000), wanted.seed)
    task = Task(published, rules, predict(published, rules, SAMPLE, wanted.seed))
    records = [(rule.id, orjson.dumps(rule.record(CHANNEL))) for rule in rules]
    with KafkaServer() as kafka, RedisServer() as redis:
        stand = Stand(kafka.bootstrap, redis.url, folder, PARTITIONS)
        stand.load(((each.uri, each.value()) for each in published), records)
        yield stand, task


def contest(stand: Stand, task: Task, wanted: Arguments) -> dict[str, Any]:
    """The rounds, then the edits."""
    rules_file = stand.folder / "rules.jsonl"
    rules_file.write_bytes(b"\n".join(orjson.dumps(rule.record(CHANNEL)) for rule in task.rules))
    arena = Contest(stand, task.rules, rules_file, task.prediction)
    names = [OURS, BY_ARTICLE, QUIX, PLAIN, *([] if wanted.quick else [PLAIN_PARSING])]
    runs = arena.rounds(names, wanted.runs or (1 if wanted.quick else 3), lambda line: print(line, file=sys.stderr))
    worker = arena.ours(arena.last_group)
    worker.start()
    try:
        wait_ready(worker)
        number = wanted.edits or (15 if wanted.quick else 50)
        edits = {"nothing else flows": live_edits.measure(stand.bootstrap, number)}
        values = [each.value() for each in task.publications[:1000]]
        with live_edits.flowing(stand.bootstrap, values, FLOW_PER_S):
            edits[f"{FLOW_PER_S} articles/s flow"] = live_edits.measure(stand.bootstrap, number)
    finally:
        worker.stop()
    return outcome(runs, edits)


def wait_ready(worker: Contestant) -> None:
    """Until the worker says so. Raises Died."""
    worker.wait_logged('"event": "ready"', READY_S)


def outcome(runs: Mapping[str, Sequence[Run]], edits: Mapping[str, Sequence[live_edits.Edit]]) -> dict[str, Any]:
    """Numbers and text."""
    rates = {name: Spread.of([run.articles_per_s for run in each]) for name, each in runs.items()}
    cpu = {name: Spread.of([run.cpu_us_per_article for run in each]) for name, each in runs.items()}
    rows = [
        [
            name,
            report.spread_text(rates[name]),
            report.spread_text(Spread.of([run.alerts_per_s for run in each])),
            report.spread_text(cpu[name]),
            f"{max(run.peak_bytes for run in each) / 2**20:.0f}",
        ]
        for name, each in runs.items()
    ]
    ratios = {f"ours / {name}": _ratio(runs[OURS], runs[name]) for name in runs if name != OURS}
    times: dict[str, list[float]] = {}
    for when, each in edits.items():
        times[f"edit to live, {when}"] = [edit.live_ms for edit in each]
        times[f"edit to its first alert, {when}"] = [edit.alert_ms for edit in each]
    edit_rows = [
        [name, str(len(each)), *(f"{percentile(each, p):.1f}" for p in (50, 99, 100))] for name, each in times.items()
    ]
    parts = [
        report.table(["", "articles/s", "alerts/s", "CPU µs/article", "peak MiB"], rows),
        report.table(
            ["ratio of the medians", "articles/s", "articles per CPU second"],
            [[name, *(f"{ratio:.2f}" for ratio in each.values())] for name, each in ratios.items()],
        ),
        report.table(["ms", "edits", "p50", "p99", "max"], edit_rows),
        f"Alerts of {OURS}, with and without stories, and {PLAIN}: exactly those that were predicted, in every run.",
    ]
    return {
        "text": "\n\n".join(parts),
        "runs": {name: [asdict(run) | {"outputs": None} for run in each] for name, each in runs.items()},
        "ratios": ratios,
        "edit_ms": {name: {f"p{p}": percentile(each, p) for p in (50, 99, 100)} for name, each in times.items()},
    }


def _ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> dict[str, float]:
    rate, their_rate = (Spread.of([run.articles_per_s for run in each]).median for each in (ours, theirs))
    cpu, their_cpu = (Spread.of([run.cpu_us_per_article for run in each]).median for each in (ours, theirs))
    return {"articles per second": rate / their_rate, "articles per CPU second": their_cpu / cpu}


if __name__ == "__main__":
    sys.exit(main())
