"""Each alert on the topics of its channels, and nothing else there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.ledger.told import Source, Told


@dataclass(frozen=True, slots=True)
class Extra:
    """A record on a channel's topic that is no copy of an alert for that channel."""

    channel: str
    alert_id: str
    rule_id: str
    record: str  # topic/partition/offset on the channel's topic


class Copies:
    """First the alerts, then what stands on the channels. Keeps a number for each copy, not the copy."""

    def __init__(self, kept_from_ms: Mapping[str, int]) -> None:
        self._kept_from_ms = kept_from_ms  # for each channel whose topic is there
        self._wanted: set[int] = set()
        self._there: set[int] = set()
        self._extras: dict[Source, list[Extra]] = {}

    def expect(self, channel: str, alert_id: str, received_ms: int) -> None:
        """An alert that names the channel."""
        self._wanted.add(hash((channel, alert_id, received_ms)))

    def see(self, extra: Extra, source: Source) -> None:
        """A record on a channel's topic; it is extra when no alert is expected there."""
        number = hash((extra.channel, extra.alert_id, source.received_ms))
        if number in self._wanted:
            self._there.add(number)
        else:
            self._extras.setdefault(source, []).append(extra)

    def missing(self, told: Told, source: Source) -> Iterator[str]:
        """Channels of an alert whose topic is there, goes back so far, and does not carry it."""
        for channel in told.channels:
            kept_from_ms = self._kept_from_ms.get(channel)
            if kept_from_ms is None or source.received_ms < kept_from_ms:
                continue
            if hash((channel, told.id, source.received_ms)) not in self._there:
                yield channel

    def take_extras(self, source: Source) -> list[Extra]:
        """Those that tell of this article record."""
        return self._extras.pop(source, [])

    def left(self) -> Iterator[tuple[Source, Extra]]:
        """Those that tell of none that was seen."""
        for source, extras in self._extras.items():
            for extra in extras:
                yield source, extra
