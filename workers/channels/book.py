"""The living set of channels, and who of them picks the alerts of a rule that does not name it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from schemas.channel import Channel, Picks
from schemas.rule import Rule

_REMEMBERED = 100_000  # rules


class ChannelBook:
    """Keeps each channel's latest record.

    A channel that picks is filed under what it asks for most narrowly: rules, else tags, else owners, else priorities.
    A rule looks under its own, and asks those it finds there; the answer is remembered until a channel changes.
    """

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._pickers: dict[tuple[str, Hashable], dict[str, Picks]] = {}
        self._remembered: dict[str, tuple[Rule, tuple[str, ...]]] = {}

    def put(self, channel: Channel) -> None:
        """Add or replace."""
        self._unfile(channel.id)
        self._channels[channel.id] = channel
        for place in _places(channel.picks):
            self._pickers.setdefault(place, {})[channel.id] = channel.picks
            self._remembered.clear()

    def drop(self, channel_id: str) -> None:
        """Forget a channel; one that is not there is forgotten already."""
        self._unfile(channel_id)
        self._channels.pop(channel_id, None)

    def _unfile(self, channel_id: str) -> None:
        channel = self._channels.get(channel_id)
        for place in _places(channel.picks) if channel else ():
            del self._pickers[place][channel_id]
            if not self._pickers[place]:
                del self._pickers[place]
            self._remembered.clear()

    def wanted_by(self, rule: Rule) -> tuple[str, ...]:
        """Who gets the rule's alerts, each once: the channels it names, in its order, then those that pick it, by id.

        Those that it names need not be there.
        """
        if not self._pickers:
            return tuple(dict.fromkeys(rule.channels))
        known = self._remembered.get(rule.id)
        if known is None or known[0] is not rule:  # not by its version: a record may be written twice with the same
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[rule.id] = rule, tuple(dict.fromkeys((*rule.channels, *self._picked(rule))))
        return known[1]

    def _picked(self, rule: Rule) -> list[str]:
        places: list[tuple[str, Hashable]] = [("rule", rule.id), ("owner", rule.owner), ("priority", rule.priority)]
        places += [("tag", tag) for tag in rule.tags]
        found = {name: picks for place in places for name, picks in self._pickers.get(place, {}).items()}
        return sorted(name for name, picks in found.items() if _picks(picks, rule))

    def __contains__(self, channel_id: object) -> bool:
        return channel_id in self._channels

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def __len__(self) -> int:
        return len(self._channels)


def _places(picks: Picks) -> set[tuple[str, Hashable]]:
    """Where a channel is filed: under each value of what it asks for most narrowly."""
    asked: tuple[tuple[str, tuple[Hashable, ...]], ...] = (
        ("rule", picks.rules),
        ("tag", picks.tags),
        ("owner", picks.owners),
        ("priority", picks.priorities),
    )
    return next(({(field, value) for value in values} for field, values in asked if values), set())


def _picks(picks: Picks, rule: Rule) -> bool:
    """All that is given must hold, one of each."""
    return (
        (not picks.rules or rule.id in picks.rules)
        and (not picks.tags or not set(picks.tags).isdisjoint(rule.tags))
        and (not picks.priorities or rule.priority in picks.priorities)
        and (not picks.owners or rule.owner in picks.owners)
    )
