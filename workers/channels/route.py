"""Choose the channels of an alert."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple


class Route(NamedTuple):
    """Where an alert goes, and where it should have gone but nobody can listen."""

    channels: tuple[str, ...]
    unknown: tuple[str, ...]


def route(wanted: Iterable[str], known: Container[str], absent: Container[str] = ()) -> Route:
    """Part the channels that an alert is for into those that exist and those that do not, each once, in order.

    A channel exists when it is `known` and not `absent`: its record is there, and its topic.
    """
    once = tuple(dict.fromkeys(wanted))
    return Route(
        channels=tuple(channel for channel in once if channel in known and channel not in absent),
        unknown=tuple(channel for channel in once if channel not in known or channel in absent),
    )
