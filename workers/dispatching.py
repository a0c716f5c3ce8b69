"""From records of `alerts` to what shall be sent of them.

An alert that is hushed is told as held, any other is put to its channels. Reading a record again writes the same again.
The order is: note what hushes, ask what is hushed, publish; then commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from schemas.alert import Alert
from schemas.channel import Channel
from schemas.delivery import Notification
from schemas.envelope import Incoming, Outgoing, moment
from schemas.reasons import HeldReason
from workers.courier import outgoing
from workers.delivery import dispatch, held
from workers.errors import Broken, Refused
from workers.restraint import Hush, Hushes, Inhibitions, hushed_by
from workers.streams.outbox import Outbox


class Dispatcher:
    """Puts alerts to their channels."""

    def __init__(
        self,
        read: Callable[[bytes | None], Alert],
        channel_of: Callable[[str], Channel | None],
        inhibitions: Inhibitions,
        hushes: Hushes,
        outbox: Outbox,
        bury: Callable[[Incoming, Refused], Outgoing],
    ) -> None:
        self._read = read
        self._channel_of = channel_of
        self._inhibitions = inhibitions
        self._hushes = hushes
        self._outbox = outbox
        self._bury = bury

    async def run(self, batch: Sequence[Incoming]) -> None:
        """Put a batch to its channels. Raises Unavailable: run it again."""
        alerts: list[tuple[Incoming, Alert]] = []
        messages: list[Outgoing] = []
        for record in batch:
            try:
                alerts.append((record, self._read(record.value)))
            except Refused as why:
                messages.append(self._bury(record, why))
        await self._note([alert for _, alert in alerts], [record.received for record, _ in alerts])
        for notification in await self._hushed(list(self._notifications(alerts))):
            if notification.held is not None:
                messages.append(
                    outgoing(held(notification, notification.alerts[0], notification.held, notification.detail))
                )
            messages.append(outgoing(notification))
        refused = await self._outbox.publish(messages)
        if refused:
            raise Broken(f"the broker refuses a record of {refused[0].topic} for its size: see `wirewatch topics list`")

    def _notifications(self, alerts: Sequence[tuple[Incoming, Alert]]) -> Iterator[Notification]:
        for record, alert in alerts:
            yield from dispatch(alert, moment(record.timestamp_ms), record.position, self._channel_of)

    async def _note(self, alerts: Sequence[Alert], times: Sequence[datetime]) -> None:
        for alert, at in zip(alerts, times, strict=True):
            if until := self._inhibitions.sources(alert, at):
                await self._hushes.note(alert.story, until)
            elif over := self._inhibitions.ended(alert):
                await self._hushes.forget(alert.story, over)

    async def _hushed(self, notifications: Sequence[Notification]) -> list[Notification]:
        """The same; those that another alert on their story hushes are marked so."""
        targets = [self._inhibitions.targets(each.alerts[0], each.channel) for each in notifications]
        stories = {each.alerts[0].story for each, hushes in zip(notifications, targets, strict=True) if hushes}
        if not stories:
            return list(notifications)
        now = min(each.made for each in notifications)  # each is judged by its own time
        noted = await self._hushes.noted(sorted(stories), now)
        return [
            _marked(each, hushes, noted.get(each.alerts[0].story, {}))
            for each, hushes in zip(notifications, targets, strict=True)
        ]


def _marked(notification: Notification, hushes: tuple[Hush, ...], noted: Mapping[str, datetime]) -> Notification:
    found = hushed_by(hushes, noted, notification.made)
    if found is None:
        return notification
    inhibition, until = found
    by = f"inhibition {inhibition.id} by {inhibition.author} until {until.astimezone(UTC).isoformat()}"
    detail = f"{by}: {inhibition.reason}" if inhibition.reason else by
    return notification.model_copy(update={"held": HeldReason.INHIBITED, "detail": detail})
