"""A channel's endpoints: what waits for each, how each fares, and what is written when an attempt ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from schemas.channel import Channel, Endpoint
from schemas.decision import Decision
from schemas.delivery import Attempt, AttemptOutcome, Delivery, DeliveryState, EndpointHealth, EventType, Notification
from schemas.reasons import HeldReason
from workers.delivery import WELL, Health, Item, Queue, Receipts, Schedule, held, named, remembered
from workers.restraint import passes

Written: TypeAlias = Notification | Delivery | EndpointHealth | Decision


@dataclass(frozen=True, slots=True)
class Terms:
    """How often is tried, how long an endpoint may fail, how much may wait; settings."""

    schedule: Schedule
    patience_s: float  # of failures, until an endpoint is disabled
    queue_max: int  # notifications that wait for one endpoint
    remember_max: int  # of what is done with: notifications, and alerts


class Outlets:
    """Of one channel."""

    def __init__(
        self,
        channel_id: str,
        terms: Terms,
        receipts: Receipts,
        emit: Callable[[Written], None],
        chance: Callable[[], float],
        channel_of: Callable[[str], Channel | None],
        stirred: Callable[[str], None],
    ) -> None:
        self._stirred = stirred  # hears of each endpoint for which something may be taken now
        self._channel_id = channel_id
        self._terms = terms
        self._receipts = receipts
        self._emit = emit
        self._chance = chance
        self._channel_of = channel_of
        self._endpoints: dict[str, Endpoint] = {}
        self._queues: dict[str, Queue] = {}
        self._health: dict[str, Health] = {}
        self._records: dict[str, tuple[EndpointHealth, int]] = {}
        self._said: dict[str, EndpointHealth] = {}  # written, and not read back yet

    def __iter__(self) -> Iterator[str]:
        """The endpoints for which something may wait."""
        return iter(list(self._queues))

    def __len__(self) -> int:
        """How many notifications wait, each counted for each endpoint."""
        return sum(map(len, self._queues.values()))

    def read(self, record: EndpointHealth, offset: int) -> None:
        """How an endpoint fared, as it stands on the topic."""
        self._records[record.endpoint] = record, offset
        if (said := self._said.get(record.endpoint)) is not None and said.at <= record.at:
            del self._said[record.endpoint]

    def records(self) -> Iterator[tuple[EndpointHealth, int]]:
        """What stands on the topic and must be known by whoever takes over, and where."""
        for record, offset in self._records.values():
            if record.failing_since is not None or record.disabled is not None:
                yield record, offset

    def change(self, channel: Channel | None) -> None:
        """The channel's record has changed, or is gone."""
        self._endpoints = {each.id: each for each in channel.endpoints} if channel else {}
        for endpoint in self._endpoints.values():
            self._health[endpoint.id] = self._standing(endpoint)
            queue = self._queues.setdefault(endpoint.id, Queue(endpoint, self._terms.queue_max))
            queue.endpoint = endpoint
        for endpoint_id in self:
            if why := self._closed(endpoint_id):
                self._clear(endpoint_id, why)
            self._stirred(endpoint_id)

    def _standing(self, endpoint: Endpoint) -> Health:
        known, health = self._records.get(endpoint.id), self._health.get(endpoint.id)
        record = self._said.get(endpoint.id) or (known[0] if known else None)
        if record is None:
            return health or WELL
        told = remembered(record, endpoint)
        return told if health is None or health.differs(told) else health

    def _closed(self, endpoint_id: str) -> tuple[HeldReason, str] | None:
        """Why nothing is sent to it, if so."""
        endpoint = self._endpoints.get(endpoint_id)
        if endpoint is None:
            return HeldReason.ENDPOINT_GONE, "the channel has no such endpoint any more"
        if not endpoint.enabled:
            return HeldReason.ENDPOINT_DISABLED, "an operator has disabled the endpoint"
        health = self._health[endpoint_id]
        return (health.disabled, health.detail) if health.disabled else None

    def _clear(self, endpoint_id: str, why: tuple[HeldReason, str]) -> None:
        queue = self._queues[endpoint_id]
        for item in queue.clear():
            self._hold(item, *why)
        if endpoint_id not in self._endpoints and not queue:
            del self._queues[endpoint_id]

    def put(self, item: Item) -> None:
        """Let it wait for its endpoint, or write why it is not sent there."""
        why = self._closed(item.endpoint)
        urgent = any(passes(alert) for alert in item.notification.alerts)
        if why is None and self._queues[item.endpoint].is_full(urgent):
            why = HeldReason.QUEUE_FULL, f"{self._terms.queue_max} notifications wait for the endpoint already"
        if why is None:
            self._queues[item.endpoint].put(item)
            self._stirred(item.endpoint)
        else:
            self._hold(item, *why)

    def take_back(self, notification: Notification) -> None:
        """What waits of the rule and story that this withdraws, and was never tried, is not sent."""
        (alert,) = notification.alerts
        for endpoint_id in notification.endpoints:
            queue = self._queues.get(endpoint_id)
            for item in queue.untried(alert.rule.id, alert.story) if queue else ():
                self._queues[endpoint_id].done(item)
                self._hold(item, HeldReason.TAKEN_BACK, f"{alert.id} took it back before it was sent")

    def take(self, endpoint_id: str, now: datetime, goes: Callable[[Item], bool]) -> Item | None:
        """What is to be tried now at this endpoint; what does not go there after all is held."""
        queue, health = self._queues.get(endpoint_id), self._health.get(endpoint_id, WELL)
        if queue is None or (health.not_before is not None and now < health.not_before):
            return None
        at_once = 1 if health.is_failing else queue.endpoint.concurrency
        while (item := queue.take(now, at_once)) is not None and not goes(item):
            queue.done(item)
            self._hold(item, HeldReason.NEVER_SENT, "the endpoint has not got the alert that this follows on")
        return item

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """As its channel's record has it now."""
        return self._endpoints.get(endpoint_id)

    def settled(self, key: str, endpoint_id: str) -> None:
        """Somebody else has written what became of this notification at this endpoint: it waits no more."""
        queue = self._queues.get(endpoint_id)
        if queue is not None and queue.drop(key):
            self._stirred(endpoint_id)

    def next_due(self, endpoint_id: str) -> datetime | None:
        """When there may be something to take."""
        queue = self._queues.get(endpoint_id)
        due = queue.next_due() if queue else None
        not_before = self._health.get(endpoint_id, WELL).not_before
        return due if due is None or not_before is None else max(due, not_before)

    def ended(self, item: Item, attempt: Attempt) -> None:
        """An attempt is over: write what came of it."""
        before = self._health.get(item.endpoint, WELL)
        health = self._health[item.endpoint] = before.after(attempt, self._terms.patience_s)
        queue = self._queues[item.endpoint]
        self._stirred(item.endpoint)
        item.attempts = attempt.number
        if attempt.outcome is AttemptOutcome.ACCEPTED:
            queue.done(item)
            self._write(item, DeliveryState.DELIVERED, attempt)
        elif item.is_settled:
            queue.done(item)
        elif why := self._closed(item.endpoint):
            queue.done(item)
            self._hold(item, *why, attempt=attempt)
        else:
            self._retry(queue, item, attempt)
        if health.differs(before):
            self._tell(item.endpoint, before, health, attempt)

    def _retry(self, queue: Queue, item: Item, attempt: Attempt) -> None:
        ended = attempt.at + timedelta(milliseconds=attempt.took_ms)
        due = self._terms.schedule.due(attempt.number, ended, attempt.retry_after_s, self._chance())
        if item.notification.type is EventType.TEST:
            due = None  # somebody is waiting for the answer, and no longer when it would come
        if due is not None:
            queue.again(item, due)
            self._write(item, DeliveryState.PENDING, attempt, due=due)
            return
        queue.done(item)
        times = "once" if attempt.number == 1 else f"{attempt.number} times"
        tried = f"tried {times}; the last: {attempt.error or attempt.status}"
        self._write(item, DeliveryState.GIVEN_UP, attempt, HeldReason.GIVEN_UP, tried)

    def _tell(self, endpoint_id: str, before: Health, health: Health, attempt: Attempt) -> None:
        """Remember how it fares; whoever must know of it hears of it, and what waits is held when it is disabled."""
        self._said[endpoint_id] = health.record(self._channel_id, endpoint_id, attempt.at)
        self._emit(self._said[endpoint_id])
        if health.disabled and (why := self._closed(endpoint_id)):
            self._clear(endpoint_id, why)
        if health.disabled is before.disabled and health.warned <= before.warned:
            return
        alarms = self._channel_of(self._channel_id)
        target = self._channel_of(alarms.alarms) if alarms and alarms.alarms else None
        if target is None or not target.endpoints:
            return
        kind = EventType.DISABLED if health.disabled else EventType.FAILING
        since = (health.failing_since or attempt.at).isoformat()
        data = {
            "channel": self._channel_id,
            "endpoint": endpoint_id,
            "failing_since": since,
            "percent": 100 if health.disabled else health.warned,
            "detail": health.detail or attempt.error,
        }
        self._emit(
            Notification(
                id=named("en", self._channel_id, endpoint_id, since, str(data["percent"])),
                type=kind,
                channel=target.id,
                endpoints=tuple(each.id for each in target.endpoints),
                made=attempt.at,
                data=data,
            )
        )

    def _hold(self, item: Item, reason: HeldReason, detail: str, attempt: Attempt | None = None) -> None:
        self._write(item, DeliveryState.HELD, attempt, reason, detail)

    def _write(
        self,
        item: Item,
        state: DeliveryState,
        attempt: Attempt | None,
        reason: HeldReason | None = None,
        detail: str = "",
        due: datetime | None = None,
    ) -> None:
        notification = item.notification
        for alert in notification.alerts:
            if state is not DeliveryState.PENDING:
                self._receipts.became(alert.id, item.endpoint, state, notification.replay)
            if reason is not None:
                self._emit(held(notification, alert, reason, detail, item.endpoint))
        self._emit(
            Delivery(
                notification=notification.id,
                type=notification.type,
                channel=notification.channel,
                endpoint=item.endpoint,
                alerts=tuple(alert.id for alert in notification.alerts),
                state=state,
                attempts=item.attempts,
                last=attempt,
                due=due,
                reason=reason,
                detail=detail,
                replay=notification.replay,
            )
        )
