"""What the ledger asks of the rules as they stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from schemas.article import Article
from workers.ledger.told import RuleAsTold


@dataclass(frozen=True, slots=True)
class RuleThen:
    """A live rule that said yes, as it stood."""

    version: int
    canonical: str
    lists: frozenset[str]  # all it depends on
    window_ms: int  # its dedup window


class RulesThen(Protocol):
    """The rules at a time that only goes forward; the times of edits are known also behind it."""

    @property
    def at_ms(self) -> int:
        """That time, milliseconds since 1970 UTC."""
        ...

    def match(self, article: Article) -> Mapping[str, RuleThen]:
        """The live rules that say yes, by id."""
        ...

    def edited(self, rule_id: str, lists: frozenset[str], from_ms: int, to_ms: int) -> bool:
        """Whether the rule, or one of these lists, was edited behind the one time and up to the other, or may differ
        from worker to worker in between as its latest record is refused."""
        ...

    def stood(self, rule: RuleAsTold, from_ms: int, to_ms: int) -> bool | None:
        """Whether it was so, and live, at any time in between; None when its record of then is gone."""
        ...

    def says_yes(self, query: str, article: Article, from_ms: int, to_ms: int) -> bool | None:
        """Whether a query in canonical form says yes, with the lists of that time; None when it cannot be asked."""
        ...
