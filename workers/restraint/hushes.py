"""Which inhibitions are in force on a story: noted by those who read `alerts`, asked by those who deliver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Hushes(Protocol):
    """By story, names and until when. A loss of the store's memory costs hushes: more is sent, never less.

    All raise Unavailable, and may be called again.
    """

    async def note(self, story: str, until: Mapping[str, datetime]) -> None:
        """Note these names on the story; of two ends of one name the later holds."""
        ...

    async def forget(self, story: str, names: Sequence[str]) -> None:
        """These names are in force there no more."""
        ...

    async def noted(self, stories: Sequence[str], now: datetime) -> dict[str, dict[str, datetime]]:
        """Of each of these stories what is in force, to the millisecond; empty where nothing is."""
        ...
