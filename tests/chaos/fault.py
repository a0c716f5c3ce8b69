"""What a fault is: what it does, what it may cost, and how it strikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from tests.acceptance.load import RULES
from tests.chaos.scene import BATCH, Scene


class Cost(Enum):
    """What may be repeated, always with the same id; the same article record always in the same bytes."""

    NOTHING = "nothing"
    BATCH = "the batches in flight"  # a blow, a worker: at most BATCH articles for each rule
    MEMORY = "what Redis knew"  # articles that were published again may be told again
    EVICTION = "what Redis knew; and retractions may be missing"  # it forgot some of it, and nobody noticed

    @property
    def forgets(self) -> bool:
        """Whether Redis does."""
        return self in (Cost.MEMORY, Cost.EVICTION)

    def may_repeat(self, blows: int) -> float:
        """Alert records beyond the first of their id."""
        if self.forgets:
            return float("inf")
        return blows * BATCH * (len(RULES) + 1) if self is Cost.BATCH else 0


KAFKA, REDIS = "kafka", "redis"


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the table."""

    name: str
    does: str
    cost: Cost
    strike: Callable[[Scene], None]  # returns when the fault is over
    workers: int = 1  # at the start
    through: frozenset[str] = frozenset()  # what the workers reach by a proxy
    keeps: bool = False  # Redis with an AOF
    bends: bool = False  # workers under the shim, for their clocks
    mixes: bool = True  # may stand in a sequence with others
    mild: bool = False  # workers live through it and cost nothing: for the soak
