"""What stands on `deliveries`, put together: each notification, what became of it, and how the endpoints fare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from schemas.delivery import Delivery, DeliveryRecord, DeliveryState, EndpointHealth, EventType, Notification
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.epochs import Epochs

_RECORDS: TypeAdapter[DeliveryRecord] = TypeAdapter(DeliveryRecord)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a notification stands at one endpoint."""

    state: DeliveryState
    reason: HeldReason | None = None
    detail: str = ""
    part_of: str | None = None  # the digest that tells it
    delivery: Delivery | None = None  # its latest record, where there is one


@dataclass(slots=True)
class Sending:
    """A notification, and what became of it, as far as it was read."""

    key: str
    channel: str
    id: str
    type: EventType
    replay: str
    first: datetime  # the timestamp of the first record of it
    last: datetime
    alerts: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()  # alerts that it follows on
    notification: Notification | None = None  # None where only outcomes were read
    taken_up: datetime | None = None  # the timestamp of its own first record
    deliveries: dict[str, list[tuple[datetime, Delivery]]] = field(default_factory=dict)  # by endpoint

    @property
    def made(self) -> datetime:
        """When it came about."""
        return self.notification.made if self.notification else self.first

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Those that it is for."""
        return tuple(dict.fromkeys((*(self.notification.endpoints if self.notification else ()), *self.deliveries)))

    def at(self, endpoint: str) -> Outcome:
        """How it stands there."""
        if endpoint in self.deliveries:
            delivery = self.deliveries[endpoint][-1][1]
            return Outcome(delivery.state, delivery.reason, delivery.detail, delivery=delivery)
        told = self.notification
        if told is not None and told.held is not None:
            return Outcome(DeliveryState.HELD, told.held, told.detail, told.part_of)
        return Outcome(DeliveryState.PENDING)


@dataclass
class Sendings:
    """All that was read, by key, in the order in which it was met first."""

    by_key: dict[str, Sending] = field(default_factory=dict)
    health: dict[tuple[str, str], EndpointHealth] = field(default_factory=dict)  # by channel and endpoint
    unread: list[str] = field(default_factory=list)  # records that cannot be read, by their positions
    _epochs: Epochs = field(default_factory=Epochs)

    def __iter__(self) -> Iterator[Sending]:
        return iter(self.by_key.values())

    def read(
        self,
        record: Incoming,
        wanted: Callable[[Incoming], bool],
        keeps: Callable[[Notification], bool] = lambda _: True,
    ) -> None:
        """A record of the topic, behind those of its partition; the alerts are kept of those notifications only."""
        if not self._epochs.stands(record) or record.value is None or not wanted(record):
            return
        try:
            told = _RECORDS.validate_json(record.value)
        except ValidationError:
            self.unread.append(record.position)
            return
        if isinstance(told, EndpointHealth):
            self.health[told.channel, told.endpoint] = told
        elif isinstance(told, Notification):
            alerts = tuple(each.id for each in told.alerts)
            sending = self._sending(told.key, told.channel, told.id, told, record)
            sending.alerts = alerts
            sending.previous = tuple(each.previous for each in told.alerts if each.previous)
            sending.taken_up = sending.taken_up or record.received
            sending.notification = told if keeps(told) else told.model_copy(update={"alerts": ()})
        else:
            key = told.key.rpartition("/")[0]
            sending = self._sending(key, told.channel, told.notification, told, record)
            sending.alerts = sending.alerts or told.alerts
            attempts = sending.deliveries.setdefault(told.endpoint, [])
            if not attempts or attempts[-1][1] != told:  # written again, so that reading can begin later
                attempts.append((record.received, told))

    def _sending(self, key: str, channel: str, id_: str, told: Notification | Delivery, record: Incoming) -> Sending:
        at = record.received
        sending = self.by_key.get(key)
        if sending is None:
            sending = Sending(key, channel, id_, told.type, told.replay, at, at)
            self.by_key[key] = sending
        sending.last = max(sending.last, at)
        return sending

    def current(self) -> dict[tuple[str, str, str], tuple[Sending, Outcome]]:
        """By channel, id and endpoint: how each pair stands, and by which sending: a replay counts as the latest."""
        found: dict[tuple[str, str, str], tuple[Sending, Outcome]] = {}
        for sending in self:
            for endpoint in sending.endpoints:
                found[sending.channel, sending.id, endpoint] = sending, sending.at(endpoint)
        return found


class Archive(Protocol):
    """What stands on topics."""

    def history(self, topics: list[str], since_ms: int) -> Iterator[Incoming]:
        """In the order of time. Raises Unavailable."""
        ...


def sendings_of(
    archive: Archive,
    since_ms: int = 0,
    wanted: Callable[[Incoming], bool] = lambda _: True,
    keeps: Callable[[Notification], bool] = lambda _: True,
) -> Sendings:
    """The records that are wanted, from then on."""
    found = Sendings()
    for record in archive.history(["deliveries"], since_ms):
        found.read(record, wanted, keeps)
    return found


def of_channel(channel: str) -> Callable[[Incoming], bool]:
    """The records of a channel, by their keys."""
    beginning = f"{channel}/".encode()
    return lambda record: (record.key or b"").startswith(beginning)


def naming(*texts: str) -> Callable[[Incoming], bool]:
    """The records that hold one of these, without a look into the others."""
    wanted = [each.encode() for each in texts]
    return lambda record: any(each in (record.key or b"") or each in (record.value or b"") for each in wanted)
