"""Delete records of a compacted topic: all that are named, or none."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from schemas.envelope import Outgoing
from workers.commands.kept import VERSION, K, Kept
from workers.commands.terminal import say, say_error

if TYPE_CHECKING:
    from workers.streams.admin import Admin


def check_there(topic: str, kept: Kept[K], ids: Sequence[str]) -> None:
    """Ends the command when one of the ids is not there, with the nearest that is."""
    kind = topic.removesuffix("s")
    there = {*kept.records, *kept.unread}
    unknown = [each for each in ids if each not in there]
    for each in unknown:
        near = difflib.get_close_matches(each, there, n=1)
        say_error(f"there is no {kind} {each}", f"did you mean {near[0]}?" if near else f"see wirewatch {topic} list")
    if unknown:
        raise typer.Exit(1)


def remove(kafka: Admin, topic: str, kept: Kept[K], ids: Sequence[str]) -> None:
    """Send the tombstones, in this order. Each keeps the last version, so that the next record counts on."""
    kafka.send([Outgoing(topic, each.encode(), None, _headers(kept, each)) for each in ids])
    for each in ids:
        say(("deleted  ", "bold red"), f"{topic.removesuffix('s')} {each}")


def _headers(kept: Kept[K], record_id: str) -> tuple[tuple[str, bytes], ...]:
    version = kept.versions.get(record_id)
    return ((VERSION, str(version).encode()),) if version else ()
