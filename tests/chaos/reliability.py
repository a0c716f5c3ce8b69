"""docs/reliability.md: all faults with what came of them, from the outcomes that were kept."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks import machine, report
from tests.chaos.delivery import reliability as delivery
from tests.chaos.delivery.outcome import DeliveryOutcome
from tests.chaos.faults import FAULTS
from tests.chaos.outcome import Outcome, alone, read
from tests.chaos.ranges import ranges
from tests.chaos.soak_report import soak_text

DOCS = Path(__file__).parents[2] / "docs"
OUTCOMES = "reliability.jsonl"
SEVERAL = "several"
HEAD = (
    "fault",
    "runs",
    "seeds",
    "articles",
    "matches",
    "lost",
    "repeated",
    "reordered",
    "wrong",
    "taken back",
    "recovery s",
)
INTRODUCTION = """\
# What breaks, and what comes of it

Written by `./run chaos --save`; `./run chaos --help` tells how to run it. Each run has topics and a redis-server of
its own on a real broker, workers as processes, and a steady flow of numbered articles while a fault strikes. One
article in eight has a uri that was there before, one in twelve the text of its neighbour, and one in eleven is a step
of a chain of versions: changed so that it still matches, or does not; corrected; canceled or withheld, and back
again; an older version that comes late, or behind its kill; under embargo for one to two and a half seconds, told
then, or killed or corrected while it is held. Then a reader that knows Kafka by kafka-python alone holds what stands
on the topics against the plain evaluator of the rules, and `wirewatch audit` balances the accounts:

- **lost**: article records that a rule matches, with neither an alert nor a decision that says why not; and
  corrections, retractions and releases of held articles that were due and never came. Must be 0.
- **repeated**: alert records beyond the first of their id. Where a batch in flight may repeat: at most {batch}
  articles for each rule, worker and blow. The same article record must have the same bytes each time; a run fails
  otherwise.
- **reordered**: alerts that overtook one of the same partition. Must be 0.
- **wrong**: alerts or decisions for what is no match, is under embargo, was killed or came late; retractions of what
  was never told or still holds; corrections and retractions to other channels than those that got the alert. Must
  be 0.
- **taken back**: retractions and corrections that were told.
- **recovery**: from the end of the harm (of a kill: from the kill; of a frozen worker: from when another has its
  partitions) until every article record that stood on the topic then is committed; median, and the greatest in
  brackets. The workers' patience is short in these runs: a session of 1.5 s, requests of 2 s, answers of Redis of 1
  s.

Channels' topics must hold the same bytes in the same order as `alerts`; dead letters must be those of the poison
and no others; every worker must end with 0 within 10 s of SIGTERM, and none may end unasked. A worker that keeps
back one message in five and one that forgets all retractions are among the tests: they are found out.
"""
LIMITS = """\
## What this does not show

- Clusters: coordinator and leaders are moved between two brokers, without replicas; failover and split brains of Kafka
  or Redis were not run. A Redis that comes back with what it knew seconds before stands for a replica that lagged.
- The clock that is shifted is the workers' (all that Python asks; monotonic clocks cannot be set). The clocks of
  the broker and of Redis, which leases and dedup windows go by, are the machine's.
- Whether an article is under embargo is judged by the timestamp of its record, and when it is released by the workers'
  clock. Where that is an hour ahead, held articles are released an hour early, and nothing here calls that wrong;
  where it is an hour behind, they wait until it is right.
- Where Redis loses its memory, a version that comes late may be told, if nobody was told of the newer one and that is
  no kill: see `docs/decisions/what-was-told.md`. There, such articles are not judged by their last word.
- A full disk is a limit on the size of Redis's files; the broker's disk was never full.
- The seed decides which fault strikes, where, when and for how long, and what is published. What the processes do
  in between is theirs: the same seed gives the same blows, not the same microseconds.
