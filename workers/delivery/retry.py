"""When an attempt that failed is made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_RETRY_AFTER_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """`delays_s[n]` is the pause before attempt n + 1, spread by `jitter` of itself either way."""

    delays_s: Sequence[float]
    jitter: float

    def due(self, made: int, now: datetime, retry_after_s: float | None, chance: float) -> datetime | None:
        """When the next attempt is due after `made` attempts; None when there is none left.

        `chance` is from 0 to 1. What the receiver asks for is waited for, up to a day.
        """
        if made >= len(self.delays_s):
            return None
        delay_s = self.delays_s[made] * (1 + self.jitter * (2 * chance - 1))
        return now + timedelta(seconds=max(delay_s, min(retry_after_s or 0.0, MAX_RETRY_AFTER_S)))
