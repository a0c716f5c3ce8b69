"""What a record on `rules`, `lists` or `channels` does to the living sets; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from schemas.channel import Channel
from schemas.envelope import Incoming
from schemas.lists import WordList
from schemas.reasons import RefusalReason
from schemas.rule import Rule
from workers.channels import ChannelBook
from workers.errors import Refused
from workers.records import read
from workers.rules.book import Book, RefusedByLists

K = TypeVar("K", Rule, WordList, Channel)
Place: TypeAlias = tuple[str, bytes | None]  # topic and key
_CURES = {"lists": frozenset({"lists", "rules"}), "rules": frozenset({"lists"})}  # what changed -> what it may let in


class Keeper:
    """Applies records in their order. `refused` hears of each one that was not applied.

    A record may be refused only because of other records (`RefusedByLists`). Compaction keeps the latest record of each
    key, so after a restart a list may come before the one it names. Such records wait and are tried again: rules when a
    list was applied, lists when a list or a rule was. While the worker loads, lists are tried again before the first
    rule, and all at the end; only what is refused then is told.

    Where every record that stands on the topics is applied, all workers know the same, whenever they were started.
    After a refusal they may differ: this worker keeps the last good record of that key while it runs, and one that
    starts when compaction has taken that record away never hears of it. `unapplied` is then above 0 in both.
    See docs/decisions/refused-edits.md.
    """

    def __init__(
        self, book: Book, channels: ChannelBook, max_bytes: int, refused: Callable[[Incoming, Refused], None]
    ) -> None:
        self._book = book
        self._channels = channels
        self._max_bytes = max_bytes
        self._refused = refused
        self._loading = True
        self._lists_read = False
        self._waiting: dict[Place, tuple[Incoming, Refused]] = {}
        self._unapplied: set[Place] = set()

    @property
    def unapplied(self) -> int:
        """How many keys of the topics have a latest record that was refused."""
        return len(self._unapplied)

    def keep(self, record: Incoming) -> None:
        """Apply one record; never raises for what stands in it."""
        if record.topic == "rules" and not self._lists_read:
            self._lists_read = True
            self._retry("lists")  # those that waited for each other are applied before the first rule
        why = self._try(record)
        if why is None:
            if not self._loading and record.topic in _CURES:
                self._retry(record.topic)
        elif not (self._loading and isinstance(why, RefusedByLists)):
            self._refused(record, why)

    def loaded(self) -> None:
        """Everything that stood on the topics has been read: what waits still is refused aloud."""
        self._loading = False
        self._retry("lists")
        for record, why in self._waiting.values():
            self._refused(record, why)

    def _try(self, record: Incoming) -> Refused | None:
        place = (record.topic, record.key)
        self._waiting.pop(place, None)
        try:
            self._apply(record)
        except Refused as why:
            self._unapplied.add(place)
            if isinstance(why, RefusedByLists):
                self._waiting[place] = record, why
            return why
        self._unapplied.discard(place)
        return None

    def _retry(self, changed: str) -> None:
        """Try those that wait and that the change may cure, until none of them can be applied any more."""
        cured = _CURES[changed]
        while cured:
            again = [record for record, _ in self._waiting.values() if record.topic in cured]
            applied = {record.topic for record in again if self._try(record) is None}
            cured = frozenset().union(*(_CURES[topic] for topic in applied))

    def _apply(self, record: Incoming) -> None:
        if record.topic == "rules":
            self._put_or_drop(record, Rule, self._book.put_rule, self._book.drop_rule)
        elif record.topic == "lists":
            self._put_or_drop(record, WordList, self._book.put_list, self._book.drop_list)
        else:
            self._put_or_drop(record, Channel, self._channels.put, self._channels.drop)

    def _put_or_drop(
        self, record: Incoming, model: type[K], put: Callable[[K], None], drop: Callable[[str], None]
    ) -> None:
        key = (record.key or b"").decode("utf-8", "replace")
        if record.value is None:
            drop(key)
            return
        kept = read(model, record.topic.removesuffix("s"), record.value, self._max_bytes)
        if kept.id != key:
            raise Refused(
                f"the record's key is {key!r}, and its id {kept.id!r}",
                reason=RefusalReason.KEY_MISMATCH,
                hint="the key of the message must be the id: compaction goes by the key",
            )
        put(kept)
