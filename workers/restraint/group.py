"""Alerts of one group go out together: wait, interval and repeat as in Alertmanager. Pure.

wait      a group's first message goes out so long after its first alert: others may come meanwhile
interval  from then on the group is looked at every so often; what has come since the last message is told then
repeat    where nothing has come since, what stands is said again at the first look so long after the last message
lasts     so long after its last alert (and an interval after its last message) a group that has told all ends; the next
          alert begins a new one

All follows from when alerts arrived and when messages went out: whoever replays these comes to the same times. Other
than Alertmanager's, a message about new alerts tells these only, and what stands is said again only as a repeat.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from schemas.alert import Alert
from schemas.channel import Grouping, GroupKey

MOST_GROUPS = 100_000
MOST_STANDING = 10_000
_STALE_AT_LEAST = 64


class Arrival(NamedTuple):
    """An alert, and when its record was written: the same when it is read again."""

    alert: Alert
    at: datetime


class Telling(NamedTuple):
    """A message about a group: what it told, and when."""

    group: str
    alerts: tuple[str, ...]  # ids
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due."""

    group: str
    at: datetime  # since when
    alerts: tuple[Alert, ...]  # in the order in which they arrived
    repeat: bool = False  # nothing new, but what stands


def group_of(by: Iterable[GroupKey], alert: Alert) -> str:
    """The group's name: the keys and what the alert has there as JSON, whatever the order of the keys.

    Of an alert with several tags all of them count together: `{"rule":"r1","tag":["asia","war"]}`.
    """
    values: dict[GroupKey, object] = {
        "rule": alert.rule.id,
        "story": alert.story,
        "tag": sorted(set(alert.rule.tags)),
        "source": alert.article.source,
    }
    return group_named({key: values[key] for key in set(by)})


def labels_of(group: str) -> Mapping[str, object] | None:
    """What the alerts of the group of this name have in common; None where that names no group."""
    labels: Mapping[str, object] | None = orjson.loads(group) if group else None
    return labels


