"""What the matching benchmark has found, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.benchmarks import report
from tests.benchmarks.match_aims import aims
from tests.benchmarks.match_edits import Figures
from tests.benchmarks.match_measure import Row
from tests.benchmarks.match_scripts import ScriptRow

MEASURED = """\
One process and one core for each row, Reuters articles with title and body, from Python strings to a list of rule ids.
All times are CPU time of the thread. The whole corpus is matched once before, so that frequencies are known and words
were met; "first pass" is that time. Speeds: contestants in turns, again and again, each asked a sample of its own size,
as long and as short as the articles are; the medians of the rounds and of the rounds' ratios.
Rivals are given all spellings of a word that we know, so that all are asked the same. matcher-py's text is lowered and
its line breaks made spaces, mokaccino's split by one regular expression: part of their time, as splitting is of ours.
Candidates: rules that were looked at. Resident: what the process has more once the rules are in, their ids and texts
included; index: what is filed of them alone. The families: *selective*, a name or a phrase AND one of 2 to 5 topics;
*broad*, a topic AND one of 1 or 2 others; *lists*, one of 50 to 1,000 names AND a topic, all written out in the rule;
*wild*, selective with a tenth of the terms as wildcards or stems; *near*, two words NEAR/10."""
EDITED = """\
Microseconds; one edit, then one article, and so on. "Parsed before": the rule is given as its tree."""
BESIDE = """\
Microseconds a match, in turns with and without edits. A clock that runs while this thread does paces them, edits
included: before a match as many are made as are due. They add, replace and remove a rule, one after the other."""
HOT = """\
Microseconds, edits without articles in between. All rules have the one word; "match" is of articles as they come, with
the word or without."""
SCRIPTS = """\
The selective family where each letter of articles and rules is made one of Cyrillic or Greek, or each word two Han
characters with nothing between words (so that a word is a phrase). Rules whose words have one spelling only, articles
without the English 's. Cyrillic and Greek must have the hits of ASCII; in Han a'court is two words, and so its court is
one of its own."""


@dataclass(slots=True)
class Found:
    """All of a run."""

    rows: list[Row] = field(default_factory=list)
    hot: dict[str, Figures] = field(default_factory=dict)
    scripts: list[ScriptRow] = field(default_factory=list)
    starts: dict[str, float] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def told(found: Found, facts: Mapping[str, str], warnings: Sequence[str]) -> str:
    """The whole text."""
    parts = ["# Matching", report.facts(facts), *(f"**{warning}**" for warning in warnings), MEASURED]
    if found.rows:
        parts += ["## Agreement", *_agreement(found.rows), "## Articles a second", _speeds(found.rows)]
        parts += ["## An article, a rule", _figures(found.rows)]
        parts += ["## Edits", EDITED, _edits(found.rows), "## 100 edits a second", BESIDE, _beside(found.rows)]
    if found.hot:
        parts += ["## 100,000 rules on one common word", HOT, _hot(found.hot)]
    if found.scripts:
        parts += ["## Other scripts", SCRIPTS, _scripts(found.scripts)]
    if found.starts:
        table = [[name, f"{seconds:.2f}"] for name, seconds in found.starts.items()]
        parts += ["## From nothing to the first match", report.table(["a new process", "s"], table)]
    if found.left_out:
        parts += ["## Left out", "\n".join(f"- {each}" for each in dict.fromkeys(found.left_out))]
    reached = aims(found)
    if reached:
        parts += ["## Aims", report.table(["", "wanted", "found", ""], reached)]
    return "\n\n".join(parts)


def _name(row: Row) -> str:
    return f"{row.family} {row.rules:,}"


def _agreement(rows: Sequence[Row]) -> list[str]:
    agreed = [
        [_name(row), name, *(f"{n:,}" for n in (each.articles, each.both, each.only_ours, each.only_theirs)),
         f"{each.unexplained:,}"]
        for row in rows for name, each in row.agreement.items()
    ]  # fmt: skip
    if not agreed:
        return ["Nothing was compared."]
    classes = [
        [_name(row), name, why, f"{count:,}"]
        for row in rows
        for name, each in row.agreement.items()
        for why, count in each.classes.items()
    ]
    head = ["rules", "with", "articles", "hits of both", "only ours", "only theirs", "unexplained"]
    tables = [report.table(head, agreed)]
    if classes:
        tables += ["Why, for each hit that only one has; the plain evaluator was asked of each of them:",
                   report.table(["rules", "with", "why", "hits"], classes)]  # fmt: skip
    return tables


def _speeds(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row.articles_per_s))
    head = ["rules", *names, *(f"× {name}" for name in names[1:]), "first pass"]
    body = []
    for row in rows:
        speeds = [_figure(row.articles_per_s.get(name)) for name in names]
        times = [_figure(row.ratios.get(name), 1) for name in names[1:]]
        body.append([_name(row), *speeds, *times, _figure(row.figures["first pass articles/s"])])
    return report.table(head, body)


def _figures(rows: Sequence[Row]) -> str:
    head = ["rules", "p50 µs", "p99 µs", "p99.9 µs", "hit rate", "hits", "candidates", "for each match", "build s",
            "index B/rule", "resident MiB", "peak MiB"]  # fmt: skip
    body = []
    for row in rows:
        own = row.figures
        body.append([
            _name(row), *(f"{row.match_us[each]:,.1f}" for each in ("p50", "p99", "p99.9")), f"{own['hit rate']:.1e}",
            f"{own['hits an article']:,.2f}", f"{own['candidates an article']:,.1f}",
            f"{own['candidates a match']:,.1f}", f"{own['build s']:,.2f}", f"{own['index bytes a rule']:,.0f}",
            f"{own['resident MiB']:,.0f}", f"{own['peak MiB']:,.0f}",
        ])  # fmt: skip
    return report.table(head, body)


_EDITS = ("add", "add, parsed before", "replace", "remove")


def _edits(rows: Sequence[Row]) -> str:
    head = ["rules", *(f"{name} p50/p99/max" for name in _EDITS)]
    return report.table(head, [[_name(row), *(_three(row.edits_us[name]) for name in _EDITS)] for row in rows])


def _three(figures: Mapping[str, float]) -> str:
    return " / ".join(f"{figures[each]:,.0f}" for each in ("p50", "p99", "max"))


def _beside(rows: Sequence[Row]) -> str:
    head = ["rules", "p99 without", "p99 with", "ratio", "p99.9 without", "p99.9 with", "behind an edit p50/p99/max"]
    body = []
    for row in rows:
        own, other = row.beside_us["without"], row.beside_us["with"]
        body.append([
            _name(row), f"{own['p99']:,.1f}", f"{other['p99']:,.1f}", f"{other['p99'] / own['p99']:.2f}",
            f"{own['p99.9']:,.1f}", f"{other['p99.9']:,.1f}", _three(row.beside_us["next behind an edit"]),
        ])  # fmt: skip
    return report.table(head, body)


def _hot(found: Mapping[str, Figures]) -> str:
    names = (*_EDITS, "match")
    head = ["rules", *(f"{name} p50/p99/max" for name in names)]
    return report.table(head, [[rules, *(_three(figures[name]) for name in names)] for rules, figures in found.items()])


def _scripts(rows: Sequence[ScriptRow]) -> str:
    body = [
        [f"{name} {row.rules:,}", f"{speed:,.0f}", _figure(row.ratios.get(name), 2), *_same(row, name)]
        for row in rows
        for name, speed in row.articles_per_s.items()
    ]
    head = ["rules", "articles/s", "of ASCII", "hits of both", "only in ASCII", "only here"]
    return report.table(head, body)


def _same(row: ScriptRow, name: str) -> list[str]:
    found = row.agreement.get(name)
    return [f"{n:,}" for n in (found.both, found.only_ours, found.only_theirs)] if found else ["–"] * 3


def _figure(value: float | None, decimals: int = 0) -> str:
    return "–" if value is None else f"{value:,.{decimals}f}"
