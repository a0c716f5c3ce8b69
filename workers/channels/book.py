"""The living set of channels."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.channel import Channel


class ChannelBook:
    """Keeps each channel's latest record."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def put(self, channel: Channel) -> None:
        """Add or replace."""
        self._channels[channel.id] = channel

    def drop(self, channel_id: str) -> None:
        """Forget a channel; one that is not there is forgotten already."""
        self._channels.pop(channel_id, None)

    def __contains__(self, channel_id: object) -> bool:
        return channel_id in self._channels

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def __len__(self) -> int:
        return len(self._channels)
