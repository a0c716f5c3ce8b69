"""The living set of silences: which of them hushes an alert on a channel now?"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from schemas.alert import Alert
from schemas.silence import Silence
from workers.restraint.matching import Holds, all_of


class SilenceState(StrEnum):
    """Is a silence in force?"""

    PENDING = "pending"  # it has not begun
    ACTIVE = "active"
    EXPIRED = "expired"  # it has ended, and is not asked any more


def state_of(silence: Silence, now: datetime) -> SilenceState:
    """From `starts` up to `ends`, which is not silent any more."""
    if now >= silence.ends:
        return SilenceState.EXPIRED
    return SilenceState.ACTIVE if now >= silence.starts else SilenceState.PENDING


def told_as(silence: Silence) -> str:
    """For the detail of a decision: whose word it was, and until when."""
    return f"silence {silence.id} by {silence.author} until {silence.ends.isoformat()}: {silence.reason}"


class Silences:
    """Keeps each silence's latest record, in the order in which they end: those that have ended cost nothing."""

    def __init__(self) -> None:
        self._silences: dict[str, tuple[Silence, Holds]] = {}
        self._by_end: list[tuple[datetime, str]] = []

    def put(self, silence: Silence) -> None:
        """Add or replace."""
        self.drop(silence.id)
        self._silences[silence.id] = silence, all_of(silence.matchers)
        insort(self._by_end, (silence.ends, silence.id))

    def drop(self, silence_id: str) -> None:
        """Forget a silence; one that is not there is forgotten already."""
        kept = self._silences.pop(silence_id, None)
        if kept is not None:
            self._by_end.remove((kept[0].ends, silence_id))

    def silenced(self, alert: Alert, channel: str, now: datetime) -> Silence | None:
        """The silence that hushes it, of several the one that ends last."""
        for at in range(len(self._by_end) - 1, self._ended(now) - 1, -1):
            silence, holds = self._silences[self._by_end[at][1]]
            if silence.starts <= now and holds(alert, (channel,)):
                return silence
        return None

    def _ended(self, now: datetime) -> int:
        """How many have ended."""
        return bisect_right(self._by_end, now, key=lambda entry: entry[0])

    def __iter__(self) -> Iterator[Silence]:
        """All, also those that have ended, by their end."""
        return (self._silences[silence_id][0] for _, silence_id in self._by_end)

    def __len__(self) -> int:
        return len(self._silences)
