"""Which rules say yes to an article: the door of the engine."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from schemas.article import Article
from workers.errors import Broken
from workers.match.account import account
from workers.match.clause import Account
from workers.match.engine.catalogue import Catalogue
from workers.match.engine.clauses import Need, branches
from workers.match.engine.given import Given
from workers.match.engine.kernel import edits, entries
from workers.match.engine.kernel.programs import CHECKED
from workers.match.engine.kernel.state import ALIKE
from workers.match.engine.keys import ALWAYS_KEY, Check, Literal
from workers.match.engine.plain import Tokens, plain_rule
from workers.match.engine.store import Store
from workers.match.evaluate import asked, holds
from workers.match.reading import Reading
from workers.match.recent import RECENT
from workers.rules.language import expand, parse
from workers.rules.language.tree import Query

_BATCH = 1 << 14  # numbers of rules that are handed over at a time
_NO_NUMBER = -(1 << 62)  # lower than what any number test takes


class Matcher:
    """The rules, live: adding, replacing and removing take effect at the next match, whatever their order.

    `rules` are texts by id, `lists` the entries of the lists that they name. Raises RuleError for a text that is
    refused. Not to be used from several threads at once.
    """

    def __init__(
        self, rules: Mapping[str, str] | None = None, lists: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._store = Store()
        self._catalogue = Catalogue(self._store)
        self._lists = dict(lists or {})
        self._slots: dict[str, int | tuple[int, ...]] = {}
        self._branched = 0  # how many rules have several slots
        self._ids: Any = np.full(1 << 10, "", object)  # for each slot its rule; an array is faster to pick many from
        self._queries: list[str | Query | None] = [None]  # for each slot its rule as it was given
        self._loose: dict[int, Query] = {}  # for each slot that is to be confirmed its rule's tree
        with _no_collecting():
            self._load(rules or {})

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def terms(self) -> int:
        """How many different things the rules ask of an article: words, phrases, wildcards, codes …"""
        return len(self._catalogue)

    @property
    def candidates(self) -> int:
        """How many rules were looked at for the last article; one filed under several of its words counts each time."""
        return self._store.candidates

    @property
    def index_bytes(self) -> int:
        """The memory of what is filed: rules, terms and phrases, without ids and trees."""
        return self._store.index_bytes

    def _load(self, rules: Mapping[str, str]) -> None:
        """The first rules: plain ones are handed over many at a time."""
        tokens = Tokens()
        batch: list[int] = []
        begun: list[str] = []
        longest = 0
        for rule_id, text in rules.items():
            rule = plain_rule(text, tokens)
            if rule is None:
                self.add(rule_id, text)
                continue
            literals = self._catalogue.plain_literals(rule)
            checks = self._catalogue.checks(rule.checks) if rule.checks else ()
            batch += (len(literals), CHECKED + len(rule.checks) if checks else 0, *literals, *checks)
            longest = max(longest, len(literals) + len(checks))
            begun.append(rule_id)
            if len(batch) > _BATCH:
                self._add_many(begun, rules, batch, longest)
                batch, begun = [], []
        self._add_many(begun, rules, batch, longest)

    def _add_many(self, rule_ids: list[str], rules: Mapping[str, str], batch: list[int], longest: int) -> None:
        self._store.put([0] * longest + batch)
        first = edits.add_rules(self._store.state, len(rule_ids), longest)
        self._slots.update(zip(rule_ids, range(first, first + len(rule_ids)), strict=True))
        self._name(first, rule_ids)
        self._queries += map(rules.__getitem__, rule_ids)

    def add(self, rule_id: str, query: str | Query) -> None:
        """Add or replace. A tree's lists have been put in place (`expand`). Raises RuleError for a text refused."""
        rule = plain_rule(query, Tokens()) if isinstance(query, str) else None
        if rule is not None:
            literals = self._catalogue.plain_literals(rule)
            added: int | tuple[int, ...] = self._add_literals(rule_id, query, literals, rule.checks, exact=True)
        else:
            tree = expand(parse(query, self._lists), self._lists) if isinstance(query, str) else query
            slots = tuple(self._add_branch(rule_id, query, each, tree) for each in branches(tree))
            added = slots if len(slots) > 1 else slots[0]
        if rule_id in self._slots:
            self.remove(rule_id)
        self._slots[rule_id] = added
        self._branched += not isinstance(added, int)

    def _add_branch(self, rule_id: str, query: str | Query, branch: Need, tree: Query) -> int:
        clauses = branch.clauses
        if all(any(literal.negated for literal in clause) for clause in clauses):
            clauses = (*clauses, frozenset((Literal(ALWAYS_KEY),)))
        literals = self._catalogue.literals(clauses)
        slot = self._add_literals(rule_id, query, literals, branch.checks, exact=branch.exact)
        if not branch.exact:
            self._loose[slot] = tree
        return slot

    def _add_literals(
        self, rule_id: str, query: str | Query, literals: list[int], checks: Sequence[Check] = (), *, exact: bool
    ) -> int:
        besides = (CHECKED + len(checks) if checks else 0) if exact else 1
        if checks:
            self._store.put([*literals, *self._catalogue.checks(checks)])
        else:
            self._store.put(literals)
        slot = edits.add_rule(self._store.state, len(literals), besides)
        self._name(slot, [rule_id])
        if slot == len(self._queries):
            self._queries.append(query)
        else:
            self._queries[slot] = query
        return slot

    def _name(self, first: int, rule_ids: list[str]) -> None:
        """Slots from the first on are these rules'."""
        behind = first + len(rule_ids)
        if behind > len(self._ids):
            self._ids = np.concatenate((self._ids, np.full(max(behind, len(self._ids)), "", object)))
        self._ids[first:behind] = rule_ids
        self._store.name(first, rule_ids)

    def remove(self, rule_id: str) -> None:
        """Forget; one that is not there is forgotten already."""
        slots = self._slots.pop(rule_id, None)
        if slots is None:
            return
        self._branched -= not isinstance(slots, int)
        for slot in (slots,) if isinstance(slots, int) else slots:
            edits.remove_rule(self._store.state, slot)
            self._loose.pop(slot, None)
            self._queries[slot] = None
        self._catalogue.forget_unused()

    def match(self, article: Article | Mapping[str, object]) -> list[str]:
        """The ids of the rules that say yes, sorted. A mapping has an article's field names."""
        given = cast(Article, Given(article)) if type(article) is dict or isinstance(article, Mapping) else article
        store = self._store
        if not self._asked(given):
            return []
        found: list[str] = self._ids[store.sure_hits()].tolist()
        unsure = store.unsure_hits()
        if unsure:
            found += self._confirmed(given, unsure, set(found))
        if self._branched:
            found = list(set(found))
        if unsure or self._branched or store.numbers[ALIKE]:
            found.sort()
        return found

    def explain(self, rule_id: str, article: Article | Mapping[str, object]) -> Account:
        """Why the rule says yes or no to the article, clause by clause. Raises KeyError where there is no such rule."""
        slots = self._slots[rule_id]
        query = self._queries[slots if isinstance(slots, int) else slots[0]]
        if query is None:
            raise Broken(f"rule {rule_id} is filed without its query")
        given = cast(Article, Given(article)) if isinstance(article, Mapping) else article
        if isinstance(query, str):
            return account(parse(query, self._lists), given, self._lists)
        return account(query, given)

    def _confirmed(self, article: Article, slots: Sequence[int], found: set[str]) -> list[str]:
        """The rules of these slots that the evaluator confirms."""
        reading = Reading(article)
        texts = asked(reading)
        confirmed = []
        for slot in slots:
            rule_id = self._ids[slot]
            if rule_id not in found and holds(self._loose[slot], reading, texts):
                confirmed.append(rule_id)
                found.add(rule_id)
        if confirmed and isinstance(article, Article):
            RECENT.keep(reading)
        return confirmed

    def _asked(self, article: Article) -> int:
        """How many rules hit; their slots are in the store."""
        store, catalogue = self._store, self._catalogue
        title, lead, body, ascii_only = store.put_text(article.title or "", article.lead or "", article.body or "")
        language = catalogue.language(article.language)
        terms = catalogue.outside.of(article) if catalogue.outside.asked else ()
        urgency = _NO_NUMBER if article.urgency is None else article.urgency
        extra = store.put_behind(terms) if terms else 0
        count = entries.match(store.state, title, lead, body, ascii_only, language, urgency, extra)
        if count < 0:
            catalogue.forms.learn(-count, language)
            extra = store.put_behind(terms) if terms else 0
            count = entries.match(store.state, title, lead, body, ascii_only, language, urgency, extra)
            store.rest()
            catalogue.forms.make_room()
            return count
        store.rest()
        return count


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Looking for garbage again and again while a million rules are read takes longer than reading them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
