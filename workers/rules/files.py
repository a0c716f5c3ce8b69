"""Rule files as operators write them: everything wrong is told, with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import orjson
from pydantic import ValidationError

from schemas.channel import Channel
from schemas.lists import WordList
from schemas.rule import Rule, RuleStatus
from schemas.wording import worded
from workers.errors import Refused
from workers.rules.raw import Kind, Problem, Raw, raw_records

__all__ = ["Problem", "RuleFile", "RuleFileRefused", "read_list_file", "read_lists", "read_rules"]

PROBLEMS_MAX = 1000
_ERRORS_MAX = 100  # of one record
_NO_WORD = "there is no word to look for"  # as the rule language says it
_MODELS: Mapping[Kind, type[Rule | WordList | Channel]] = {"rule": Rule, "list": WordList, "channel": Channel}
_HINTS = {
    ("rule", "id"): "1 to 200 letters, digits and . _ : - beginning with a letter or digit",
    ("rule", "channels"): "a list of channel ids: lower-case letters, digits and hyphens",
    ("rule", "dedup_window_s"): "seconds, from 1 to 604800 (a week)",
    ("rule", "priority"): "1 (most urgent) to 5",
    ("rule", "query"): "a text in the rule language",
    ("rule", "tags"): "a list of texts",
    ("rule", "version"): "leave it out: apply counts it",
    ("list", "id"): "1 to 100 letters, digits, hyphens and underscores",
    ("list", "entries"): "a list of at least one text",
    ("channel", "id"): "1 to 100 lower-case letters, digits and hyphens",
}


class RuleFileRefused(Refused):
    """The file has problems; nothing of it is taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)), reason="wrong_file")
        self.problems = problems


@dataclass(frozen=True)
class RuleFile:
    """What a file holds, by id in the file's order. With problems, only what stands apart from them."""

    path: Path
    rules: Mapping[str, Rule]
    lists: Mapping[str, WordList]
    channels: Mapping[str, Channel]
    problems: tuple[Problem, ...]
    lines: Mapping[Kind, Mapping[str, int]] = field(repr=False)
    queries: Mapping[str, tuple[int, bool]] = field(repr=False)  # of each rule's: its line; are its lines the file's?

    def place(self, kind: Kind, record_id: str) -> str:
        """file:line of a record, for problems that show later, such as in a query."""
        return f"{self.path}:{self.lines[kind][record_id]}"

    def place_in_query(self, rule_id: str, at: int) -> str:
        """file:line of a character of a rule's query; of where it begins, if its lines are not those of the file."""
        line, is_block = self.queries[rule_id]
        return f"{self.path}:{line + (self.rules[rule_id].query.count(chr(10), 0, at) if is_block else 0)}"

    def checked(self) -> RuleFile:
        """The file itself. Raises RuleFileRefused where it has problems."""
        if self.problems:
            raise RuleFileRefused(self.problems)
        return self


def read_rules(path: Path) -> RuleFile:
    """A file of rules; in YAML with lists and channels too. Never raises: look at `problems`, or ask for `checked()`.

    By its ending: JSON Lines, a rule a line (of a key given twice the last one counts, as in other JSON readers); or
    YAML, a list of rules or the sections `rules:`, `lists:` and `channels:`. Fields that a record does not have are
    problems here (slips of the pen), although they are kept on the topic. Queries are not looked into.
    """
    return _read(path, "rule")


def read_lists(path: Path) -> dict[str, WordList]:
    """The lists of a file: JSON Lines, a list a line, or YAML. Raises RuleFileRefused with all its problems."""
    return dict(read_list_file(path).checked().lists)


def read_list_file(path: Path) -> RuleFile:
    """The same file with all its problems beside the lists that stand apart from them. Never raises."""
    return _read(path, "list")


@dataclass(frozen=True, slots=True)
class _Heap:
    """What has been read so far."""

    records: dict[Kind, dict[str, Any]]
    lines: dict[Kind, dict[str, int]]
    queries: dict[str, tuple[int, bool]]


