"""Hushes in this process's memory: the twin of those in Redis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

_SWEEP_AT_LEAST = 1024  # stories
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970, never before the time."""
    return -(-(at - _EPOCH) // _MILLISECOND)


def of_ms(at_ms: int) -> datetime:
    """The time, in UTC."""
    return _EPOCH + at_ms * _MILLISECOND


class MemoryHushes:
    """For one process, gone with it. Keeps at most twice the stories on which anything is in force, and a thousand.

    `now` is its clock: what has ended by it is forgotten.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._stories: dict[str, dict[str, int]] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def __len__(self) -> int:
        """How many stories are kept."""
        return len(self._stories)

    async def note(self, story: str, until: Mapping[str, datetime]) -> None:
        """See Hushes."""
        if not until:
            return
        names = self._stories.setdefault(story, {})
        for name, at in until.items():
            names[name] = max(names.get(name, 0), to_ms(at))
        if len(self._stories) > self._sweep_at:
            now_ms = to_ms(self._now())
            self._stories = {key: kept for key, kept in self._stories.items() if max(kept.values()) > now_ms}
            self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._stories))

    async def forget(self, story: str, names: Sequence[str]) -> None:
        """See Hushes."""
        kept = self._stories.get(story, {})
        for name in names:
            kept.pop(name, None)
        if not kept:
            self._stories.pop(story, None)

    async def noted(self, stories: Sequence[str], now: datetime) -> dict[str, dict[str, datetime]]:
        """See Hushes."""
        now_ms = to_ms(now)
        return {
            story: {name: of_ms(at_ms) for name, at_ms in self._stories.get(story, {}).items() if at_ms > now_ms}
            for story in stories
        }
