"""What lint may be told of the world around a rule. What it is not told of it is silent about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

from workers.rules.language.tree import Query

Relation: TypeAlias = Literal["equal", "covers"]


class Related(NamedTuple):
    """Another rule that says yes to the same articles, or to all of these and perhaps more."""

    rule_id: str
    relation: Relation


class SeenWords(Protocol):
    """The words of recent articles, folded."""

    def articles_with(self, word: str) -> int:
        """In how many recent articles the word stands, in any spelling."""
        ...

    def inflections(self, word: str) -> Iterable[str]:
        """The seen words that have the word's stem, but for its own spellings."""
        ...

    def expansion(self, pattern: str) -> int:
        """How many seen words a wildcard stands for."""
        ...


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it may be absent. What is given must be true of the articles that rules will meet."""

    spellings: Callable[[str], Collection[str]] | None = None  # all spellings of a folded word, itself among them
    seen: SeenWords | None = None
    filled: frozenset[str] | None = None  # names of fields, as rules write them, that some recent article fills
    related: Callable[[Query], Iterable[Related]] | None = None  # other rules that a tree equals or that cover it
