"""A channel: where subscribers listen."""

from __future__ import annotations

from pydantic import Field

from schemas.record import ChannelId, KeptRecord, Owner


class Channel(KeptRecord):
    """Subscribers read the topic `alerts.<id>`."""

    id: ChannelId
    name: str = Field(default="", max_length=500)
    owner: Owner = ""
    version: int = Field(default=1, ge=1)
    note: str = ""
