"""The smallest set of answers that, given the other way, makes a rule true.

A rule is a tree of gates over leaves: a gate is true when `need` of its inputs are (AND: all, OR: one). Where no leaf
stands twice, the least cost of making each gate true, and of making it false, follows from that of its inputs: for
true the `need` cheapest, for false as many as leave too few. One pass up, one pass down, exact.

A leaf that stands in several places changes in all of them, and with such leaves the question is NP-hard (the vertex
cover of a graph is an AND of ORs of two). So the pass gives a bound: each place of a leaf costs its share, one part in
the number of its places, and no set costs less than that. While the bound and the best set differ, one repeated leaf
is settled both ways (branch and bound). That is exact whenever it ends within `VISITS_MAX`: always with ten repeated
leaves in a rule of up to 480 clauses, and for most rules at the first pass. Beyond, the best set so far is told, and
that it may not be the smallest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import ceil, inf
from typing import NamedTuple

VISITS_MAX = 1_000_000  # of gates: a second or two
_SLIP = 1e-6  # of adding up shares


class Gate(NamedTuple):
    """A place in the tree. Gates stand in a sequence, each before its inputs; the first one is the root."""

    inputs: Sequence[int] = ()
    need: int = 1  # inputs that must be true
    negated: bool = False
    leaf: int = -1  # which one, where there are no inputs


class Smallest(NamedTuple):
    """The leaves, or None where no set was found."""

    leaves: frozenset[int] | None
    proven: bool  # there is no smaller one; without a set: there is none at all


def smallest(gates: Sequence[Gate], values: Sequence[bool], visits_max: int = VISITS_MAX) -> Smallest:
    """The leaves to change so that the root becomes true; `values` are the answers of the leaves."""
    return _Search(gates, values).run(visits_max)


def answers(gates: Sequence[Gate], values: Sequence[bool], changed: Collection[int] = ()) -> list[bool]:
    """The answer of each gate, with the answers of some leaves changed."""
    given = [False] * len(gates)
    for at in range(len(gates) - 1, -1, -1):
        inputs, need, negated, leaf = gates[at]
        if leaf >= 0:
            given[at] = values[leaf] is not (leaf in changed)
        else:
            given[at] = (sum([given[each] for each in inputs]) >= need) is not negated
    return given


class _Search:
    def __init__(self, gates: Sequence[Gate], values: Sequence[bool]) -> None:
        self._gates = gates
        self._values = values
        self._places = Counter(gate.leaf for gate in gates if gate.leaf >= 0)
        self._true = [0.0] * len(gates)  # the cost of making each gate true
        self._false = [0.0] * len(gates)

    def run(self, visits_max: int) -> Smallest:
        best: frozenset[int] | None = None
        settled: list[dict[int, bool]] = [{}]
        visits = 0
        while settled:
            if visits and visits + len(self._gates) > visits_max:
                return Smallest(best, proven=False)
            visits += len(self._gates)
            fixed = settled.pop()
            changed = {leaf for leaf, value in fixed.items() if value is not self._values[leaf]}
            self._weigh(fixed)
            if self._true[0] == inf:
                continue
            least = len(changed) + ceil(self._true[0] - _SLIP)
            if best is not None and least >= len(best):
                continue
            chosen = frozenset(changed | self._chosen(fixed))
            if (best is None or len(chosen) < len(best)) and answers(self._gates, self._values, chosen)[0]:
                best = chosen
            if best is None or least < len(best):
                settled += self._parted(fixed, chosen)
        return Smallest(best, proven=True)

    def _parted(self, fixed: Mapping[int, bool], chosen: Collection[int]) -> list[dict[int, bool]]:
        """The two ways to go on. A choice without repeated leaves is the best there is, so there is one to settle."""
        leaf = min(
            (each for each in chosen if each not in fixed and self._places[each] > 1),
            key=lambda each: (-self._places[each], each),
        )
        value = self._values[leaf]
        return [{**fixed, leaf: value}, {**fixed, leaf: not value}]

    def _weigh(self, fixed: Mapping[int, bool]) -> None:
        true, false = self._true, self._false
        for at in range(len(self._gates) - 1, -1, -1):
            inputs, need, negated, leaf = self._gates[at]
            if leaf >= 0:
                change = inf if leaf in fixed else 1 / self._places[leaf]
                costs = (0.0, change) if fixed.get(leaf, self._values[leaf]) else (change, 0.0)
            else:
                costs = (
                    _cheapest([true[each] for each in inputs], need),
                    _cheapest([false[each] for each in inputs], len(inputs) - need + 1),
                )
            true[at], false[at] = costs[::-1] if negated else costs

    def _chosen(self, fixed: Mapping[int, bool]) -> set[int]:
        """The leaves that the least cost changes."""
        chosen: set[int] = set()
        wanted = [(0, True)]
        while wanted:
            at, value = wanted.pop()
            inputs, need, negated, leaf = self._gates[at]
            if leaf >= 0:
                if leaf not in fixed and self._values[leaf] is not value:
                    chosen.add(leaf)
                continue
            value = value is not negated
            costs = self._true if value else self._false
            number = need if value else len(inputs) - need + 1
            picked = inputs if number == len(inputs) else sorted(inputs, key=costs.__getitem__)[:number]
            wanted += [(each, value) for each in picked if costs[each]]
        return chosen


def _cheapest(costs: list[float], number: int) -> float:
    if number > len(costs):
        return inf
    if number == len(costs):
        return sum(costs)
    return min(costs) if number == 1 else sum(sorted(costs)[: max(number, 0)])
