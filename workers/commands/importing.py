"""`wirewatch rules import`: queries of other search tools as a file of rules, with a report of what that changes."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import orjson
from rich.text import Text

from workers.articles import read_articles
from workers.articles.files import UNREADABLE
from workers.commands.terminal import SHOWN_MAX, err, note, plain, say_error
from workers.errors import Refused
from workers.match.spellings import spellings
from workers.rules.dialects import DIALECTS, translate
from workers.rules.dialects.outcome import Outcome

EACH = "each"  # the dialect stands in each row
HEADINGS = ("DIALECT", "SET", "READ", "WITHOUT A LOSS", "WITH CHANGES", "NOT TAKEN")
_LABELS = {"scopus": "scopus", "corpustools": "corpustools", "ovid": "ovid", "pubmed": "pubmed"}
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._:-]+")
_ID_MAX = 190
_JSON_LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class Row:
    """A query as it stands in the file."""

    rule_id: str
    name: str
    query: str
    line: int  # of the file, where it begins
    dialect: str  # one of DIALECTS, or what the row says
    group: str = ""  # the set that it belongs to


@dataclass(slots=True)
class Counts:
    """What became of the queries of one dialect and set."""

    read: int = 0
    without_loss: int = 0
    changed: int = 0
    not_taken: int = 0

    def add(self, outcome: Outcome) -> None:
        """One more."""
        self.read += 1
        self.without_loss += outcome.without_loss
        self.changed += outcome.taken and not outcome.without_loss
        self.not_taken += not outcome.taken


@dataclass(slots=True)
class Summary:
    """Counts by dialect and set."""

    counts: dict[tuple[str, str], Counts] = field(default_factory=dict)
    not_taken: int = 0
    first_not_taken: list[tuple[Row, str]] = field(default_factory=list)  # with the reason; SHOWN_MAX at most

    def add(self, row: Row, outcome: Outcome) -> None:
        """One more."""
        if not outcome.taken:
            self.not_taken += 1
            if self.not_taken <= SHOWN_MAX:
                self.first_not_taken.append((row, outcome.reason))
        self.counts.setdefault((row.dialect, row.group), Counts()).add(outcome)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Of the table, sums last."""
        total = Counts()
        for (dialect, group), each in sorted(self.counts.items()):
            yield dialect, group or "-", *_cells(each)
            total.read += each.read
            total.without_loss += each.without_loss
            total.changed += each.changed
            total.not_taken += each.not_taken
        yield "all", "-", *_cells(total)


def import_rules(path: Path, dialect: str, to: Path | None, report: Path | None) -> Summary:
    """Write a rule for each query that is taken, and a line of report for each that is read.

    Rules go to `to` or standard output, the report to `report` or standard error. Raises Refused where the file cannot
    be read, has no query, or has a row without one.
    """
    if dialect not in (*DIALECTS, EACH):
        accepted = ", ".join((*DIALECTS, EACH))
        raise Refused(f"the dialect {dialect} is not known", reason=UNREADABLE, hint=f"accepted: {accepted}")
    summary = Summary()
    rows = list(read_queries(path, dialect))  # whole or not at all: a bad row leaves no half a file
    if not rows:
        raise _wrong(f"{path}: there is no query in it")
    rules: list[Mapping[str, object]] = []
    told: list[Mapping[str, object]] = []
    for row in rows:
        outcome = translated(row)
        summary.add(row, outcome)
        if outcome.query is not None:
            rules.append({"id": row.rule_id, "name": row.name[:500], "query": outcome.query})
        changes = [each._asdict() for each in outcome.changes]
        told.append(
            {
                "id": row.rule_id,
                "line": row.line,
                "taken": outcome.taken,
                "changes": changes,
                "reason": outcome.reason or None,
            }
        )
    _write(rules, to, sys.stdout)
    _write(told, report, sys.stderr)
    return summary


def translated(row: Row) -> Outcome:
    """What becomes of a query."""
    if row.dialect not in DIALECTS:
        return Outcome(None, reason=f"the dialect {row.dialect or 'of the row'} is not known")
    return translate(row.query, row.dialect, spellings)


