"""The living rule set: every rule's latest good record, what its query means, and who is asked for a match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.article import Article
from schemas.lists import WordList
from schemas.reasons import RefusalReason
from schemas.rule import Rule, RuleStatus
from workers.errors import Refused
from workers.rules.language import RuleError, check_list, expand, lists_of, parse, render
from workers.rules.language.tree import Query


class Percolator(Protocol):
    """Which of the queries it knows say yes to an article."""

    def add(self, rule_id: str, query: Query) -> None:
        """Add or replace."""

    def remove(self, rule_id: str) -> None:
        """Forget; one that is not there is forgotten already."""

    def match(self, article: Article) -> list[str]:
        """The ids of the rules that say yes."""


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule that can be read: its record, its canonical form, and its tree with the lists in place."""

    rule: Rule
    canonical: str
    query: Query
    lists: frozenset[str]  # all it depends on, also through other lists


class RefusedByLists(Refused):
    """The record is right in itself: other lists, or other rules, may let it in."""


class Book:
    """Applies edits whole or not at all: what is refused leaves everything as it was."""

    def __init__(self, percolator: Percolator) -> None:
        self._percolator = percolator
        self._rules: dict[str, LiveRule] = {}
        self._lists: dict[str, WordList] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def match(self, article: Article) -> dict[str, LiveRule]:
        """The live rules that say yes, as they stand now."""
        return {rule_id: self._rules[rule_id] for rule_id in self._percolator.match(article)}

    def find(self, rule_id: str) -> LiveRule | None:
        """The rule as it stands now, live or not; None where there is none."""
        return self._rules.get(rule_id)

    def put_rule(self, rule: Rule) -> None:
        """Add or replace. Raises Refused when the query cannot be read."""
        self._enter(self._read(rule, self._entries(self._lists)))

    def drop_rule(self, rule_id: str) -> None:
        """Forget a rule."""
        if self._rules.pop(rule_id, None) is not None:
            self._percolator.remove(rule_id)

    def put_list(self, words: WordList) -> None:
        """Add or replace a list, and with it every rule that uses it. Raises Refused when one of them would break."""
        self._swap_lists({**self._lists, words.id: words}, words.id)

    def drop_list(self, list_id: str) -> None:
        """Forget a list. Raises Refused while a rule uses it."""
        self._swap_lists({name: words for name, words in self._lists.items() if name != list_id}, list_id)

    def _swap_lists(self, lists: dict[str, WordList], changed: str) -> None:
        entries = self._entries(lists)
        if changed in lists:
            _check_list(changed, entries)
        affected = [live.rule for live in self._rules.values() if changed in live.lists]
        renewed = [self._read(rule, entries) for rule in affected]
        self._lists = lists
        for live in renewed:
            self._enter(live)

    def _enter(self, live: LiveRule) -> None:
        rule = live.rule
        if rule.status is RuleStatus.LIVE:
            self._percolator.add(rule.id, live.query)
        elif rule.id in self._rules:
            self._percolator.remove(rule.id)
        self._rules[rule.id] = live

    @staticmethod
    def _entries(lists: Mapping[str, WordList]) -> dict[str, Sequence[str]]:
        return {name: words.entries for name, words in lists.items()}

    @staticmethod
    def _read(rule: Rule, lists: Mapping[str, Sequence[str]]) -> LiveRule:
        typed, expanded = _understand(rule.query, lists, f"rule {rule.id}")
        return LiveRule(rule, render(typed), expanded, lists_of(typed, lists))


def _check_list(name: str, lists: Mapping[str, Sequence[str]]) -> None:
    try:
        check_list(name, lists)
    except RuleError as exc:
        raise _refused(exc, exc.message) from None  # the error holds the whole text


def _understand(query: str, lists: Mapping[str, Sequence[str]], what: str) -> tuple[Query, Query]:
    """The tree as typed, and with the lists in place."""
    try:
        typed = parse(query, lists)
        return typed, expand(typed, lists)
    except RuleError as exc:
        where = f"at character {exc.start + 1}"
        raise _refused(exc, f"{what}: query, {where}: {exc.message}") from None  # the error holds the whole text


def _refused(why: RuleError, message: str) -> Refused:
    kind = RefusedByLists if why.by_lists else Refused
    return kind(message, reason=RefusalReason.QUERY_REFUSED, hint=why.hint)
