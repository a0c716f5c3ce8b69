"""Which rules say yes to an article, without asking each of them.

Every rule is filed under the features of one group of its sieve, of which one must be there for the rule to be true.
An article's features name the rules that are worth a look; each of those passes its sieve, and where that is not the
answer, the evaluator gives it. Rules without any group are asked for every article.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from schemas.article import Article
from workers.match.evaluate import asked, holds
from workers.match.features import Features
from workers.match.reading import Reading
from workers.match.recent import RECENT
from workers.match.sieve import Group, Sieve, sieve_of
from workers.rules.language.tree import Query

SAMPLED = 32  # of so many articles one is counted
_COUNTED_MAX = 200_000  # features
_WEIGHED_MAX = 256  # features; a larger rule stays where it was filed first


@dataclass(slots=True)
class _Filed:
    query: Query
    sieve: Sieve
    under: Group  # empty: asked always


class Matcher:
    """The rules, filed. Adding and removing take effect at the next match."""

    def __init__(self) -> None:
        self._rules: dict[str, _Filed] = {}
        self._index: dict[str, dict[str, _Filed]] = {}  # feature -> rule id -> rule
        self._keys: set[str] = set()  # those of the index: sets meet sooner than the keys of a dict
        self._always: dict[str, _Filed] = {}
        self._features = Features()
        self._seen: Counter[str] = Counter()  # feature -> in how many of the sampled articles
        self._articles = 0

    def __len__(self) -> int:
        return len(self._rules)

    @property
    def always(self) -> int:
        """How many rules are asked for every article, because no word or code of theirs must be there."""
        return len(self._always)

    @property
    def filed(self) -> int:
        """Under how many features the rules are filed, each counted with each of its rules."""
        return sum(map(len, self._index.values()))

    def named(self, article: Article) -> int:
        """How many rules the article's features name, of which some will not pass their sieve."""
        features = self._features.of(Reading(article))
        return len(self._named(features))

    def add(self, rule_id: str, query: Query) -> None:
        """Add or replace. The tree's lists have been put in place (`expand`)."""
        self.remove(rule_id)
        sieve = sieve_of(query, self._cost)
        filed = _Filed(query, sieve, min(sieve.groups, key=self._cost, default=frozenset()))
        self._rules[rule_id] = filed
        self._features.add(_named(sieve))
        self._file(rule_id, filed)

    def remove(self, rule_id: str) -> None:
        """Forget; one that is not there is forgotten already."""
        filed = self._rules.pop(rule_id, None)
        if filed is not None:
            self._unfile(rule_id, filed)
            self._features.remove(_named(filed.sieve))

    def match(self, article: Article) -> list[str]:
        """The ids of the rules that say yes, sorted."""
        reading = Reading(article)
        features = self._features.of(reading)
        self._articles += 1
        if self._articles % SAMPLED == 0:
            self._sample(features)
        found = [
            rule_id
            for rule_id, filed in self._named(features).items()
            if filed.sieve.passes(features) and (filed.sieve.exact or holds(filed.query, reading, asked(reading)))
        ]
        found.sort()
        if found:
            RECENT.keep(reading)
        return found

    def _named(self, features: set[str]) -> dict[str, _Filed]:
        named = self._always.copy()
        for feature in self._keys & features:
            named.update(self._index[feature])
        return named

    def _file(self, rule_id: str, filed: _Filed) -> None:
        if not filed.under:
            self._always[rule_id] = filed
        for feature in filed.under:
            self._index.setdefault(feature, {})[rule_id] = filed
            self._keys.add(feature)

    def _unfile(self, rule_id: str, filed: _Filed) -> None:
        self._always.pop(rule_id, None)
        for feature in filed.under:
            rules = self._index[feature]
            del rules[rule_id]
            if not rules:
                del self._index[feature]
                self._keys.remove(feature)

    def _cost(self, group: Group) -> float:
        """About how many of the sampled articles have a feature of the group; what was not seen is judged by length."""
        return sum(self._seen[feature] + 1 / len(feature) for feature in group)

    def _sample(self, features: set[str]) -> None:
        """Count, and move the rules that these features named in vain to a group that is rarer by half."""
        self._seen.update(features)
        if len(self._seen) > _COUNTED_MAX:
            self._seen = Counter({feature: count // 2 for feature, count in self._seen.items() if count > 1})
        for rule_id, filed in self._named(features).items():
            groups = filed.sieve.groups
            if len(groups) < 2 or sum(map(len, groups)) > _WEIGHED_MAX:
                continue
            rarest = min(groups, key=self._cost)
            if 2 * self._cost(rarest) < self._cost(filed.under):
                self._unfile(rule_id, filed)
                filed.under = rarest
                self._file(rule_id, filed)


def _named(sieve: Sieve) -> set[str]:
    """Every feature that the sieve asks for."""
    return set().union(sieve.barred, *sieve.groups)
