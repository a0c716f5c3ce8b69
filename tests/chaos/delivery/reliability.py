"""The part of docs/reliability.md about delivery, from the outcomes that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks import report
from tests.chaos.delivery.faults import BLOW, FAULTS
from tests.chaos.delivery.outcome import DeliveryOutcome, read
from tests.chaos.ranges import ranges

OUTCOMES = "reliability-delivery.jsonl"
SEVERAL = "deliver-several"
HEAD = (
    "fault",
    "runs",
    "seeds",
    "alerts",
    "pairs",
    "delivered",
    "taken back",
    "withdrawn",
    "lost",
    "repeated",
    "reordered",
    "wrong",
    "recovery s",
)
INTRODUCTION = """\
## Delivery

`./run chaos --delivery` strikes `wirewatch run deliver` while alerts flow to five channels of four endpoints each:
2,000 and more of them, one in four retracted, from 1 to 60 alerts behind it. One endpoint takes all at once, one after
20 ms; one fails at each third event when it comes first, and one asks now and then to be spared (503). The receiver is
a process of its own and keeps an account of all that came, in its order; the reader holds it against `alerts`:

- **pairs**: each alert at each endpoint. **delivered** are those that the endpoint has accepted. **taken back** are
  those whose alert and whose retraction were both not sent, since the alert still waited, untried, when the
  retraction came; the records on `deliveries` must say so. **withdrawn** are those that got the alert and, behind it,
  its retraction.
- **lost**: neither delivered nor taken back; or delivered, and the retraction never came. Must be 0.
- **repeated**: accepted once more, under the same `webhook-id` and in the same bytes; at most {blow} for each blow,
  which is what may be under way or not yet written.
- **reordered**: retractions that came before their alert was accepted. Must be 0.
- **wrong**: retractions of what never came, events that do not stand on `alerts`, and other bytes. Must be 0.
- **recovery**: until each alert that stood on the topic when the harm ended has its outcome at each endpoint.

What `deliveries` says must be what the receiver saw: delivered there, a 2xx here, and the other way round. A worker
that keeps back one delivery in fifty is among the tests: it is found out.
"""


def row(name: str, outcomes: Sequence[DeliveryOutcome]) -> list[str]:
    """The figures of one fault."""
    times = [each for outcome in outcomes for each in outcome.recovery_s]
    return [
        f"`{name}`",
        str(len(outcomes)),
        ranges(each.seed for each in outcomes) or "–",
        f"{sum(each.alerts for each in outcomes):,}",
        f"{sum(each.pairs for each in outcomes):,}",
        f"{sum(each.delivered for each in outcomes):,}",
        f"{sum(each.taken_back for each in outcomes):,}",
        f"{sum(each.withdrawn for each in outcomes):,}",
        str(sum(each.lost for each in outcomes)),
        str(sum(each.repeats for each in outcomes)),
        str(sum(each.disordered for each in outcomes)),
        str(sum(each.wrong for each in outcomes)),
        f"{median(times):.1f} ({max(times):.1f})" if times else "–",
    ]


def text(outcomes: Sequence[DeliveryOutcome]) -> str:
    """All of it."""
    rows = [*((fault.name, fault.does, fault.may_repeat) for fault in FAULTS)]
    rows.append((SEVERAL, "two or three of these, one after the other, drawn by the seed", "as each of them"))
    figures = [row(name, [each for each in outcomes if each.name == name]) for name, _, _ in rows]
    told = ["| fault | what it does | may repeat |", "| --- | --- | --- |"]
    told += [f"| `{name}` | {does} | {may_repeat} |" for name, does, may_repeat in rows]
    parts = [INTRODUCTION.format(blow=BLOW), _summary(outcomes), report.table(HEAD, figures), "\n".join(told)]
    return "\n\n".join(part.strip("\n") for part in parts)


def _summary(outcomes: Sequence[DeliveryOutcome]) -> str:
    if not outcomes:
        return "No run of these has been kept yet."
    failed = [each for each in outcomes if each.complaints]
    dates = sorted(each.date for each in outcomes)
    revisions = ", ".join(dict.fromkeys(each.revision for each in outcomes))
    machines = "; ".join(dict.fromkeys(each.machine for each in outcomes))
    lines = [
        f"{len(outcomes)} runs of {len({each.seed for each in outcomes})} seeds, {len(failed)} of them failed;",
        f"{dates[0]} to {dates[-1]}, revisions {revisions}; on {machines}.",
    ]
    lines += [
        f"- {' + '.join(each.faults)}, seed {each.seed}, {each.revision}: {complaint[:300]}"
        for each in failed
        for complaint in each.complaints
    ]
    return "\n".join(lines)


def section(docs: Path) -> str:
    """From what was kept there."""
    return text(read(docs / OUTCOMES))
