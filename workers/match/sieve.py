"""What must be among an article's features for a rule to be true: a test on one set, before the text is read.

A feature is a string. A plain text word stands for itself; the others have a colon, which no word has:
`text:sanction*`, `text:~sanction` (a wildcard or stem has a word in the text fields), `source:reuters`,
`subject:oil*` (the same in a metadata field), `lang:pt`.

A sieve only lets through too much, never too little; where `exact` is set it is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from workers.match.spellings import spellings
from workers.rules.language.fold import fold
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    Metadata,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
)

Group: TypeAlias = frozenset[str]
Cost: TypeAlias = Callable[[Group], float]


@dataclass(frozen=True, slots=True)
class Sieve:
    """One feature of each group, and none of `barred`."""

    groups: tuple[Group, ...] = ()
    barred: Group = frozenset()
    exact: bool = False  # is what passes true, and what does not false?

    def passes(self, features: Set[str]) -> bool:
        """May the rule be true of an article with these features?"""
        for group in self.groups:
            if group.isdisjoint(features):
                return False
        return self.barred.isdisjoint(features)


def sieve_of(node: Query, cost: Cost, where: str = "") -> Sieve:  # noqa: PLR0911, PLR0912  # one a node
    """The sieve of a rule. `cost` chooses between groups; `where` is empty or names a metadata field with a colon."""
    match node:
        case Word(word):
            return Sieve((frozenset(where + each for each in spellings(word)),), exact=True)
        case Exact(written):
            return Sieve((frozenset((where + fold(written),)),))
        case Wildcard() | Stem():
            return Sieve((frozenset((term_feature(node, where),)),), exact=True)
        case Codes(field, codes):
            return Sieve((frozenset(f"{field}:{code}" for code in codes),), exact=True)
        case And(operands):
            return _all([sieve_of(each, cost, where) for each in operands])
        case Phrase() | Near():
            return _loose(_all([sieve_of(each, cost, where) for each in _joined(node)]))
        case Or(operands):
            return _any([sieve_of(each, cost, where) for each in operands], cost)
        case AnyOf(count, items):
            return _any_of(count, [sieve_of(each, cost, where) for each in items], cost)
        case Not(operand):
            return _none(sieve_of(operand, cost, where))
        case InField(field="text", operand=operand) | AtLeast(count=1, operand=operand):
            return sieve_of(operand, cost, where)
        case InField(operand=operand) | First(operand=operand) | AtLeast(operand=operand) | NotNear(left=operand):
            return _loose(sieve_of(operand, cost, where))
        case Metadata(field, operand):
            sieve = sieve_of(operand, cost, f"{field}:")
            return sieve if len(sieve.groups) == 1 and not sieve.barred else _loose(sieve)
        case _:
            return Sieve()


def term_feature(node: Wildcard | Stem, where: str) -> str:
    """The feature of a wildcard or stem."""
    return (where or "text:") + (node.pattern if isinstance(node, Wildcard) else f"~{node.text}")


def _joined(node: Phrase | Near) -> Iterable[Query]:
    """The places of a phrase; the operands of a chain of NEAR, which may be long."""
    if isinstance(node, Phrase):
        return node.places
    operands: list[Query] = []
    chain: Query = node
    while isinstance(chain, Near):
        operands.append(chain.right)
        chain = chain.left
    return [chain, *reversed(operands)]


def _loose(sieve: Sieve) -> Sieve:
    """The same words in a narrower place: what is barred there may stand elsewhere."""
    return Sieve(sieve.groups)


def _all(sieves: Sequence[Sieve]) -> Sieve:
    groups = dict.fromkeys(group for sieve in sieves for group in sieve.groups)
    barred: Group = frozenset().union(*(sieve.barred for sieve in sieves))
    return Sieve(tuple(groups), barred, all(sieve.exact for sieve in sieves))


def _any(sieves: Sequence[Sieve], cost: Cost) -> Sieve:
    if not all(sieve.groups for sieve in sieves):
        return Sieve()
    group: Group = frozenset().union(*(min(sieve.groups, key=cost) for sieve in sieves))
    return Sieve((group,), exact=all(_is_one_group(sieve) for sieve in sieves))


def _any_of(count: int, sieves: Sequence[Sieve], cost: Cost) -> Sieve:
    if count == len(sieves):
        return _all(sieves)
    if count == 1:
        return _any(sieves, cost)
    findable = sorted((min(sieve.groups, key=cost) for sieve in sieves if sieve.groups), key=cost)
    needed = len(sieves) - count + 1  # of so many items one at least is true
    return Sieve((frozenset().union(*findable[:needed]),)) if len(findable) >= needed else Sieve()


def _none(sieve: Sieve) -> Sieve:
    return Sieve((), sieve.groups[0], exact=True) if _is_one_group(sieve) else Sieve()


def _is_one_group(sieve: Sieve) -> bool:
    return sieve.exact and len(sieve.groups) == 1 and not sieve.barred
