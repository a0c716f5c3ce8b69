"""What stands on the compacted topics now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from schemas.channel import Channel
from schemas.lists import WordList
from schemas.rule import Rule
from workers.errors import Refused
from workers.records import read

if TYPE_CHECKING:
    from workers.streams.admin import Admin

K = TypeVar("K", Rule, WordList, Channel)


@dataclass(frozen=True, slots=True)
class Kept(Generic[K]):
    """The latest good record of each id, as the workers have it, and which of the latest cannot be read."""

    records: Mapping[str, K]
    unread: Mapping[str, str]  # id: what is wrong, and where


def read_kept(kafka: Admin, topic: str, model: type[K], max_bytes: int) -> Kept[K]:
    """Read a compacted topic whole. A record that cannot be read leaves the one before it in its place."""
    records: dict[str, K] = {}
    unread: dict[str, str] = {}
    for record in kafka.read(topic):
        key = (record.key or b"").decode("utf-8", "replace")
        unread.pop(key, None)
        if record.value is None:
            records.pop(key, None)
            continue
        try:
            found = read(model, topic.removesuffix("s"), record.value, max_bytes)
        except Refused as why:
            unread[key] = f"{record.position}: {why.message}"
            continue
        if found.id == key:
            records[key] = found
        else:
            unread[key] = f"{record.position}: the key is {key!r}, and the id {found.id!r}"
    return Kept(records, unread)
