"""Which endpoints channels have, and from when on alerts are surely for them."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.channel import Channel, Endpoint
from workers.ledger.told import milliseconds


class Endpoints:
    """Takes the records of `channels` that still stand, in their order."""

    def __init__(self) -> None:
        self._since_ms: dict[str, dict[str, int]] = {}

    def take(self, channel_id: str, channel: Channel | None, at_ms: int) -> None:
        """A record stamped so; None is a tombstone. An endpoint that was away for a while is there from then on."""
        before = self._since_ms.get(channel_id)
        is_late = before is None and channel is not None and channel.version > 1  # earlier ones are compacted away
        self._since_ms[channel_id] = {
            each.id: (before or {}).get(each.id, _since_ms(each, at_ms, is_late))
            for each in (channel.endpoints if channel else ())
        }

    def __bool__(self) -> bool:
        """Is there any?"""
        return any(self._since_ms.values())

    def stood(self, channel_id: str, at_ms: int) -> Iterator[str]:
        """Those that the channel has, and had already at that time."""
        for endpoint, since_ms in self._since_ms.get(channel_id, {}).items():
            if since_ms <= at_ms:
                yield endpoint


def _since_ms(endpoint: Endpoint, at_ms: int, is_late: bool) -> int:
    """The record may be younger than the endpoint: then the endpoint's own word counts."""
    created_ms = milliseconds(endpoint.created) if endpoint.created else at_ms
    return created_ms if is_late else max(created_ms, at_ms)