def _read(path: Path, kind: Kind) -> RuleFile:
    heap = _Heap({each: {} for each in _MODELS}, {each: {} for each in _MODELS}, {})
    problems: list[Problem] = []
    for raw in raw_records(path, kind):
        problems += [raw] if isinstance(raw, Problem) else _take(raw, path, heap)
        if len(problems) >= PROBLEMS_MAX:
            place = problems[-1].place
            problems[PROBLEMS_MAX - 1 :] = [Problem(place, f"{PROBLEMS_MAX} problems: not read further")]
            break
    records = heap.records
    told = tuple(problems)
    return RuleFile(path, records["rule"], records["list"], records["channel"], told, heap.lines, heap.queries)


def _take(raw: Raw, path: Path, heap: _Heap) -> list[Problem]:
    """Put a record on the heap, or say why not."""
    model = _MODELS[raw.kind]
    who = raw.data.get("id")
    name = f"{raw.kind} {who}" if isinstance(who, str) else raw.kind

    def problem(field_name: str, message: str, hint: str = "") -> Problem:
        bare = _NO_WORD if message == f"query: {_NO_WORD}" else message
        place = f"{path}:{raw.lines.get(field_name, raw.line)}"
        return Problem(place, f"{name}: {message}", hint, raw.kind, who if isinstance(who, str) else "", bare)

    problems = [
        problem(each, f"{each}: no such field", _nearest(each, model.model_fields))
        for each in raw.data
        if each not in model.model_fields
    ]
    known = {each: value for each, value in raw.data.items() if each in model.model_fields}
    nested = [each for each, value in known.items() if not _flat(value)]
    if nested:
        return problems + [problem(each, f"{each}: is nested", _nested_hint(raw.kind, each)) for each in nested]
    try:
        record = model.model_validate_json(orjson.dumps(known), strict=True)
    except orjson.JSONEncodeError as exc:  # YAML knows binary data, sets and numbers of any size
        return [*problems, problem("id", f"a value that JSON does not have: {exc}", "write texts and numbers")]
    except ValidationError as exc:
        return problems + [problem(where, what, hint) for where, what, hint in _tell(raw, exc)]
    first = heap.lines[raw.kind].get(record.id)
    if first is not None:
        return [*problems, problem("id", f"the id stands in line {first} already", "ids are unique within a file")]
    heap.lines[raw.kind][record.id] = raw.line
    if raw.kind == "rule":
        block = raw.blocks.get("query")
        heap.queries[record.id] = (block or raw.lines.get("query", raw.line), block is not None)
    if not problems:
        heap.records[raw.kind][record.id] = record
    return problems


def _tell(raw: Raw, error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Field, message and hint of each thing wrong with the fields of a record."""
    if error.error_count() > _ERRORS_MAX:
        yield "id", f"{error.error_count()} values are wrong", "is this the right file?"
        return
    errors = error.errors(include_url=False)
    entries = {each["loc"][0] for each in errors if len(each["loc"]) > 1}  # a list is too short without its wrong ones
    for each in errors:
        where = str(each["loc"][0])
        if each["type"] == "too_short" and where in entries:
            continue
        if each["type"] == "string_too_short" and where == "query":
            yield where, f"query: {_NO_WORD}", "write one, such as: Russia"
            continue
        words = worded(each["type"], each.get("ctx", {}), each["msg"])
        yield where, f"{'.'.join(map(str, each['loc']))}: {words}", _hint(raw, where, each["type"])


def _hint(raw: Raw, where: str, kind: str) -> str:
    value = raw.data.get(where)
    hint = _HINTS.get((raw.kind, where), "")
    if where == "status" and isinstance(value, str):
        return _nearest(value, list(RuleStatus))
    if kind == "string_type" and where in raw.data and not isinstance(value, list | dict):
        return "put it in quotes"
    return hint


def _nested_hint(kind: Kind, name: str) -> str:
    if kind == "channel" and name in Channel.model_fields:
        return "a file for wirewatch channels apply may have it"
    return "write one value, or a list of texts"


def _flat(value: object) -> bool:
    if isinstance(value, list):
        return not any(isinstance(each, list | dict) for each in value)
    return not isinstance(value, dict)


Names: TypeAlias = Mapping[str, Any] | list[Any]


def _nearest(name: str, names: Names) -> str:
    near = difflib.get_close_matches(name[:100], list(names), n=1)
    return f"did you mean {near[0]}?" if near else "accepted: " + ", ".join(names)
