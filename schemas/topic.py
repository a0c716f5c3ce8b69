"""What a topic shall be like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Topic:
    """A topic as it shall be: name without prefix, what its key is, how the broker keeps it."""

    name: str
    key: str
    what: str
    partitions: int | None = None  # None: the number in the settings
    config: Mapping[str, str] = field(default_factory=dict)
