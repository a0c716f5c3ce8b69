"""What of a channel waits, for what, and until when: for its group, a digest, the end of quiet hours, or of a pause.

Pure. What was left out is counted in the next message that tells several alerts, and where none comes within an hour,
in one of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

from schemas.alert import Alert
from schemas.channel import Channel, ChannelState
from schemas.delivery import EventType, Notification
from schemas.reasons import HeldReason
from workers.delivery import named
from workers.restraint import (
    Arrival,
    Buckets,
    Groups,
    Silences,
    Telling,
    group_named,
    labels_of,
    next_digest,
    quiet,
    told_as,
)
from workers.waits import Wait, Waits

MOST_LEFT_OUT = 100_000
MOST_GONE = 10_000
MOST_COUNTED = 2_000  # in one message, which names them all for whoever takes over
LEFT_OUT_WAIT = timedelta(hours=1)
COUNTED = frozenset({HeldReason.SILENCED, HeldReason.INHIBITED, HeldReason.THROTTLED})


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes out together now."""

    reason: HeldReason  # why its alerts have waited
    notifications: tuple[Notification, ...] = ()
    again: tuple[Alert, ...] = ()  # said again, since nothing new came
    group: str = ""
    since: datetime | None = None
    always_together: bool = True  # a single one goes out as a digest too


