"""The desks of one partition of `deliveries`: what is read there, what is written, and where a successor must begin.

Pure but for what it is given; `streams/` reads and writes, `posting` sends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from schemas.channel import Channel
from schemas.decision import Decision
from schemas.delivery import Attempt, Delivery, DeliveryRecord, DeliveryState, EndpointHealth, EventType, Notification
from schemas.envelope import Headers, Incoming, Outgoing
from workers.delivery import Item
from workers.desk import Desk
from workers.epochs import KEY, Epochs, borne, epoch_from, epoch_of
from workers.errors import Refused
from workers.outlets import Terms, Written
from workers.restraint import Silences
from workers.waiting import Waiting

WRITE_AGAIN_BEHIND: Final = 20_000  # records between what must be read first and the end, before it is written again

MOST_OWN: Final = 10_000  # records that may be on their way: more are read like those of others


@dataclass(frozen=True, slots=True)
class World:
    """What all desks share."""

    terms: Terms
    silences: Silences
    channel_of: Callable[[str], Channel | None]
    chance: Callable[[], float]
    read: Callable[[bytes | None], DeliveryRecord]  # raises Refused
    refused: Callable[[Incoming, Refused], None]


class Courier:
    """Of one partition, in the hands of one worker. `now` is an argument everywhere."""

    def __init__(self, world: World, partition: int = 0, worker: str = "") -> None:
        self._world = world
        self._partition = partition
        self._worker = worker
        self._epochs = Epochs()
        self._epoch: bytes | None = None  # its own, from when it takes over
        self._has_begun = False  # that stands on the topic
        self._beginnings: list[Outgoing] = []
        self._leaves = False
        self._desks: dict[str, Desk] = {}
        self._written: list[Written] = []
        self._stirred: dict[tuple[str, str], None] = {}
        self._own: dict[bytes, Delivery] = {}  # written and not read back yet, which saves reading their JSON
        self.is_live = False
        self._next_offset = 0
        self._rewritten_below = 0
        self._overtaken_at = -1

    def apply(self, records: Sequence[Incoming], now: datetime) -> None:
        """What stands on the topic, in its order: records of others and of its own."""
        for record in records:
            self._next_offset = record.offset + 1
            stands = self._epochs.stands(record)
            if record.value is None:
                self._read_beginning(record, stands, now)
                continue
            if not stands:
                self._overtaken_at = record.offset
                continue
            try:
                read = self._own.pop(record.value, None) or self._world.read(record.value)
            except Refused as why:
                self._world.refused(record, why)
                continue
            self.desk(read.channel, now).read(read, record.offset, now, record.value)

    def _read_beginning(self, record: Incoming, stands: bool, now: datetime) -> None:
        epoch = epoch_of(record)
        if epoch is None or (epoch == self._epoch and self._has_begun):
            return
        if epoch != self._epoch:
            self.is_live &= not stands  # somebody has taken over: what is written here from now on is not read
        elif self._leaves:
            return
        elif stands:
            self._has_begun = True
            self._go_live(now)
        else:
            self.take_over(self._next_offset)  # somebody else had the number first

    def take_over(self, end: int) -> None:
        """All that stood there up to this offset was read: say so. From where that is read back it acts."""
        self._next_offset = max(self._next_offset, end)
        self._epoch = epoch_from(self._next_offset, self._worker)
        headers = borne(self._epoch)
        self._beginnings.append(Outgoing("deliveries", KEY, None, headers, partition=self._partition))

    def desk(self, channel_id: str, now: datetime) -> Desk:
        """The desk of a channel."""
        desk = self._desks.get(channel_id)
        if desk is None:
            world = self._world
            waiting = Waiting(channel_id, world.silences)
            stirred = partial(self._stir, channel_id)
            desk = Desk(
                *(channel_id, world.terms, waiting, self._written.append),
                *(world.chance, world.channel_of, stirred),
            )
            self._desks[channel_id] = desk
            if self.is_live:
                desk.go_live(now)
        return desk

    def _go_live(self, now: datetime) -> None:
        self.is_live = True
        for desk in self._desks.values():
            desk.go_live(now)

    def leave(self) -> None:
        """The partition goes: nothing new is begun."""
        self._leaves = True
        self.is_live = False

    def change(self, channel_id: str, now: datetime) -> None:
        """The record of a channel has changed, or is gone."""
        desk = self._desks.get(channel_id)
        if self.is_live and desk is not None:
            desk.change(now)

    def tick(self, now: datetime) -> None:
        """Time has passed."""
        if self.is_live:
            for desk in self._desks.values():
                desk.tick(now)

    def next_due(self) -> datetime | None:
        """When to tick."""
        times = [due for desk in self._desks.values() if (due := desk.next_due()) is not None]
        return min(times, default=None)

    def _stir(self, channel_id: str, endpoint_id: str) -> None:
        self._stirred[channel_id, endpoint_id] = None

    def take_stirred(self) -> list[tuple[Desk, str]]:
        """Endpoints for which there may be something to take since the last call."""
        stirred, self._stirred = self._stirred, {}
        return [(self._desks[channel_id], endpoint_id) for channel_id, endpoint_id in stirred]

    def ended(self, item: Item, attempt: Attempt) -> None:
        """An attempt is over."""
        self._desks[item.notification.channel].outlets.ended(item, attempt)

    def asking(self) -> Mapping[str, frozenset[str]]:
        """Alerts of which nothing is known, by channel: read the topic from its beginning, and `answer`."""
        return {channel_id: desk.asking for channel_id, desk in self._desks.items() if desk.asking}

    def answer(
        self, asked: Mapping[str, Collection[str]], records: Iterable[Notification | Delivery], now: datetime
    ) -> None:
        """What was found of what was asked for, by channel."""
        found: dict[str, list[Notification | Delivery]] = {}
        for record in records:
            found.setdefault(record.channel, []).append(record)
        for channel_id, alerts in asked.items():
            self._desks[channel_id].answer(alerts, found.get(channel_id, ()), now)

    def take_written(self) -> list[Outgoing]:
        """What is to be written since the last call, in its order; before its epoch has begun only that it does."""
        beginnings, self._beginnings = self._beginnings, []
        if self._epoch is None or not self._has_begun:
            return beginnings
        headers = borne(self._epoch)
        written = [(record, outgoing(record, headers)) for record in self._written]
        self._written.clear()
        for record, message in written:
            if isinstance(record, Delivery) and message.value is not None and len(self._own) < MOST_OWN:
                self._own[message.value] = record
        return [message for _, message in written]

    def lowest(self, now: datetime) -> int:
        """The offset at which a worker that takes over must begin to read.

        What has been open for long is written again, so that it moves on, and what stands before a record that was
        overtaken: a successor that begins behind our epoch's beginning would not know it for one. What a successor
        could do without holds it up no longer than that.
        """
        kept = [lowest for desk in self._desks.values() if (lowest := desk.lowest()) is not None]
        lowest = min([*kept, self._next_offset])
        is_far = self._next_offset - lowest > WRITE_AGAIN_BEHIND
        if self.is_live and (is_far or lowest <= self._overtaken_at) and lowest >= self._rewritten_below:
            self._rewritten_below = self._next_offset
            for desk in self._desks.values():
                desk.write_again(max(lowest + WRITE_AGAIN_BEHIND // 2 if is_far else 0, self._overtaken_at + 1))
        worth = [each for desk in self._desks.values() if (each := desk.worth_reading(now)) is not None]
        return min([lowest, *(max(each, self._next_offset - WRITE_AGAIN_BEHIND) for each in worth)])

    def __len__(self) -> int:
        """How many notifications wait, each counted for each endpoint."""
        return sum(len(desk.outlets) for desk in self._desks.values())


def outgoing(record: Written, epoch: Headers = ()) -> Outgoing:
    """In its envelope. What stands on `deliveries` goes to the partition of its channel."""
    value = record.model_dump_json().encode()
    if isinstance(record, Decision):
        return Outgoing("decisions", record.rule.id.encode(), value, (("id", record.id.encode()),))
    headers = () if _holds_anyway(record) else epoch
    return Outgoing("deliveries", record.key.encode(), value, headers, by=record.channel.encode())


def _holds_anyway(record: Notification | Delivery | EndpointHealth) -> bool:
    """Whoever says so, and when: it was accepted, or it is news for another channel."""
    if isinstance(record, Delivery):
        return record.state is DeliveryState.DELIVERED
    return isinstance(record, Notification) and record.type in (EventType.FAILING, EventType.DISABLED)
