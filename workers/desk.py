"""One channel's desk: what has come for it, what is held back and why, and what goes to its endpoints.

Pure: it is told what stands on `deliveries`, how attempts ended and what time it is, and it answers with records to
write. All that it knows it can learn again from the topic:

1. a notification is read; nothing is sent that does not stand there
2. held back or waiting: a decision row says so; what is told in a digest waits until the digest itself is read
3. into the queue of each endpoint; whoever sends takes items from there
4. an attempt ends: its outcome is written
5. the outcome is read: when every endpoint has one, nothing is left to do
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from schemas.alert import Alert, AlertKind
from schemas.channel import Channel
from schemas.delivery import Delivery, DeliveryState, EndpointHealth, EventType, Notification
from schemas.reasons import HeldReason
from workers.delivery import Item, Reached, Receipts, held
from workers.held_up import HeldUp, first
from workers.opened import FINAL, Opened, Opens, because, parts
from workers.outlets import Outlets, Terms, Written
from workers.restraint import passes
from workers.waiting import Bundle, Waiting

ALERTS = frozenset({EventType.CREATED, EventType.UPDATED, EventType.CORRECTED, EventType.RETRACTED})


class Desk:
    """Of one channel, on one partition."""

    def __init__(
        self,
        channel_id: str,
        terms: Terms,
        waiting: Waiting,
        emit: Callable[[Written], None],
        chance: Callable[[], float],
        channel_of: Callable[[str], Channel | None],
        stirred: Callable[[str], None],
    ) -> None:
        self._channel_id = channel_id
        self._emit = emit
        self._channel_of = channel_of
        self._receipts = Receipts(terms.remember_max)
        self._opens = Opens(terms.remember_max)
        self._waiting = waiting
        self.outlets = Outlets(channel_id, terms, self._receipts, emit, chance, channel_of, stirred)
        self._held_up = HeldUp()
        self._live = False
        self._number = 0

    def read(self, record: Notification | Delivery | EndpointHealth, offset: int, now: datetime, value: bytes) -> None:
        """A record of `deliveries`, in its order, and its bytes."""
        if isinstance(record, Notification):
            self._read_notification(record, offset, now)
        elif isinstance(record, Delivery):
            self._read_delivery(record, offset, value)
        else:
            self.outlets.read(record, offset)

    def _read_notification(self, notification: Notification, offset: int, now: datetime) -> None:
        is_late = False
        if notification.type in ALERTS and not notification.replay:
            (alert,) = notification.alerts
            is_late = notification.order is None and self._receipts.comes_late(alert.id, notification.origin)
            self._receipts.met(alert.id, alert.previous, notification.endpoints)
            if alert.kind is AlertKind.RETRACTED and alert.previous:
                self._waiting.gone(alert.previous)
            if notification.held is not None:
                if notification.part_of is None:
                    self._receipts.dropped(alert.id, notification.held)
                    self._waiting.left_out(notification, notification.held, offset, now)
                self._opens.close(notification.key)
                return
        is_new = self._opens.get(notification.key) is None
        opened = self._opens.add(notification, offset, inherited=not self._live)
        opened.is_late |= is_late and is_new
        self._receipts.comes_again(notification, opened.left)
        if notification.type is EventType.DIGEST:
            self._read_digest(notification, offset)
        if not opened.left:
            for outcome in opened.again():
                self._emit(outcome)
        elif self._live and is_new:
            self._consider(opened, now)
        self._go_on(self._held_up.release([notification.id]), now)

    def _read_digest(self, digest: Notification, offset: int) -> None:
        """What it tells is told; the records that say so may have been lost on the way."""
        self._waiting.flushed(digest, offset)
        for alert in digest.alerts:
            member = self._opens.get(f"{self._channel_id}/{alert.id}")
            if member is not None and member.told_in is None:
                member.told_in, member.told_why = digest.id, because(digest)

    def _read_delivery(self, delivery: Delivery, offset: int, value: bytes) -> None:
        key = delivery.key.rpartition("/")[0]
        if delivery.state is not DeliveryState.DELIVERED and (known := self._opens.delivered(key, delivery.endpoint)):
            self._emit(known)  # two have tried it: what was delivered stays so, and stands last
            return
        self._opens.tell(key, delivery, offset, value)
        if delivery.state in FINAL and self._live:
            self.outlets.settled(key, delivery.endpoint)
        if delivery.state in FINAL:
            for alert_id in delivery.alerts:
                self._receipts.became(alert_id, delivery.endpoint, delivery.state, delivery.replay)
        if (opened := self._opens.get(key)) is not None and not opened.left:
            self._opens.close(key)

    def lowest(self) -> int | None:
        """Where a worker that takes over must begin to read; None when there is nothing that it must know."""
        offsets = [offset for _, offset in self.outlets.records()]
        opened = self._opens.lowest()
        return min([*offsets, *([] if opened is None else [opened])], default=None)

    def worth_reading(self, now: datetime) -> int | None:
        """Where it should begin, to count what was left out and to know when groups have told; None: anywhere."""
        return self._waiting.lowest(now)

    def write_again(self, below: int) -> None:
        """What stands below this offset is written again at the end, so that reading can begin later."""
        for record, offset in self.outlets.records():
            if offset < below:
                self._emit(record)
        for again in self._opens.below(below):
            self._emit(again)

    def go_live(self, now: datetime) -> None:
        """All that stands on the topic was read: go on where the worker before has left off."""
        self._live = True
        self.change(now)
        for opened in sorted((each for each in self._opens if not each.is_done), key=first):
            if opened.told_in is None:
                self._consider(opened, now)
            else:
                self._close_with(opened, opened.told_why, part_of=opened.told_in)

    def change(self, now: datetime) -> None:
        """The channel's record has changed, or is gone."""
        channel = self._channel_of(self._channel_id)
        self.outlets.change(channel)
        for notification in self._waiting.change(channel):
            opened = self._opens.get(notification.key)
            if opened is not None and opened.told_in is None:
                self._consider(opened, now, has_waited=True)
        if self._live:
            self.tick(now)  # what goes together now goes before anything that follows on it can come

    def _go_on(self, held_up: Iterable[Opened], now: datetime) -> None:
        for opened in held_up:
            self._consider(opened, now)

    def _consider(self, opened: Opened, now: datetime, has_waited: bool = False) -> None:
        """Send it, hold it back, or let it wait."""
        notification = opened.notification
        if notification.type not in ALERTS or notification.replay:
            if notification.replay or not self._held_up.hold(opened):
                self._queue(opened, now)
            return
        (alert,) = notification.alerts
        if opened.is_on_its_way:
            if not (alert.previous and self._must_wait(opened, alert)):
                self._queue(opened, now)
        elif opened.is_late and self._held_up.hold(opened, unknown=alert.id):
            return
        elif known := self._receipts.why_dropped(alert.id):
            self._drop(opened, known, "it has come again")
        elif silence := self._waiting.silenced(alert, now):
            self._drop(opened, HeldReason.SILENCED, silence)
        elif alert.previous and not self._follows(opened, alert):
            return
        elif passes(alert) or (why := self._waiting.admit(notification, now)) is None:
            self._queue(opened, now)
        elif why is HeldReason.THROTTLED:
            self._drop(opened, why, "the rule has used up its burst and its rate on this channel")
        elif not has_waited:
            self._emit(held(notification, alert, why))

    def _follows(self, opened: Opened, alert: Alert) -> bool:
        """Is it sent, as far as those before it have been? A retraction takes along those that still wait."""
        if alert.kind is AlertKind.RETRACTED:
            for waits in self._waiting.of(alert.rule.id, alert.story):
                self._waiting.let_go(waits)
                if (member := self._opens.get(waits.key)) is not None:
                    self._drop(member, HeldReason.TAKEN_BACK, f"{alert.id} took it back before it was sent")
            self.outlets.take_back(opened.notification)
        if self._must_wait(opened, alert):
            return False
        if not any(self._has_got(alert.previous, endpoint) for endpoint in opened.notification.endpoints):
            reason = HeldReason.TAKEN_BACK if alert.kind is AlertKind.RETRACTED else HeldReason.NEVER_SENT
            self._drop(opened, reason, f"no endpoint has got {alert.previous}")
            return False
        return True

    def _must_wait(self, opened: Opened, alert: Alert) -> bool:
        """For what it follows on, or until it is known whether that was sent."""
        before = self._opens.get(f"{self._channel_id}/{alert.previous}")
        unknown = self._receipts.oldest_unknown(alert.previous, opened.left - opened.tried.keys())
        return self._held_up.hold(opened, before.told_in if before else None, unknown)

    def _has_got(self, alert_id: str | None, endpoint: str) -> bool:
        """Or may have: what is not known any more was known when it was asked first."""
        return self._receipts.reached(alert_id, endpoint) is not Reached.NO

    @property
    def asking(self) -> frozenset[str]:
        """Alerts that others follow on, and of which nothing is known: they stand where nobody has read, if at all."""
        return self._held_up.asking

    def answer(self, asked: Collection[str], records: Collection[Notification | Delivery], now: datetime) -> None:
        """What stands of those on the topic from its beginning, in its order; what is not among it was never sent."""
        self._receipts.learn(records)
        for outcome in self._opens.learn([f"{self._channel_id}/{each}" for each in asked], records):
            self._emit(outcome)
        for alert_id in asked:
            if not self._receipts.knows(alert_id):
                self._receipts.met(alert_id, None, ())
        self._go_on((each for each in self._held_up.release(asked) if not each.is_done), now)

    def _queue(self, opened: Opened, now: datetime) -> None:
        """To its endpoints; what waits of the same rule and story and came before it goes before it."""
        for alert in opened.notification.alerts:
            for waits in self._waiting.of(alert.rule.id, alert.story) if alert.previous else ():
                member = self._opens.get(waits.key)
                if member is not None and member.first < opened.first:
                    self._waiting.let_go(waits)
                    self._queue(member, now)
        for endpoint_id in opened.notification.endpoints:
            if endpoint_id in opened.left:
                self._number += 1
                item = Item(opened.notification, endpoint_id, self._number, now, inherited=opened.inherited)
                if endpoint_id in opened.tried:
                    before, _ = opened.tried[endpoint_id]
                    item.attempts, item.due = before.attempts, before.due or now
                self.outlets.put(item)

    def take(self, endpoint_id: str, now: datetime) -> Item | None:
        """What is to be tried now at this endpoint."""
        return self.outlets.take(endpoint_id, now, self._goes)

    def _goes(self, item: Item) -> bool:
        """What follows on an alert goes where that has gone; asked when nothing before it is on its way any more."""
        notification = item.notification
        if notification.type not in ALERTS or notification.replay or not notification.alerts[0].previous:
            return True
        return self._has_got(notification.alerts[0].previous, item.endpoint)

    def next_due(self) -> datetime | None:
        """When something that waits for its time is due."""
        return self._waiting.next_due()

    def tick(self, now: datetime) -> None:
        """Time has passed: what waited for it goes out, together."""
        for notification in self._waiting.release(now):
            opened = self._opens.get(notification.key)
            if opened is not None:
                self._consider(opened, now, has_waited=True)
        for bundle in self._waiting.due(now):
            self._send_together(bundle, now)

    def _send_together(self, bundle: Bundle, now: datetime) -> None:
        told: list[Opened] = []
        for notification in bundle.notifications:
            opened = self._opens.get(notification.key)
            if opened is None:
                continue
            if silence := self._waiting.silenced(notification.alerts[0], now):
                self._drop(opened, HeldReason.SILENCED, silence)
            else:
                told.append(opened)
        if len(told) == 1 and not bundle.always_together:
            self._queue(told[0], now)
            return
        for part in parts(told) or [[]]:
            digest = self._waiting.digest(bundle, [each.notification for each in part], now)
            if digest is None:
                continue
            self._held_up.wrote(digest.id)
            self._emit(digest)
            for opened in part:
                opened.told_in = digest.id
                self._close_with(opened, bundle.reason, part_of=digest.id)

    def _drop(self, opened: Opened, reason: HeldReason, detail: str) -> None:
        """No endpoint gets it."""
        (alert,) = opened.notification.alerts
        self._receipts.dropped(alert.id, reason)
        self._emit(held(opened.notification, alert, reason, detail))
        self._close_with(opened, reason, detail)

    def _close_with(self, opened: Opened, reason: HeldReason, detail: str = "", part_of: str | None = None) -> None:
        """Its record says that it is not sent by itself; it is open until that record is read."""
        opened.told_in = opened.told_in or ""
        closed = {"held": reason, "detail": detail, "part_of": part_of}
        opened.notification = opened.notification.model_copy(update=closed)
        self._emit(opened.notification)
