"""The living set of silences: which of them hushes an alert on a channel now?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from schemas.alert import Alert
from schemas.silence import Silence
from workers.restraint.matching import Filed


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
    """Keeps each silence's latest record."""

    def __init__(self) -> None:
        self._silences: dict[str, Silence] = {}
        self._filed = Filed()

    def put(self, silence: Silence) -> None:
        """Add or replace."""
        self._silences[silence.id] = silence
        self._filed.put(silence.id, silence.matchers)

    def drop(self, silence_id: str) -> None:
        """Forget a silence; one that is not there is forgotten already."""
        self._silences.pop(silence_id, None)
        self._filed.drop(silence_id)

    def silenced(self, alert: Alert, channel: str, now: datetime) -> Silence | None:
        """The silence that hushes it, of several the one that ends last."""
        found: Silence | None = None
        for name, holds in self._filed.near(alert, (channel,)):
            silence = self._silences[name]
            longer = found is None or (found.ends, found.id) < (silence.ends, name)
            if longer and silence.starts <= now < silence.ends and holds(alert, (channel,)):
                found = silence
        return found

    def __iter__(self) -> Iterator[Silence]:
        """All, also those that have ended, by their end."""
        return iter(sorted(self._silences.values(), key=lambda silence: (silence.ends, silence.id)))

    def __len__(self) -> int:
        return len(self._silences)