def group_named(labels: object) -> str:
    """The name of the group whose alerts have this in common; empty where that is None."""
    return "" if labels is None else orjson.dumps(labels, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(slots=True)
class _Group:
    waiting: dict[str, Arrival] = field(default_factory=dict)
    standing: dict[str, Arrival] = field(default_factory=dict)  # told, and not retracted; kept for repeats only
    told: datetime | None = None  # the last message
    latest: datetime | None = None  # the last arrival of those that were told
    first: datetime | None = None  # the first arrival of those that wait
    due: datetime | None = None
    overdue: bool = False  # there are more groups than may be


class Groups:
    """The groups of one channel.

    Of more than `most_groups` the one that was told longest ago is forgotten: its next alert begins a new group, and
    nothing of it is repeated. Where all have something to tell, the one that has waited longest is due at once. So
    there are never more than that and what has come since the last call of `due`. For repeats at most `most_standing`
    alerts are kept; those that were told first are not said again.
    """

    def __init__(self, grouping: Grouping, most_groups: int = MOST_GROUPS, most_standing: int = MOST_STANDING) -> None:
        self._by = grouping.by
        self._wait = timedelta(seconds=grouping.wait_s)
        self._interval = timedelta(seconds=grouping.interval_s)
        self._repeat = None if grouping.repeat_s is None else timedelta(seconds=grouping.repeat_s)
        self._lasts = timedelta(seconds=grouping.lasts_s)
        self._most_groups = most_groups
        self._most_standing = most_standing
        self._groups: dict[str, _Group] = {}
        self._idle: OrderedDict[str, None] = OrderedDict()  # have told all, the one that was told longest ago first
        self._waiting: OrderedDict[str, None] = OrderedDict()  # have not and are not overdue, the oldest first
        self._standing: OrderedDict[str, str] = OrderedDict()  # alert -> group, the one that was told first first
        self._of: dict[str, str] = {}  # alert -> group, of those that wait
        self._heap: list[tuple[datetime, str]] = []  # with some that are not so any more

    def __len__(self) -> int:
        """How many groups are kept."""
        return len(self._groups)

    def add(self, alert: Alert, at: datetime) -> str:
        """It waits with its group, whose name is the answer. One that waits, or stands, already does so still."""
        name = group_of(self._by, alert)
        if alert.id in self._of or alert.id in self._standing:
            return name
        group = self._groups.get(name)
        if group is not None and self._has_ended(group, at):
            self._forget(name)
            group = None
        if group is None:
            group = self._open(name)
        group.waiting[alert.id] = Arrival(alert, at)
        group.first = min(group.first or at, at)
        self._of[alert.id] = name
        self._file(name, group)
        return name

    def remove(self, alert_id: str) -> bool:
        """It was taken back: it is not told, nor said again. True where it had not been told yet."""
        waited = self._of.pop(alert_id, None)
        if waited is not None:
            group = self._groups[waited]
            self._take_out(group, [alert_id])
            self._file(waited, group)
            return True
        self._stand_no_more(alert_id)
        return False

    def due(self, now: datetime) -> list[Due]:
        """The messages whose time has come, the first first. Each is due until it has `flushed`."""
        while self._idle and self._has_ended(self._groups[next(iter(self._idle))], now):
            self._forget(next(iter(self._idle)))
        due: dict[str, datetime] = {}
        while (following := self.next_due()) is not None and following <= now:
            name = heapq.heappop(self._heap)[1]
            if self._has_ended(self._groups[name], now):
                self._forget(name)  # a repeat that comes too late
            else:
                due[name] = following
        for name in due:
            self._push(name, self._groups[name])
        return [self._message(name, self._groups[name], at) for name, at in due.items()]

    def next_due(self) -> datetime | None:
        """When the next message is due."""
        while self._heap:
            at, name = self._heap[0]
            group = self._groups.get(name)
            if group is not None and group.due == at:
                return at
            heapq.heappop(self._heap)
        return None

    def flushed(self, group: str, alerts: Iterable[str], now: datetime) -> None:
        """A message told these alerts of the group; what came after it was put together waits on."""
        kept = self._groups.get(group) or self._open(group)
        kept.told = max(kept.told or now, now)
        kept.overdue = False
        for arrival in self._take_out(kept, alerts):
            self._of.pop(arrival.alert.id, None)
            kept.latest = max(kept.latest or arrival.at, arrival.at)
            self._let_stand(group, kept, arrival)
        kept.latest = kept.latest or now
        self._idle.pop(group, None)
        self._file(group, kept)

    def restore(self, arrivals: Iterable[Arrival], tellings: Iterable[Telling]) -> None:
        """What is known from records, in any order: of the alerts those that were not taken back.

        A group whose messages are not among them begins anew, with `wait_s` from its first alert that was not told.
        """
        events: list[Arrival | Telling] = [*arrivals, *tellings]
        for each in sorted(events, key=lambda event: (event.at, isinstance(event, Telling))):
            if isinstance(each, Arrival):
                self.add(each.alert, each.at)
            else:
                self.flushed(each.group, each.alerts, each.at)

    @staticmethod
    def _take_out(group: _Group, alerts: Iterable[str]) -> list[Arrival]:
        """Those of them that wait, which wait no longer."""
        out = [group.waiting.pop(each) for each in alerts if each in group.waiting]
        if any(arrival.at == group.first for arrival in out):
            group.first = min((arrival.at for arrival in group.waiting.values()), default=None)
        return out

    def _message(self, name: str, group: _Group, at: datetime) -> Due:
        repeat = not group.waiting
        arrivals = group.standing if repeat else group.waiting
        alerts = sorted(arrivals.values(), key=lambda arrival: (arrival.at, arrival.alert.id))
        return Due(name, at, tuple(each.alert for each in alerts), repeat)

    def _let_stand(self, name: str, group: _Group, arrival: Arrival) -> None:
        """Kept to be said again, in the place of what it follows on."""
        if self._repeat is None:
            return
        self._stand_no_more(arrival.alert.previous or "")
        group.standing[arrival.alert.id] = arrival
        self._standing[arrival.alert.id] = name
        if len(self._standing) > self._most_standing:
            self._stand_no_more(next(iter(self._standing)))

    def _stand_no_more(self, alert_id: str) -> None:
        name = self._standing.pop(alert_id, None)
        if name is not None:
            del self._groups[name].standing[alert_id]
            self._file(name, self._groups[name])

    def _has_ended(self, group: _Group, at: datetime) -> bool:
        if group.waiting or group.told is None or group.latest is None:
            return False
        return at >= max(group.latest + self._lasts, group.told + self._interval)

    def _time(self, group: _Group) -> datetime | None:
        """When its next message is due."""
        if group.first is not None:
            if group.overdue:
                return group.first
            if group.told is None:
                return group.first + self._wait
            return self._look(group.told, group.first - group.told)
        if self._repeat is None or group.told is None or group.latest is None or not group.standing:
            return None
        at = self._look(group.told, self._repeat)
        return at if at < group.latest + self._lasts else None

    def _look(self, told: datetime, passed: timedelta) -> datetime:
        """The first look at the group at which so much has passed; the first of all is an interval after `told`."""
        return told + max(1, -(-passed // self._interval)) * self._interval

    def _file(self, name: str, group: _Group) -> None:
        """Where it belongs after a change."""
        if group.waiting:
            self._idle.pop(name, None)
            if not group.overdue:
                self._waiting.setdefault(name, None)
        elif group.told is None:
            self._forget(name)
            return
        else:
            self._waiting.pop(name, None)
            self._idle.setdefault(name, None)
        due = self._time(group)
        if due != group.due:
            group.due = due
            self._push(name, group)

    def _push(self, name: str, group: _Group) -> None:
        if group.due is not None:
            heapq.heappush(self._heap, (group.due, name))
        if len(self._heap) > 2 * len(self._groups) + _STALE_AT_LEAST:
            self._heap = [(each.due, name) for name, each in self._groups.items() if each.due is not None]
            heapq.heapify(self._heap)

    def _open(self, name: str) -> _Group:
        """One more group, for which room is made."""
        if len(self._groups) >= self._most_groups:
            if self._idle:
                self._forget(next(iter(self._idle)))
            elif self._waiting:
                oldest = self._waiting.popitem(last=False)[0]
                self._groups[oldest].overdue = True
                self._file(oldest, self._groups[oldest])
        group = self._groups[name] = _Group()
        return group

    def _forget(self, name: str) -> None:
        group = self._groups.pop(name)
        for alert_id in group.standing:
            del self._standing[alert_id]
        self._idle.pop(name, None)
        self._waiting.pop(name, None)