"""


def row(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    """The figures of one fault."""
    times = [each for outcome in outcomes for each in outcome.recovery_s]
    return [
        f"`{name}`",
        str(len(outcomes)),
        ranges(each.seed for each in outcomes) or "–",
        f"{sum(each.articles for each in outcomes):,}",
        f"{sum(each.matches for each in outcomes):,}",
        str(sum(each.all_lost for each in outcomes)),
        str(sum(each.repeats for each in outcomes)),
        str(sum(each.disordered for each in outcomes)),
        str(sum(each.all_wrong for each in outcomes)),
        f"{sum(each.taken_back for each in outcomes):,}",
        f"{median(times):.1f} ({max(times):.1f})" if times else "–",
    ]


def text(outcomes: Sequence[Outcome], batch: int, soak: str, deliveries: str = "") -> str:
    """The whole page; `deliveries` is the part about them."""
    names = [*(fault.name for fault in FAULTS), SEVERAL]
    by_name = {name: [each for each in outcomes if each.name == name] for name in names}
    told = [
        ["fault", "what it does", "may repeat"],
        [[f"`{fault.name}`", fault.does, fault.cost.value] for fault in FAULTS]
        + [[f"`{SEVERAL}`", "two or three of these, one after the other, drawn by the seed", "as each of them"]],
    ]
    failed = [each for each in outcomes if each.complaints]
    parts = [
        INTRODUCTION.format(batch=batch),
        _summary(outcomes),
        report.table(HEAD, [row(name, by_name[name]) for name in names]),
        _forgotten(sum(each.forgotten for each in outcomes)),
        _failures(failed),
        "## The faults",
        _plain_table(told[0], told[1]),  # type: ignore[arg-type]
        deliveries,
        soak,
        LIMITS,
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _plain_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *rows)])


def _summary(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "## The figures\n\nNo run has been kept yet."
    dates = sorted(each.date for each in outcomes)
    revisions = list(dict.fromkeys(each.revision for each in outcomes))
    machines = list(dict.fromkeys(each.machine for each in outcomes))
    seeds = len({each.seed for each in outcomes})
    return "\n".join(
        [
            "## The figures",
            "",
            f"{len(outcomes)} runs of {seeds} seeds, {sum(bool(each.complaints) for each in outcomes)} of them failed;",
            f"{dates[0]} to {dates[-1]}, revisions {', '.join(revisions)}; on {'; '.join(machines)}.",
        ]
    )


def _forgotten(count: int) -> str:
    """Empty where there are none."""
    if not count:
        return ""
    return (
        f"Where Redis was free to evict keys, {count} corrections and retractions are missing besides. A worker wants"
        "\n`maxmemory-policy noeviction`, and warns where it is another: a single key that is gone is not noticed."
    )


def _failures(failed: Sequence[Outcome]) -> str:
    if not failed:
        return ""
    lines = [
        f"- {' + '.join(each.faults)}, seed {each.seed}, {each.revision}: {complaint[:300]}"
        for each in failed
        for complaint in each.complaints
    ]
    return "\n".join(["Runs that failed:", "", *lines])


def file_of(outcome: Outcome | DeliveryOutcome) -> Path:
    """Where outcomes of its kind are kept."""
    return DOCS / (delivery.OUTCOMES if isinstance(outcome, DeliveryOutcome) else OUTCOMES)


def stamp(outcome: Outcome | DeliveryOutcome) -> Outcome | DeliveryOutcome:
    """Say where it was run, and what."""
    facts = machine.describe()
    outcome.machine = (
        ", ".join(facts[name] for name in ("processor", "memory", "system")) + f", Python {facts['python']}"
    )
    outcome.revision = revision()
    return outcome


def revision() -> str:
    """Of the code; with + where it was changed since."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"], cwd=DOCS, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()


def write(batch: int, docs: Path = DOCS) -> Path:
    """The page, from what was kept there."""
    page, kept = docs / "reliability.md", docs / OUTCOMES
    with alone(kept):  # so that of several processes the last writes all rows
        page.write_text(text(read(kept), batch, soak_text(docs), delivery.section(docs)))
    return page
