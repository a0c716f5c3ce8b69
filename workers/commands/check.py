"""Check a file of rules: its fields, its lists, and each query against the rule language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.lists import WordList
from schemas.rule import Rule
from workers.rules.files import Problem, RuleFile, read_list_file, read_rules
from workers.rules.language import RuleError, check_list, parse
from workers.rules.language.lint_note import Note
from workers.rules.language.tree import Query

Entries = Mapping[str, Sequence[str]]
_STAND_IN = ("list",)  # for the entries of a list that is wrong: one word, which may stand wherever a list may


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule language says to one rule: a tree, or an error."""

    id: str
    place: str  # file:line; with an error, of the fault
    query: str
    tree: Query | None = None  # as typed: lists are still named
    error: RuleError | None = None
    notes: tuple[Note, ...] = ()  # what `linted` found


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with what is wrong in it, and a verdict on each rule whose fields are right."""

    file: RuleFile
    entries: Entries  # of the file's lists, of the lists' file, and of those known before
    problems: tuple[Problem, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def refused(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.problems) or any(verdict.error for verdict in self.verdicts)


def check(path: Path, lists_path: Path | None = None, known: Mapping[str, WordList] | None = None) -> Checked:
    """Read and check a file of rules; `known` are lists that rules may name besides. Never raises for what is in it."""
    file = read_rules(path)
    given, wrong = _lists_of(lists_path)
    problems = [*file.problems, *wrong]
    problems += [
        Problem(file.place("list", name), f"list {name}: stands in {lists_path} too", "keep one of them")
        for name in file.lists
        if name in given
    ]
    told = {each.record_id: _STAND_IN for each in problems if each.kind == "list"}
    entries: dict[str, Sequence[str]] = {**told}  # of a wrong list is told once, and not that there is none
    entries |= {name: words.entries for name, words in {**(known or {}), **given, **file.lists}.items()}
    places = {name: str(lists_path) for name in given} | {name: file.place("list", name) for name in file.lists}
    for name, place in places.items():  # a list is wrong by itself too, whether a rule names it or not
        try:
            check_list(name, entries)
        except RuleError as error:
            problems.append(Problem(place, error.message, error.hint))
    if not (problems or file.rules or file.lists or file.channels):
        problems.append(Problem(str(path), "there is no rule in it", "wirewatch rules check --help shows the forms"))
    verdicts = tuple(_judge(file, rule, entries) for rule in file.rules.values())
    return Checked(file, entries, tuple(problems), verdicts)


def _lists_of(path: Path | None) -> tuple[Mapping[str, WordList], tuple[Problem, ...]]:
    if path is None:
        return {}, ()
    file = read_list_file(path)
    return file.lists, file.problems


def _judge(file: RuleFile, rule: Rule, entries: Entries) -> Verdict:
    try:
        return Verdict(rule.id, file.place("rule", rule.id), rule.query, tree=parse(rule.query, entries))
    except RuleError as exc:
        return Verdict(rule.id, file.place_in_query(rule.id, exc.start), rule.query, error=exc)