class Waiting:
    """Of one channel."""

    def __init__(self, channel_id: str, silences: Silences) -> None:
        self._channel_id = channel_id
        self._silences = silences
        self._channel: Channel | None = None
        self._waits = Waits()
        self._groups: Groups | None = None
        self._buckets: Buckets | None = None
        self._times: list[tuple[datetime, str]] = []  # a heap, with some that wait no more
        self._left_out: dict[str, tuple[str, HeldReason, int]] = {}  # key -> rule, reason, offset
        self._left_out_since: datetime | None = None
        self._released: dict[str, HeldReason] = {}
        self._gone: dict[str, None] = {}  # lately retracted
        self._digests: list[tuple[Notification, int]] = []  # of groups: what is said next, and when, depends on them

    def __len__(self) -> int:
        return len(self._waits)

    def change(self, channel: Channel | None) -> list[Notification]:
        """The channel's record has changed, or is gone. Returns those that are to be considered afresh."""
        before, self._channel = self._channel, channel
        if before is not None and channel is not None and _terms(before) == _terms(channel):
            return []
        afresh = list(self._waits)
        self._waits = Waits()
        self._times.clear()
        self._released = {wait.notification.key: wait.reason for wait in afresh}  # those that may go, go together
        self._groups = Groups(channel.group) if channel and channel.group else None
        if self._groups is not None:
            self._groups.restore(*_history([digest for digest, _ in self._digests], self._gone))
        self._buckets = Buckets(channel.throttle) if channel and channel.throttle else None
        return [wait.notification for wait in afresh]

    def silenced(self, alert: Alert, now: datetime) -> str | None:
        """The silence that hushes the alert on this channel, in words."""
        silence = self._silences.silenced(alert, self._channel_id, now)
        return None if silence is None else told_as(silence)

    def admit(self, notification: Notification, now: datetime) -> HeldReason | None:
        """What it waits for, or that it is left out (`THROTTLED`); None where it may go at once, alone."""
        channel, (alert,) = self._channel, notification.alerts
        if channel is None:
            return None
        if channel.state is ChannelState.PAUSED:
            return self._keep(notification, HeldReason.CHANNEL_PAUSED, None)
        if until := quiet(channel.quiet, alert.rule.priority, now):
            return self._keep(notification, HeldReason.QUIET_HOURS, until)
        released = self._released.pop(notification.key, None)
        if not self._has_room(alert, now):
            return HeldReason.THROTTLED
        return self._gather(channel, notification) or (released and self._keep(notification, released, now))

    def _gather(self, channel: Channel, notification: Notification) -> HeldReason | None:
        if channel.digest:
            return self._keep(notification, HeldReason.DIGESTED, next_digest(channel.digest, notification.made))
        if self._groups is not None:
            self._groups.add(notification.alerts[0], notification.made)
            return self._keep(notification, HeldReason.GROUPED, None)
        return None

    def _has_room(self, alert: Alert, now: datetime) -> bool:
        return self._buckets is None or self._buckets.take(alert.rule.id, now)

    def _keep(self, notification: Notification, reason: HeldReason, until: datetime | None) -> HeldReason:
        self._waits.add(Wait(notification, reason, until))
        if until is not None:
            heapq.heappush(self._times, (until, notification.key))
        return reason

    def release(self, now: datetime) -> list[Notification]:
        """What has waited for the end of quiet hours, and need not any more: to be considered again."""
        if not self._is_due(now):
            return []
        released = [each for each in self._waits if each.reason is HeldReason.QUIET_HOURS and each.is_over(now)]
        for wait in released:
            self._waits.end(wait.notification.key)
            self._released[wait.notification.key] = wait.reason
        return [wait.notification for wait in released]

    def _is_due(self, now: datetime) -> bool:
        due = self.next_due()
        return due is not None and due <= now

    def due(self, now: datetime) -> list[Bundle]:
        """What goes out together now. It does not wait any more."""
        if not self._is_due(now):
            return []
        bundles = []
        over = sorted((each for each in self._waits if each.is_over(now)), key=_reason)
        for reason, waited in groupby(over, key=_reason):
            together = reason in (HeldReason.DIGESTED, HeldReason.GROUPED)
            bundles.append(Bundle(reason, self._out(waited), always_together=together))
        for due in self._groups.due(now) if self._groups is not None else ():
            keys = [f"{self._channel_id}/{alert.id}" for alert in due.alerts]
            told = self._out([wait for key in keys if (wait := self._waits.get(key)) is not None])
            bundles.append(Bundle(HeldReason.GROUPED, told, due.alerts if due.repeat else (), due.group, due.at))
            if self._groups is not None:
                self._groups.flushed(due.group, [alert.id for alert in due.alerts], now)
        if self._left_out_since and now >= self._left_out_since + LEFT_OUT_WAIT:
            bundles.append(Bundle(HeldReason.THROTTLED))
        return bundles

    def _out(self, waits: Iterable[Wait]) -> tuple[Notification, ...]:
        out = sorted((wait.notification for wait in waits), key=lambda each: (each.made, each.id))
        for notification in out:
            self._waits.end(notification.key)
        return tuple(out)

    def next_due(self) -> datetime | None:
        """When something may be due."""
        while self._times and not self._waits_until(*self._times[0]):
            heapq.heappop(self._times)
        times = [self._times[0][0]] if self._times else []
        if self._groups is not None and (due := self._groups.next_due()) is not None:
            times.append(due)
        if self._left_out_since is not None:
            times.append(self._left_out_since + LEFT_OUT_WAIT)
        return min(times, default=None)

    def _waits_until(self, until: datetime, key: str) -> bool:
        wait = self._waits.get(key)
        return wait is not None and wait.until == until

    def digest(self, bundle: Bundle, told: Sequence[Notification], now: datetime) -> Notification | None:
        """One message of all of them, and of what was left out; None where there is nothing to say."""
        if self._channel is None:
            return None
        left_out = dict(islice(self._left_out.items(), MOST_COUNTED))
        alerts = tuple(each.alerts[0] for each in told) or bundle.again
        if not alerts and not left_out:
            return None
        for key in left_out:
            del self._left_out[key]
        self._left_out_since = now if self._left_out else None
        made_of = [*(alert.id for alert in alerts), *left_out, bundle.since.isoformat() if bundle.since else ""]
        endpoints = dict.fromkeys(endpoint for each in told for endpoint in each.endpoints)
        return Notification(
            id=named("dg", self._channel_id, bundle.group, *made_of),
            type=EventType.DIGEST,
            channel=self._channel_id,
            endpoints=tuple(endpoints) or tuple(each.id for each in self._channel.endpoints),
            made=now,
            alerts=alerts,
            data={
                "because": bundle.reason,
                "group": labels_of(bundle.group),
                "again": bool(bundle.again),
                "left_out": _counted(left_out),
                "left_out_keys": sorted(left_out),
            },
        )

    def of(self, rule_id: str, story: str) -> list[Notification]:
        """All that waits of this rule on this story."""
        return self._waits.of(rule_id, story)

    def let_go(self, notification: Notification) -> None:
        """It waits no more."""
        self._forget(notification.key)

    def gone(self, alert_id: str) -> None:
        """It was retracted: nobody is told of it again."""
        self._gone[alert_id] = None
        if len(self._gone) > MOST_GONE:
            del self._gone[next(iter(self._gone))]
        if self._groups is not None:
            self._groups.remove(alert_id)

    def left_out(self, notification: Notification, reason: HeldReason, offset: int, now: datetime) -> None:
        """No endpoint gets it, which the next message counts."""
        self._forget(notification.key)
        if reason in COUNTED and self._tells_together() and len(self._left_out) < MOST_LEFT_OUT:
            self._left_out[notification.key] = notification.alerts[0].rule.id, reason, offset
            if reason is HeldReason.THROTTLED:
                self._left_out_since = self._left_out_since or now

    def _tells_together(self) -> bool:
        """Is there a message to count it in? Not where a channel passes on each alert alone."""
        channel = self._channel
        return channel is None or bool(channel.digest or channel.group or channel.throttle or channel.quiet)

    def _forget(self, key: str) -> None:
        wait = self._waits.end(key)
        self._released.pop(key, None)
        if wait is not None and self._groups is not None:
            self._groups.remove(wait.notification.alerts[0].id)

    def flushed(self, digest: Notification, offset: int) -> None:
        """The digest stands on the topic."""
        for key in digest.data.get("left_out_keys", ()):
            self._left_out.pop(key, None)
        if not self._left_out:
            self._left_out_since = None
        group = group_named(digest.data.get("group"))
        if group:
            self._digests.append((digest, offset))
            if self._groups is not None:
                self._groups.flushed(group, [alert.id for alert in digest.alerts], digest.made)
        for alert in digest.alerts:
            self._forget(f"{self._channel_id}/{alert.id}")

    def lowest(self, now: datetime) -> int | None:
        """The first offset of what is worth reading to know all this, besides the notifications that wait."""
        grouping = self._channel.group if self._channel else None
        if grouping is not None:
            matters = timedelta(seconds=grouping.lasts_s if grouping.repeat_s else grouping.interval_s)
            self._digests = [each for each in self._digests if now - each[0].made < matters]
        offsets = [offset for _, offset in self._digests] + [offset for _, _, offset in self._left_out.values()]
        return min(offsets, default=None)


def _history(digests: Iterable[Notification], gone: Container[str]) -> tuple[list[Arrival], list[Telling]]:
    """What groups must know of messages that have gone out."""
    arrivals = [Arrival(alert, digest.made) for digest in digests for alert in digest.alerts if alert.id not in gone]
    tellings = [
        Telling(group_named(digest.data["group"]), tuple(alert.id for alert in digest.alerts), digest.made)
        for digest in digests
    ]
    return arrivals, tellings


def _reason(wait: Wait) -> HeldReason:
    return wait.reason


def _terms(channel: Channel) -> tuple[object, ...]:
    """All that is asked here."""
    return channel.state, channel.group, channel.digest, channel.quiet, channel.throttle


def _counted(left_out: Mapping[str, tuple[str, HeldReason, int]]) -> dict[str, dict[str, int]]:
    """By reason and rule."""
    counts: dict[str, dict[str, int]] = {}
    for rule_id, reason, _ in left_out.values():
        of_reason = counts.setdefault(reason, {})
        of_reason[rule_id] = of_reason.get(rule_id, 0) + 1
    return counts
