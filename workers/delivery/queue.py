"""What waits for one endpoint, and what of it may be tried now.

Notifications that tell of the same rule and story share a lane, and in a lane nothing overtakes: a retraction comes
behind the alert that it withdraws, however often that is tried. Other lanes go on. Pure; time is an argument.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.channel import Endpoint
from schemas.delivery import EventType, Notification

ONE_LANE = (("", ""),)

Lane = tuple[str, str]  # rule id, story


@dataclass(eq=False, slots=True)
class Item:
    """A notification on its way to one endpoint."""

    notification: Notification
    endpoint: str
    number: int  # in the order of arrival
    due: datetime
    attempts: int = 0
    inherited: bool = False  # a worker before may have sent it, and died before it said so
    is_settled: bool = False  # while it is tried: somebody else has written what became of it
    lanes: tuple[Lane, ...] = field(default=())

    def __lt__(self, other: Item) -> bool:
        return (self.due, self.number) < (other.due, other.number)


def lanes_of(notification: Notification) -> tuple[Lane, ...]:
    """Which others it may not overtake."""
    return tuple(dict.fromkeys((alert.rule.id, alert.story) for alert in notification.alerts))


class Queue:
    """Of one endpoint. Whoever takes an item tells what became of it: `again`, or `done`."""

    def __init__(self, endpoint: Endpoint, most: int) -> None:
        self._endpoint = endpoint
        self._most = most
        self._lanes: dict[Lane, deque[Item]] = {}
        self._ready: list[Item] = []  # a heap: at the head of all its lanes; what was withdrawn is passed over later
        self._items: dict[str, Item] = {}  # by the key of their notification
        self._taken: set[Item] = set()
        self._next_start: datetime | None = None  # by the rate

    def __len__(self) -> int:
        return len(self._items)

    @property
    def endpoint(self) -> Endpoint:
        """As its channel's record has it."""
        return self._endpoint

    @endpoint.setter
    def endpoint(self, endpoint: Endpoint) -> None:
        has_other_lanes = endpoint.strict_order is not self._endpoint.strict_order
        self._endpoint = endpoint
        if has_other_lanes:  # else what comes now would overtake what waits in lanes of before
            self._lanes.clear()
            self._ready.clear()
            items = sorted(self._items.values(), key=lambda each: each.number)
            for item in items:
                self._line_up(item)
            for item in items:
                if item not in self._taken:
                    self._offer(item)

    @property
    def under_way(self) -> int:
        """How many are being tried."""
        return len(self._taken)

    def is_full(self, urgent: bool = False) -> bool:
        """Does it keep as many as it may? Of what is urgent as many again."""
        return len(self._items) >= self._most * (2 if urgent else 1)

    def put(self, item: Item) -> None:
        """Add what has come, behind what came before it."""
        self._items[item.notification.key] = item
        self._line_up(item)
        self._offer(item)

    def _line_up(self, item: Item) -> None:
        item.lanes = ONE_LANE if self.endpoint.strict_order else lanes_of(item.notification)
        for lane in item.lanes:
            self._lanes.setdefault(lane, deque()).append(item)

    def take(self, now: datetime, at_once: int) -> Item | None:
        """The next that is to be tried now, when fewer than `at_once` are under way."""
        if len(self._taken) >= min(at_once, self.endpoint.concurrency):
            return None
        due = self.next_due()
        if due is None or due > now:
            return None
        item = heapq.heappop(self._ready)
        self._taken.add(item)
        if self.endpoint.rate_per_s:
            pause = timedelta(seconds=1 / self.endpoint.rate_per_s)
            self._next_start = max(now, self._next_start or now) + pause
        return item

    def next_due(self) -> datetime | None:
        """When there may be something to take; None when nothing waits but for what is under way."""
        while self._ready and not self._waits(self._ready[0]):
            heapq.heappop(self._ready)
        if not self._ready:
            return None
        due = self._ready[0].due
        return due if self._next_start is None else max(due, self._next_start)

    def again(self, item: Item, due: datetime) -> None:
        """It failed, and is tried again later."""
        self._taken.discard(item)
        item.due = due
        self._offer(item)

    def done(self, item: Item) -> None:
        """It is not tried any more, or never: those behind it may go."""
        self._taken.discard(item)
        del self._items[item.notification.key]
        for lane in item.lanes:
            waiting = self._lanes[lane]
            was_first = waiting[0] is item
            waiting.remove(item)
            if not waiting:
                del self._lanes[lane]
            elif was_first:
                self._offer(waiting[0])

    def untried(self, rule_id: str, story: str) -> list[Item]:
        """Alerts of the rule on the story that wait here untried, behind the last digest or retraction of them."""
        lane = ONE_LANE[0] if self.endpoint.strict_order else (rule_id, story)
        found: list[Item] = []
        for item in self._lanes.get(lane, ()):
            notification = item.notification
            if (rule_id, story) not in lanes_of(notification):
                continue
            if notification.type in (EventType.DIGEST, EventType.RETRACTED):
                found = []  # it is sent, and what stands before it goes before it
            elif not (item.attempts or item.inherited or item in self._taken or notification.replay):
                found.append(item)
        return found

    def drop(self, key: str) -> bool:
        """Take out the notification of this key, or note it if it is under way. False where it does not wait here."""
        item = self._items.get(key)
        if item is None or item in self._taken:
            if item is not None:
                item.is_settled = True
            return False
        self.done(item)
        return True

    def clear(self) -> list[Item]:
        """Take out all that is not under way, in its order: the endpoint is no more, or disabled."""
        items = sorted((item for item in self._items.values() if item not in self._taken), key=lambda each: each.number)
        for item in items:
            self.done(item)
        return items

    def _waits(self, item: Item) -> bool:
        return self._items.get(item.notification.key) is item and item not in self._taken

    def _offer(self, item: Item) -> None:
        if all(self._lanes[lane][0] is item for lane in item.lanes):
            heapq.heappush(self._ready, item)
