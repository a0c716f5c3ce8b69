"""What a record on `rules`, `lists` or `channels` does to the living sets; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from schemas.channel import Channel
from schemas.envelope import Incoming
from schemas.lists import WordList
from schemas.reasons import RefusalReason
from schemas.record import KeptRecord
from schemas.rule import Rule
from workers.channels import ChannelBook
from workers.errors import Refused
from workers.records import read
from workers.rules.book import Book

K = TypeVar("K", Rule, WordList, Channel)


class Keeper:
    """Applies records in their order. `refused` hears of each one that was not applied."""

    def __init__(
        self, book: Book, channels: ChannelBook, max_bytes: int, refused: Callable[[Incoming, Refused], None]
    ) -> None:
        self._book = book
        self._channels = channels
        self._max_bytes = max_bytes
        self._refused = refused

    def keep(self, record: Incoming) -> None:
        """Apply one record; never raises for what stands in it."""
        try:
            self._apply(record)
        except Refused as why:
            self._refused(record, why)

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
        kept = read(model, record.value, self._max_bytes)
        if kept.id != key:
            raise Refused(
                f"the record's key is {key!r}, and its id {kept.id!r}",
                reason=RefusalReason.KEY_MISMATCH,
                hint="the key of the message must be the id: compaction goes by the key",
            )
        put(kept)
