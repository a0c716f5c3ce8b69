"""Until when an article record may have been matched, told by what came out of the records behind it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate

LONG = "q"


class Reach:
    """Records of a partition are matched in order: what was told of a later one bounds the time of all before it."""

    def __init__(self) -> None:
        self._offsets: dict[int, array[int]] = {}
        self._times_ms: dict[int, array[int]] = {}
        self._earliest_ms: dict[int, list[int]] = {}

    def note(self, partition: int, offset: int, told_ms: int) -> None:
        """An article record was last told of at this time. Offsets of a partition come in order."""
        self._offsets.setdefault(partition, array(LONG)).append(offset)
        self._times_ms.setdefault(partition, array(LONG)).append(told_ms)

    def until_ms(self, partition: int, offset: int) -> int | None:
        """No later than this was the record matched, by the workers' clocks; None when nothing tells."""
        at = bisect_left(self._offsets.get(partition, ()), offset)
        earliest = self._earliest(partition)
        return earliest[at] if at < len(earliest) else None

    def _earliest(self, partition: int) -> list[int]:
        """For each record that was told of: the least time from it on."""
        found = self._earliest_ms.get(partition, [])
        times = self._times_ms.get(partition, array(LONG))
        if len(found) != len(times):
            found = self._earliest_ms[partition] = list(accumulate(reversed(times), min))[::-1]
        return found
