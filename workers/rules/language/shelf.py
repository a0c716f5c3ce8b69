"""The named lists as the language sees them: read, and known by what matters where they are named."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from workers.rules.language.judge import Facts, check_tree, facts_of
from workers.rules.language.parser import Reading, read
from workers.rules.language.place import either, put
from workers.rules.language.refusal import RuleError, shown
from workers.rules.language.tree import NOWHERE, ListRef, Query, Span, walk

_Known: TypeAlias = tuple[tuple[str, Facts], ...]


class Shelf:
    """The lists of one call. What a list says is kept between calls too, as long as its entries stay the same."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._facts: dict[str, Facts] = {}

    def learn(self, tree: Query) -> None:
        """Get to know all lists that `tree` depends on.

        Raises RuleError at the list in `tree` that is unknown, empty or circular, or that has an entry that is refused,
        itself or through another list.
        """
        for node in walk(tree):
            if isinstance(node, ListRef) and node.name not in self._facts:
                self._learn(node.name, node.span)

    def facts(self, name: str) -> Facts:
        """Of a list that was learnt."""
        return self._facts[name]

    def placed(self) -> Mapping[str, Query]:
        """Each list that was learnt as one tree without lists, its entries joined by Or, with no place in a rule."""
        return _placed(tuple((name, tuple(self._lists[name])) for name in self._facts))  # each behind those it names

    def _learn(self, name: str, span: Span) -> None:
        """Depth first, with a stack of its own: lists may name lists for long."""
        path: dict[str, tuple[str, ...]] = {}  # lists being learnt, outermost first, each with what it still waits for
        wanted: str | None = name
        while wanted is not None or path:
            if wanted is not None:
                path[wanted] = self._named(wanted, span, path)
            current = next(reversed(path))
            wanted = next((each for each in path[current] if each not in self._facts), None)
            if wanted is None:
                self._facts[current] = self._judged(current, span, path.pop(current))
            elif wanted in path:
                circle = [*list(path)[list(path).index(wanted) :], wanted]
                told = f"list {shown(wanted)} names itself: {_chain(circle)}"
                raise RuleError(told, *span, "take the name out of one of these lists", by_lists=True)

    def _named(self, name: str, span: Span, path: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The lists that a list names."""
        whose = f", named by list {shown(next(reversed(path)))}" if path else ""
        if name not in self._lists:
            near = difflib.get_close_matches(name[:100], list(self._lists)[:1000], n=1)
            hint = f"did you mean @{near[0]}?" if near else "make the list first, or put the text in quotes"
            raise RuleError(f"there is no list {shown(name)}{whose}", *span, hint, by_lists=True)
        if not self._lists[name]:
            hint = "give it an entry, or take its name out"
            raise RuleError(f"list {shown(name)} is empty{whose}", *span, hint, by_lists=True)
        try:
            return _named_by(name, tuple(self._lists[name]))
        except RuleError as exc:
            raise RuleError(exc.message, *span, exc.hint, by_lists=exc.by_lists) from None

    def _judged(self, name: str, span: Span, named: Sequence[str]) -> Facts:
        known = tuple((each, self._facts[each]) for each in named)
        try:
            return _judged(name, tuple(self._lists[name]), known)
        except RuleError as exc:
            raise RuleError(exc.message, *span, exc.hint, by_lists=exc.by_lists) from None


def _chain(names: Sequence[str]) -> str:
    if len(names) > 10:
        names = [*names[:5], "…", *names[-4:]]
    return " → ".join(map(shown, names))


@lru_cache(maxsize=256)
def _readings(name: str, entries: tuple[str, ...]) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    for entry in entries:
        try:
            readings.append(read(entry))
        except RuleError as exc:
            raise _of_entry(exc, name, len(readings) + 1, entry) from None
    return tuple(readings)


@lru_cache(maxsize=256)
def _named_by(name: str, entries: tuple[str, ...]) -> tuple[str, ...]:
    """The lists that a list names."""
    return tuple(sorted({each for reading in _readings(name, entries) for each in reading.lists}))


@lru_cache(maxsize=256)
def _judged(name: str, entries: tuple[str, ...], known: _Known) -> Facts:
    of_list = dict(known).__getitem__
    pairs = list(zip(entries, _readings(name, entries), strict=True))
    for number, (entry, reading) in enumerate(pairs, start=1):
        try:
            check_tree(reading, of_list)
        except RuleError as exc:
            raise _of_entry(exc, name, number, entry) from None
    return facts_of(pairs, of_list)


@lru_cache(maxsize=64)
def _placed(lists: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, Query]:
    placed: dict[str, Query] = {}
    for name, entries in lists:
        trees = [put(reading.tree, placed, nowhere=True) for reading in _readings(name, entries)]
        placed[name] = either(trees, NOWHERE)
    return placed


def lists_named(name: str, entries: Sequence[str]) -> tuple[str, ...]:
    """The lists that a list names itself; none where it cannot be read."""
    try:
        return _named_by(name, tuple(entries))
    except RuleError:
        return ()


def _of_entry(exc: RuleError, name: str, number: int, entry: str) -> RuleError:
    """The refusal with the entry that it is about; its place is still that in the entry."""
    told = f"list {shown(name)}, entry {number} ({shown(entry)}): {exc.message}"
    return RuleError(told, exc.start, exc.end, exc.hint, by_lists=exc.by_lists)
