"""Work out what a file of rules changes on the topics. All of it is taken, or nothing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from schemas.article import Article
from schemas.channel import Channel
from schemas.envelope import Outgoing
from schemas.lists import WordList
from schemas.rule import Rule
from workers.commands.kept import Kept, read_kept
from workers.errors import Refused
from workers.rules.book import Book
from workers.rules.files import RuleFile
from workers.rules.language.shelf import lists_named
from workers.rules.language.tree import Query

if TYPE_CHECKING:
    from workers.streams.admin import Admin

K = TypeVar("K", Rule, WordList, Channel)
Record = Rule | WordList | Channel
What = Literal["added", "changed", "unchanged"]
TOPICS: Mapping[type[Record], str] = {Rule: "rules", WordList: "lists", Channel: "channels"}
_IN_USE = "take it out of the rules and lists that name it first, or delete those"


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it shall stand, and what that is to the topic."""

    what: What
    record: Record

    @property
    def kind(self) -> str:
        """rule, list or channel."""
        return TOPICS[type(self.record)].removesuffix("s")

    def message(self) -> Outgoing:
        """The record for its topic."""
        value = self.record.model_dump_json().encode()
        return Outgoing(TOPICS[type(self.record)], self.record.id.encode(), value)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What stands on the topics."""

    rules: Kept[Rule]
    lists: Kept[WordList]
    channels: Kept[Channel]


def plan(file: RuleFile, standing: Inventory) -> list[Change]:
    """The changes in the order to send them: channels, lists (each behind those that it names), rules.

    A channel that a rule names and that has no record anywhere gets one, so that its subscribers have a topic.
    Raises Refused when a list would break a rule that stands on the topic and that the file leaves as it is.
    """
    named = [channel for rule in file.rules.values() for channel in rule.channels]
    channels = {**{name: Channel(id=name) for name in named if name not in standing.channels.records}, **file.channels}
    lists = [change_of(words, standing.lists) for words in file.lists.values()]
    rules = [change_of(rule, standing.rules) for rule in file.rules.values()]
    return [
        *(change_of(_whole(channel, standing.channels), standing.channels) for channel in channels.values()),
        *_rehearsed(lists, standing),
        *rules,
    ]


def implied(file: RuleFile, standing: Inventory) -> Iterator[str]:
    """What is said of each new channel that has no record, neither in the file nor on the topic: it may be a slip."""
    known = {*standing.channels.records, *file.channels}
    named: dict[str, str] = {}
    for rule in file.rules.values():
        for channel in rule.channels:
            named.setdefault(channel, rule.id)
    for channel in sorted(named.keys() - known):
        near = difflib.get_close_matches(channel, known, n=1)
        meant = f"did you mean {near[0]}?" if near else "it has no record of its own"
        yield f"channel {channel} is new, as rule {named[channel]} names it: {meant}"


def standing_of(kafka: Admin, max_bytes: int) -> Inventory:
    """What stands on the topics now."""
    return Inventory(
        read_kept(kafka, "rules", Rule, max_bytes),
        read_kept(kafka, "lists", WordList, max_bytes),
        read_kept(kafka, "channels", Channel, max_bytes),
    )


def check_unused(names: Sequence[str], standing: Inventory) -> None:
    """Whether these lists can go together. Raises Refused when a rule or another list uses one of them."""
    book = _book_of(standing)
    for words in standing.lists.records.values():
        used = [each for each in lists_named(words.id, words.entries) if each in names]
        if used and words.id not in names:
            raise Refused(f"list {used[0]} is in use: list {words.id} names it", reason="list_in_use", hint=_IN_USE)
    for name in names:
        try:
            book.drop_list(name)
        except Refused as why:
            raise Refused(f"list {name} is in use: {why.message}", reason=why.reason, hint=_IN_USE) from None


def _whole(channel: Channel, standing: Kept[Channel]) -> Channel:
    """A rule file has a channel's name and the like; its endpoints and limits stay as `channels apply` has set them."""
    before = standing.records.get(channel.id)
    given = {name: getattr(channel, name) for name in channel.model_fields_set}
    return before.model_copy(update=given) if before else channel


def change_of(record: K, standing: Kept[K]) -> Change:
    """The version counts up from the topic's; fields there that this release does not know stay."""
    before = standing.records.get(record.id)
    if before is None:
        version = max(standing.versions.get(record.id, 0) + 1, record.version)  # a deleted one is counted on
        return Change("added", record.model_copy(update={"version": version}))
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    after = type(record).model_validate({**(before.model_extra or {}), **fields, "version": before.version})
    if after == before and record.id not in standing.unread:
        return Change("unchanged", before)
    return Change("changed", after.model_copy(update={"version": max(before.version + 1, record.version)}))


class _Nobody:
    """Asked for no article: the rehearsal needs the book's judgement only."""

    def add(self, rule_id: str, query: Query) -> None:
        """Nothing is kept."""

    def remove(self, rule_id: str) -> None:
        """Nothing is kept."""

    def match(self, article: Article) -> list[str]:  # noqa: ARG002
        """Nobody says yes."""
        return []


def _rehearsed(lists: Sequence[Change], standing: Inventory) -> list[Change]:
    """The lists in an order in which a worker takes them all. Raises Refused as a worker would."""
    if all(change.what == "unchanged" for change in lists):
        return list(lists)
    book = _book_of(standing)
    order, refused = _take(book.put_list, [each.record for each in lists if isinstance(each.record, WordList)])
    if refused:
        raise refused
    return sorted(lists, key=lambda change: order.index(change.record.id))


def _book_of(standing: Inventory) -> Book:
    book = Book(_Nobody())
    _take(book.put_list, standing.lists.records.values())
    _take(book.put_rule, standing.rules.records.values())
    return book


def _take(put: Callable[[K], None], records: Iterable[K]) -> tuple[list[str], Refused | None]:
    """Put them in, again and again those that wait for others: the order in which they went, and the last refusal."""
    order: list[str] = []
    waiting = list(records)
    while waiting:
        left, refused = [], None
        for record in waiting:
            try:
                put(record)
            except Refused as why:
                left.append(record)
                refused = why
            else:
                order.append(record.id)
        if len(left) == len(waiting):
            return order, refused
        waiting = left
    return order, None
