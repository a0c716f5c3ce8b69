"""What a record on `rules`, `lists` or `channels` does to the living sets; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from schemas.channel import Channel
from schemas.envelope import Incoming
from schemas.lists import WordList
from schemas.reasons import RefusalReason
from schemas.rule import Rule
from workers.channels import ChannelBook
from workers.errors import Refused
from workers.records import read
from workers.rules.book import Book

K = TypeVar("K", Rule, WordList, Channel)


class Keeper:
    """Applies records in their order. `refused` hears of each one that was not applied.

    A query may be refused only because a list that it names is not there (yet): compaction keeps the latest record of
    each key, so after a restart a list may come before the one it names. Such records wait, and are tried again when
    lists change; a list that a rule stands in the way of, when rules change. So what a worker knows depends on what
    stands on the topics, not on when it was started.
    """

    def __init__(
        self, book: Book, channels: ChannelBook, max_bytes: int, refused: Callable[[Incoming, Refused], None]
    ) -> None:
        self._book = book
        self._channels = channels
        self._max_bytes = max_bytes
        self._refused = refused
        self._loading = True
        self._waiting: dict[tuple[str, bytes | None], Incoming] = {}

    def keep(self, record: Incoming) -> None:
        """Apply one record; never raises for what stands in it."""
        if self._loading and record.topic == "rules":
            self._retry()  # all lists are read: those that waited for each other are applied before the first rule
        why = self._try(record)
        if why is not None and not (self._loading and self._may_wait(why)):
            self._refused(record, why)
        elif why is None and not self._loading:
            self._retry(only_lists=record.topic != "lists")

    def loaded(self) -> None:
        """Everything that stood on the topics has been read: what waits still is refused aloud."""
        self._loading = False
        self._retry()
        for record in list(self._waiting.values()):
            why = self._try(record)
            if why is not None:
                self._refused(record, why)

    def _try(self, record: Incoming) -> Refused | None:
        place = (record.topic, record.key)
        self._waiting.pop(place, None)
        try:
            self._apply(record)
        except Refused as why:
            if self._may_wait(why):
                self._waiting[place] = record
            return why
        return None

    def _retry(self, only_lists: bool = False) -> None:
        """Try those that wait until none of them can be applied any more."""
        applied = -1
        while applied:
            again = [each for each in self._waiting.values() if each.topic == "lists" or not only_lists]
            applied = sum(self._try(each) is None for each in again)

    @staticmethod
    def _may_wait(why: Refused) -> bool:
        return why.reason == RefusalReason.QUERY_REFUSED

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
