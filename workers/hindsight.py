"""The rules as they stood at a time that has passed, as far as their records are still on the topics."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from schemas.article import Article
from schemas.envelope import Incoming
from schemas.lists import WordList
from schemas.rule import Rule, RuleStatus
from workers.channels import ChannelBook
from workers.errors import Refused
from workers.keeping import Keeper
from workers.ledger import RuleAsTold, RuleThen, same_query
from workers.match import Matcher, evaluate
from workers.records import read
from workers.rules.book import Book
from workers.rules.language import RuleError, expand, lists_of, parse, render
from workers.rules.language.tree import Query

QUERIES_MAX = 1_000  # kept as trees


@dataclass(frozen=True, slots=True)
class Version:
    """What one record on `rules` says."""

    number: int
    query: str
    live: bool


@dataclass(slots=True)
class Life:
    """All records of one id, in the order of their topic."""

    times_ms: list[int] = field(default_factory=list)
    versions: list[Version | None] = field(default_factory=list)  # None: deleted, or refused
    refused: list[bool] = field(default_factory=list)  # known once they are applied
    applied: int = 0  # so many of them

    def add(self, at_ms: int, version: Version | None) -> None:
        """A time that lies before an earlier one, by another clock, counts as that."""
        self.times_ms.append(max(at_ms, self.times_ms[-1] if self.times_ms else at_ms))
        self.versions.append(version)
        self.refused.append(False)

    def taken(self) -> None:
        """One that waited was taken at last; where there was an earlier one it may have been that."""
        if self.applied == 1:
            self.refused[0] = False

    def edited(self, from_ms: int, to_ms: int) -> bool:
        """Behind the one and up to the other; also where workers may differ, as the latest was refused."""
        first, last = bisect_right(self.times_ms, from_ms), bisect_right(self.times_ms, to_ms)
        return first < last or (last > 0 and self.refused[last - 1])

    def between(self, from_ms: int, to_ms: int) -> Sequence[Version | None] | None:
        """What stood at any time in between; None when the record that stood at its beginning is gone."""
        first, last = bisect_right(self.times_ms, from_ms), bisect_right(self.times_ms, to_ms)
        while first > 0 and self.refused[first - 1]:
            first -= 1  # what stood before a refused record stays
        return None if first == 0 else self.versions[first - 1 : last]

    def after(self, from_ms: int, to_ms: int) -> Sequence[Version | None]:
        """What came in between."""
        return self.versions[bisect_left(self.times_ms, from_ms) : bisect_right(self.times_ms, to_ms)]


class TellingMatcher(Matcher):
    """The engine; says which rules it is given."""

    def __init__(self, entered: Callable[[str], None]) -> None:
        super().__init__()
        self._entered = entered

    def add(self, rule_id: str, query: str | Query) -> None:
        """Add or replace."""
        super().add(rule_id, query)
        self._entered(rule_id)


class Hindsight:
    """Replays the records of `rules` and `lists` as a worker that has run all the time; see workers.ledger.RulesThen.

    Compaction takes away a record when a later one of the same id is there. So of each id everything is known from
    its first record that still stands.
    """

    def __init__(self, records: Iterable[Incoming], max_bytes: int) -> None:
        self.at_ms = 0
        self._max_bytes = max_bytes
        self._refused = False
        self._book = Book(TellingMatcher(self._entered))
        self._keeper = Keeper(self._book, ChannelBook(), max_bytes, self._refuse)
        self._keeper.loaded()
        self._ahead = deque(records)
        self._rules: dict[str, Life] = {}
        self._lists: dict[str, Life] = {}
        self._entries: dict[str, Sequence[str]] = {}
        self._parsed = lru_cache(QUERIES_MAX)(_parsed)
        for record in self._ahead:
            self._note(record)

    def advance(self, to_ms: int) -> None:
        """Apply what was written until then."""
        while self._ahead and self._ahead[0].timestamp_ms <= to_ms:
            record = self._ahead.popleft()
            life = self._life(record)
            self._refused = False
            self._keeper.keep(record)
            life.refused[life.applied] = self._refused
            life.applied += 1
            if record.topic == "lists" and not self._refused:
                self._learn(record)
        self.at_ms = max(self.at_ms, to_ms)

    def _refuse(self, *_: object) -> None:
        self._refused = True

    def _entered(self, rule_id: str) -> None:
        """The rule was taken into the book; perhaps only now, when a list came that it had waited for."""
        self._rules[rule_id].taken()

    def match(self, article: Article) -> Mapping[str, RuleThen]:
        """The live rules that say yes now."""
        return {
            rule_id: RuleThen(live.rule.version, live.canonical, live.lists, live.rule.dedup_window_s * 1000)
            for rule_id, live in self._book.match(article).items()
        }

    def edited(self, rule_id: str, lists: frozenset[str], from_ms: int, to_ms: int) -> bool:
        """The rule, or one of the lists."""
        lives = [self._rules.get(rule_id), *(self._lists.get(name) for name in lists)]
        return any(life.edited(from_ms, to_ms) for life in lives if life is not None)

    def stood(self, rule: RuleAsTold, from_ms: int, to_ms: int) -> bool | None:
        """Any version of the rule that is live, of that number and query."""
        life = self._rules.get(rule.id)
        if life is None:
            return None
        known = life.between(from_ms, to_ms)
        versions = life.after(from_ms, to_ms) if known is None else known
        if any(version is not None and self._is(version, rule) for version in versions):
            return True
        return None if known is None else False

    def _is(self, version: Version, rule: RuleAsTold) -> bool:
        if not version.live or version.number != rule.version:
            return False
        query = self._parsed(version.query)
        return query is not None and same_query(render(query), rule.query)

    def says_yes(self, query: str, article: Article, from_ms: int, to_ms: int) -> bool | None:
        """None for a query that was shortened, or names lists that are not there, or were edited in between."""
        tree = self._parsed(query)
        if tree is None:
            return None
        names = lists_of(tree, self._entries)
        if any(life.edited(from_ms, to_ms) for name in names if (life := self._lists.get(name))):
            return None
        try:
            return evaluate(expand(tree, self._entries) if names else tree, article)
        except RuleError:
            return None

    def _life(self, record: Incoming) -> Life:
        lives = self._rules if record.topic == "rules" else self._lists
        return lives.setdefault((record.key or b"").decode("utf-8", "replace"), Life())

    def _note(self, record: Incoming) -> None:
        version = None
        if record.value is not None and record.topic == "rules":
            version = self._version(record.value)
        self._life(record).add(record.timestamp_ms, version)

    def _version(self, value: bytes) -> Version | None:
        try:
            rule = read(Rule, "rule", value, self._max_bytes)
        except Refused:
            return None
        return Version(rule.version, rule.query, rule.status is RuleStatus.LIVE)

    def _learn(self, record: Incoming) -> None:
        key = (record.key or b"").decode("utf-8", "replace")
        if record.value is None:
            self._entries.pop(key, None)
        else:
            self._entries[key] = read(WordList, "list", record.value, self._max_bytes).entries


def _parsed(query: str) -> Query | None:
    """As typed: its lists are still named. None for what cannot be read."""
    try:
        return parse(query)
    except RuleError:
        return None
