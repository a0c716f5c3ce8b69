"""What every run has: workers that are supervised, time that passes, and blows that are counted."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from tests.chaos.fleet import Fleet
from tests.chaos.lag import Lag

RECOVERY_LIMIT_S = 60.0
POLL_S = 0.25


@dataclass(kw_only=True)
class Supervised:
    """`blows` counts what may have cost what was in flight."""

    fleet: Fleet
    chance: random.Random
    blows: int = 0
    limit_s: float = RECOVERY_LIMIT_S  # for anything that is waited for
    recovery_s: float = 0.0  # the longest of the fault that strikes now

    def blow(self, times: int = 1) -> None:
        """So many batches in flight may have been hit."""
        self.blows += times

    def blow_to_all(self, times: int = 1) -> None:
        """The same for each worker there is."""
        self.blow(times * len(self.fleet.members))

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and let the supervisor do its work."""
        ends_s = time.monotonic() + seconds
        while (left_s := ends_s - time.monotonic()) > 0:
            self.fleet.mend()
            time.sleep(min(POLL_S, left_s))

    def pass_some(self, least_s: float, most_s: float) -> None:
        """How long is up to the seed."""
        self.pass_s(self.chance.uniform(least_s, most_s))

    def until(self, done: Callable[[], object], limit_s: float | None = None) -> float | None:
        """Seconds until it is so; None if it never was."""
        started_s, limit_s = time.monotonic(), limit_s or self.limit_s
        while not done():
            self.fleet.mend()
            if time.monotonic() - started_s > limit_s:
                return None
            time.sleep(POLL_S)
        return time.monotonic() - started_s

    def even_out(self, workers: int) -> None:
        """As many workers as the next fault begins with."""
        self.fleet.mend()
        have = len(self.fleet.members)
        self.fleet.dismiss(*self.fleet.members[workers:])
        self.fleet.add(max(0, workers - have))

    def catch_up(self, *lags: Lag, limit_s: float | None = None) -> None:
        """Wait until all that stands on these topics is committed, one after the other, and note how long it took."""
        started_s, limit_s = time.monotonic(), limit_s or self.limit_s
        for lag in lags:
            ends = None
            while ends is None and time.monotonic() - started_s < limit_s:
                self.fleet.mend()
                ends = lag.ends()
            assert ends is not None, "the broker does not say where its topics end"
            assert self.until(partial(_is_caught_up, lag, ends), limit_s) is not None, "the lag never was zero again"
        self.recovery_s = max(self.recovery_s, time.monotonic() - started_s)


def _is_caught_up(lag: Lag, ends: Mapping[int, int]) -> bool:
    return lag.behind(ends) == 0