def read_queries(path: Path, dialect: str) -> Iterator[Row]:
    """JSON Lines, plain or gzip, of objects with `query`, and `id` or `name`; or text, queries parted by blank lines.

    Ids are made fit for rules, and unique by a number behind them. Raises Refused.
    """
    used: Counter[str] = Counter()
    read = _json_rows if set(path.suffixes) & set(_JSON_LINES) else _text_rows
    for row in read(path, dialect):
        rule_id = _unique(_NOT_IN_ID.sub("-", row.rule_id).strip("-._:")[:_ID_MAX] or "query", used)
        yield replace(row, rule_id=rule_id)


def show_not_taken(summary: Summary, path: Path) -> None:
    """The first queries that no rule came of, with their lines in the file and the reasons."""
    for row, reason in summary.first_not_taken:
        say_error(f"{path}:{row.line}: {row.rule_id} is not taken: {reason}")
    if summary.not_taken > SHOWN_MAX:
        note(f"and {summary.not_taken - SHOWN_MAX} more that are not taken: see the report")


def show(summary: Summary) -> None:
    """The table, on standard error: standard output may hold the rules."""
    table = [HEADINGS, *summary.rows()]
    widths = [max(len(row[at]) for row in table) for at in range(len(HEADINGS))]
    for number, row in enumerate(table):
        cells = [
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, cell, width in zip(range(6), row, widths, strict=True)
        ]
        err().print(Text(plain("  ".join(cells)), "" if number else "bold"))


def _json_rows(path: Path, dialect: str) -> Iterator[Row]:
    for number, line in read_articles(path):
        try:
            data = orjson.loads(line)
        except orjson.JSONDecodeError as exc:
            raise _wrong(f"{path}:{number}: no JSON: {exc.msg}") from exc
        if not isinstance(data, dict) or not isinstance(data.get("query"), str):
            raise _wrong(f"{path}:{number}: has no query")
        group, name = str(data.get("set") or ""), str(data.get("name") or data.get("id") or f"line-{number}")
        rule_id = str(data["id"]) if data.get("id") else f"{group}-{name}"
        spoken = _labelled(str(data.get("dialect") or "")) if dialect == EACH else dialect
        yield Row(rule_id, name, data["query"], number, spoken, group)


def _text_rows(path: Path, dialect: str) -> Iterator[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise Refused(f"{path}: cannot be read: {exc.strerror or exc}", reason=UNREADABLE) from exc
    except UnicodeDecodeError as exc:
        raise _wrong(f"{path}: no UTF-8 at byte {exc.start}") from exc
    for number, (line, query) in enumerate(_paragraphs(text), 1):
        yield Row(f"{path.stem}-{number}", f"{path.stem} {number}", query, line, dialect)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """What blank lines part, each with the number of its first line."""
    kept: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            kept.append(line)
        elif kept:
            yield number - len(kept), "\n".join(kept).strip()
            kept = []


def _labelled(label: str) -> str:
    """The dialect that a label such as `Ovid/PubMed boolean (…)` begins with."""
    found = re.match(r"[a-z]+", label.lower())
    return _LABELS.get(found[0] if found else "", label)


def _unique(rule_id: str, used: Counter[str]) -> str:
    while True:
        used[rule_id] += 1
        if used[rule_id] == 1:
            return rule_id
        rule_id = f"{rule_id}-{used[rule_id]}"


def _cells(counts: Counts) -> Iterable[str]:
    return map(str, (counts.read, counts.without_loss, counts.changed, counts.not_taken))


def _write(values: Iterable[Mapping[str, object]], path: Path | None, instead: IO[str]) -> None:
    """A line of JSON each; in ASCII where a terminal may show it. Raises Refused where the file cannot be written."""
    if path is None:
        instead.writelines(json.dumps(value) + "\n" for value in values)
        return
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(orjson.dumps(value).decode() + "\n" for value in values)
    except OSError as exc:
        raise Refused(f"{path}: cannot be written: {exc.strerror}", reason=UNREADABLE) from exc


def _wrong(message: str) -> Refused:
    return Refused(
        message, reason=UNREADABLE, hint="give JSON Lines with a query a line, or text with blank lines between"
    )
