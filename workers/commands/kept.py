"""What stands on the compacted topics now."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import ValidationError

from schemas.channel import Channel
from schemas.envelope import Incoming
from schemas.lists import WordList
from schemas.rule import Rule
from schemas.silence import Inhibition, Silence
from workers.errors import Refused
from workers.records import no_record, read

if TYPE_CHECKING:
    from workers.streams.admin import Admin

K = TypeVar("K", Rule, WordList, Channel, Silence, Inhibition)
T = TypeVar("T")
VERSION = "version"  # the header of a tombstone that keeps the last version
_DIGITS_MAX = 10


@dataclass(frozen=True, slots=True)
class Kept(Generic[K]):
    """The latest good record of each id, as the workers have it, and which of the latest cannot be read."""

    records: Mapping[str, K]
    unread: Mapping[str, str]  # id: what is wrong, and where
    versions: Mapping[str, int] = field(default_factory=dict)  # the last of each id, also of those that were deleted


def read_kept(kafka: Admin, topic: str, model: type[K], max_bytes: int) -> Kept[K]:
    """Read a compacted topic whole. A record that cannot be read leaves the one before it in its place."""
    records: dict[str, K] = {}
    unread: dict[str, str] = {}
    versions: dict[str, int] = {}
    for record in kafka.read(topic):
        key = (record.key or b"").decode("utf-8", "replace")
        unread.pop(key, None)
        if record.value is None:
            records.pop(key, None)
            versions[key] = max(versions.get(key, 0), _last_version(record))
            continue
        try:
            found = read(model, topic.removesuffix("s"), record.value, max_bytes)
        except Refused as why:
            unread[key] = f"{record.position}: {why.message}"
            continue
        if found.id == key:
            records[key] = found
            versions[key] = max(versions.get(key, 0), found.version)
        else:
            unread[key] = f"{record.position}: the key is {key!r}, and the id {found.id!r}"
    return Kept(records, unread, versions)


def checked(model: type[K], kind: str, **fields: object) -> K:
    """A record of what somebody has typed. Raises Refused: the place and the remedy."""
    try:
        return model.model_validate(fields)
    except ValidationError as exc:
        raise no_record(exc, kind) from None


def next_version(kept: Kept[K], record_id: str) -> int:
    """Counts up, also from one that was deleted."""
    return kept.versions.get(record_id, 0) + 1


def the_one(kind: str, name: str, found: Mapping[str, T], hint: str) -> T:
    """What has this name. Raises Refused, with the nearest that there is."""
    if name not in found:
        near = difflib.get_close_matches(name, found, n=1)
        raise Refused(f"there is no {kind} {name}", reason="unknown", hint=f"did you mean {near[0]}?" if near else hint)
    return found[name]


def _last_version(tombstone: Incoming) -> int:
    """What a tombstone says of the record that it deletes; 0 where it says nothing."""
    told = dict(tombstone.headers).get(VERSION) or b""
    return int(told) if told.isdigit() and len(told) < _DIGITS_MAX else 0
