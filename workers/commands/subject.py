"""The rule and the article that a command is asked about: where they come from is known here only."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from schemas.article import Article
from schemas.reasons import RefusalReason
from schemas.rule import RuleStatus
from workers.articles import read, read_articles
from workers.articles.files import LINE_MAX_BYTES, UNREADABLE, refuse_array
from workers.errors import Refused
from workers.rules.files import RuleFile, read_lists, read_rules
from workers.rules.language import RuleError, parse
from workers.rules.language.tree import Query

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class AskedRule:
    """A rule with the lists that it may name."""

    id: str | None  # None: a query of its own
    query: str  # as typed
    tree: Query
    lists: Mapping[str, Sequence[str]]
    idle: str = ""  # its status, where that is not live


def rule_of(id_or_query: str, rules: Path | None, lists: Path | None) -> AskedRule:
    """The rule with this id in the file of rules, or without such a file the query itself.

    Of the file only this rule has to be right, and the lists that it names. Raises Refused.
    """
    given = {name: words.entries for name, words in (read_lists(lists) if lists else {}).items()}
    if rules is None:
        return _asked(None, "the query", id_or_query, given)
    file = read_rules(rules)
    rule = file.rules.get(id_or_query)
    if rule is None:
        raise _unknown(id_or_query, file)
    entries = {**given, **{name: words.entries for name, words in file.lists.items()}}
    asked = _asked(rule.id, f"{file.place('rule', rule.id)}: rule {rule.id}", rule.query, entries)
    return asked if rule.status is RuleStatus.LIVE else replace(asked, idle=str(rule.status))


def _asked(rule_id: str | None, place: str, query: str, lists: Mapping[str, Sequence[str]]) -> AskedRule:
    try:
        return AskedRule(rule_id, query, parse(query, lists), lists)
    except RuleError as exc:
        raise Refused(f"{place}\n{exc.told(query)}", reason=RefusalReason.QUERY_REFUSED) from exc


def _unknown(rule_id: str, file: RuleFile) -> Refused:
    near = difflib.get_close_matches(rule_id[:100], list(file.rules)[:10_000], n=1)
    hint = f"did you mean {near[0]}?" if near else "to ask a query and no rule of a file, leave --rules out"
    if file.problems and not near:
        hint = "mend the file, as the rule may stand where it cannot be read"
    problems = "".join(f"\n{problem}" for problem in file.problems[:20])
    told = f"{file.path}: there is no rule {rule_id[:200]}{' that can be read' if problems else ''}{problems}"
    return Refused(told, reason=UNREADABLE, hint=hint)


def article_of(source: str, max_bytes: int) -> Article:
    """The article of a file (`one.json`), of a line of a file of JSON Lines (`news.jsonl.gz:17`), or of `-`.

    Raises Refused for what cannot be read, for what is no article, and for a file of several without a line.
    """
    if source == STANDARD_INPUT:
        return _read(_whole(_input_lines(), "standard input"), "standard input", max_bytes)
    path, _, line = source.rpartition(":")
    if path and line.isdecimal() and not Path(source).exists():
        return _read(_line(Path(path), int(line)), source, max_bytes)
    return _read(_whole(read_articles(Path(source)), source), source, max_bytes)


def _read(value: bytes, place: str, max_bytes: int) -> Article:
    try:
        return read(value, max_bytes)
    except Refused as exc:
        raise Refused(f"{place}: {exc.message}", reason=exc.reason, hint=exc.hint) from exc


def _line(path: Path, wanted: int) -> bytes:
    last = 0
    for number, value in read_articles(path):
        if number == wanted:
            return value
        if number > wanted:
            break
        last = number
    told = f"{path}:{wanted}: there is no article in this line"
    raise Refused(told, reason=UNREADABLE, hint=f"the last one before it is in line {last}" if last else "")


def _whole(lines: Iterator[tuple[int, bytes]], place: str) -> bytes:
    """All of it as one article, over one line or many."""
    found: list[bytes] = []
    size = 0
    for _, value in lines:
        if len(found) == 1 and _is_object(found[0]):
            hint = f"say which line: {place}:1" if place != "standard input" else "give one"
            raise Refused(f"{place}: there are several articles in it", reason=UNREADABLE, hint=hint)
        found.append(value)
        size += len(value)
        if size > LINE_MAX_BYTES:
            told = f"{place}: the article has more than {LINE_MAX_BYTES} bytes"
            raise Refused(told, reason=RefusalReason.TOO_LARGE, hint="give a smaller one")
    return b"\n".join(found)


def _is_object(value: bytes) -> bool:
    try:
        return isinstance(orjson.loads(value), dict)
    except orjson.JSONDecodeError:
        return False


def _input_lines() -> Iterator[tuple[int, bytes]]:
    number, begun = 0, False
    while line := sys.stdin.buffer.readline(LINE_MAX_BYTES + 1):
        number += 1
        if line.strip():
            if not begun:
                begun = True
                refuse_array(line, "standard input")
            yield number, line.rstrip(b"\r\n")
