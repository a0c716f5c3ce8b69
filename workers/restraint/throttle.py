"""So much of each rule: a burst, then a rate. Pure.

A token bucket for each rule, kept as one number: the time at which it is full again. Memory holds the rules that have
told of something lately: a bucket is forgotten when it is full again, `burst / per_hour` hours after its rule's last
alert at most. A restart without `took` forgets all: each rule may then tell of a burst more than it should.
"""

from __future__ import annotations

import heapq
from datetime import UTC, datetime

from schemas.channel import Throttle

MOST_RULES = 100_000
_SWEEP_AT_LEAST = 1024  # buckets
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR_US = 3_600_000_000
_LONGEST_US = 10**18  # for one alert: 30,000 years


class Buckets:
    """Those of one channel. Above `most_rules` the fullest are forgotten, which costs the least."""

    def __init__(self, throttle: Throttle, most_rules: int = MOST_RULES) -> None:
        self._each_us = round(min(_HOUR_US / throttle.per_hour, _LONGEST_US))  # for one more alert
        self._depth_us = throttle.burst * self._each_us
        self._most_rules = most_rules
        self._full_at_us: dict[str, int] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._full_at_us)

    def take(self, rule_id: str, now: datetime) -> bool:
        """May the rule tell of one more? What was refused takes nothing."""
        now_us = _us(now)
        if max(self._full_at_us.get(rule_id, now_us), now_us) + self._each_us > now_us + self._depth_us:
            return False
        self.took(rule_id, now)
        return True

    def took(self, rule_id: str, at: datetime) -> None:
        """It has told of one at that time: said again, in the order of time, after a restart."""
        at_us = _us(at)
        self._full_at_us[rule_id] = max(self._full_at_us.get(rule_id, at_us), at_us) + self._each_us
        if len(self._full_at_us) > min(self._sweep_at, self._most_rules):
            self._sweep(at_us)

    def _sweep(self, now_us: int) -> None:
        self._full_at_us = {rule: full for rule, full in self._full_at_us.items() if full > now_us}
        if len(self._full_at_us) > self._most_rules:
            most = self._most_rules - self._most_rules // 10  # a tenth at once, lest each alert sweeps
            self._full_at_us = dict(heapq.nlargest(most, self._full_at_us.items(), key=lambda item: (item[1], item[0])))
        self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._full_at_us))


def _us(at: datetime) -> int:
    return (at - _EPOCH) // datetime.resolution
