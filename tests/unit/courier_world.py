"""A partition of `deliveries` in memory, a courier on it, and endpoints that answer as they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from schemas.alert import Alert, AlertKind, ArticleReference, Evidence, RuleReference, Times
from schemas.channel import Channel, Endpoint
from schemas.decision import Decision
from schemas.delivery import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryRecord,
    DeliveryState,
    EndpointHealth,
    Notification,
)
from schemas.envelope import Headers, Incoming, Outgoing
from workers.courier import Courier, World
from workers.delivery import Schedule, dispatch
from workers.desk import Desk
from workers.epochs import Epochs
from workers.outlets import Terms
from workers.restraint import Silences

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCHEDULE_S = (0, 5, 300, 1800, 7200, 18000, 36000, 36000)
_RECORDS: TypeAdapter[DeliveryRecord] = TypeAdapter(DeliveryRecord)

Answers = Callable[[str, Notification, int], AttemptOutcome]


def alert(
    name: str = "1", kind: AlertKind = AlertKind.CREATED, previous: str | None = None, **changes: object
) -> Alert:
    """Of rule r1 on story s<name>; `changes`: rule, story, priority, tags, source, channels."""
    rule_id = str(changes.get("rule", "r1"))
    return Alert(
        id=f"al_{name}" if kind is AlertKind.CREATED else f"al_{name}_{kind}",
        kind=kind,
        rule=RuleReference(
            id=rule_id, name=rule_id, version=1, query="x", priority=int(str(changes.get("priority", 3)))
        ),
        article=ArticleReference(
            uri=f"wire:{name}", version=1, title=f"News {name}", source=str(changes.get("source", "w"))
        ),
        story=str(changes.get("story", f"s{name}")),
        evidence=Evidence(hits=(), excerpt="[[x]]"),
        channels=("desk",),
        times=Times(received=NOON),
        previous=previous,
    )


def endpoint(name: str, **fields: object) -> Endpoint:
    """A webhook."""
    return Endpoint.model_validate({"id": name, "url": f"https://{name}.example.org/", **fields})


def channel(*endpoints: str | Endpoint, **fields: object) -> Channel:
    """The channel `desk`."""
    made = [each if isinstance(each, Endpoint) else endpoint(each) for each in endpoints]
    return Channel.model_validate({"id": "desk", "endpoints": made, **fields})


def world_of(channels: Mapping[str, Channel], silences: Silences | None = None, queue_max: int = 100) -> World:
    """What a courier is given."""

    def refused(record: Incoming, why: Exception) -> None:
        raise AssertionError(f"{record.offset}: {why}")

    return World(
        terms=Terms(Schedule(SCHEDULE_S, 0), 5 * 86_400, queue_max, 1000),
        silences=Silences() if silences is None else silences,
        channel_of=channels.get,
        chance=lambda: 0.5,
        read=lambda value: _RECORDS.validate_json(value or b""),
        refused=refused,
    )


def begin(courier: Courier, now: datetime = NOON) -> None:
    """Let it take over, and read that back, as if it stood before all else."""
    courier.take_over(0)
    (written,) = courier.take_written()
    courier.apply([Incoming("deliveries", 0, -1, 0, written.key, written.value, written.headers)], now)


class Partition:
    """The log, the courier that reads and writes it, and what was sent. Time moves when it is told to."""

    def __init__(self, *channels: Channel, answers: Answers | None = None, queue_max: int = 100) -> None:
        self.log: list[bytes | None] = []
        self.headers: dict[int, Headers] = {}  # of what has some, by offset
        self.decisions: list[Decision] = []
        self.sent: list[tuple[str, str, AttemptOutcome]] = []  # endpoint, webhook-id, outcome
        self.now = NOON
        self.channels = {each.id: each for each in channels}
        self.silences = Silences()
        self.answers = answers or (lambda *_: AttemptOutcome.ACCEPTED)
        self.committed = 0
        self._alerts: dict[str, int] = {}
        self._workers = 0
        self._world = world_of(self.channels, self.silences, queue_max)
        self.restart()

    def restart(self) -> None:
        """Another worker takes over: it knows nothing but what stands on the log from what was committed."""
        self._workers += 1
        self.courier = Courier(self._world, 0, f"w{self._workers}")
        self._read = self.committed
        self._take_in()
        self.courier.take_over(len(self.log))
        self._take_in()

    def commit(self) -> None:
        """Where a successor begins to read."""
        self._take_in()
        self.committed = self.courier.lowest(self.now)

    def dispatch(self, *alerts: Alert) -> None:
        """As the other half of the worker does; one that was put to its channels before stands where it stood."""
        for each in alerts:
            place = self._alerts.setdefault(each.id, len(self._alerts))
            for notification in dispatch(each, self.now, f"alerts/0/{place}", self.channels.get):
                self.log.append(notification.model_dump_json().encode())

    def _take_in(self) -> bool:
        """Write and read until nothing is left of either."""
        moved = False
        while True:
            moved |= self.write(self.courier)
            if self._read == len(self.log):
                return moved
            records = list(self.incoming(self._read))
            self._read = len(self.log)
            self.courier.apply(records, self.now)

    def write(self, courier: Courier) -> bool:
        """What this one has to write; of a worker that was frozen before it is late. Whether that was anything."""
        written = courier.take_written()
        for outgoing in written:
            if outgoing.topic == "decisions":
                self.decisions.append(Decision.model_validate_json(outgoing.value or b""))
            else:
                self.write_down(outgoing)
        return bool(written)

    def write_down(self, outgoing: Outgoing) -> None:
        """A record of the partition, at its end."""
        self.headers[len(self.log)] = outgoing.headers
        self.log.append(outgoing.value)

    def incoming(self, first: int = 0) -> Iterator[Incoming]:
        """What stands there from this offset on."""
        for offset, value in enumerate(self.log[first:], first):
            yield Incoming("deliveries", 0, offset, 0, b"", value, self.headers.get(offset, ()))

    def send(self, most: int = 10_000) -> int:
        """Try what may be tried now; how many attempts there were."""
        self._take_in()
        made = 0
        for desk, endpoint_id in self._outlets():
            while made < most and (item := desk.take(endpoint_id, self.now)) is not None:
                made += 1
                outcome = self.answers(endpoint_id, item.notification, item.attempts + 1)
                self.sent.append((endpoint_id, item.notification.id, outcome))
                attempt = Attempt(number=item.attempts + 1, at=self.now, outcome=outcome, took_ms=1, error=outcome)
                self.courier.ended(item, attempt)
        return made

    def _outlets(self) -> list[tuple[Desk, str]]:
        desks = [self.courier.desk(channel_id, self.now) for channel_id in self.channels]
        return [(desk, endpoint_id) for desk in desks for endpoint_id in desk.outlets]

    def settle(self) -> None:
        """Until nothing can be done at this time."""
        self.courier.tick(self.now)
        while self._take_in() or self.send():
            pass

    def look_up(self) -> None:
        """What is asked for is found on the log, from its beginning."""
        while asked := self.courier.asking():
            found = [each for each in self.records() if not isinstance(each, EndpointHealth)]
            self.courier.answer(asked, found, self.now)
            self.settle()

    def after(self, **passed: float) -> None:
        """Time passes, in steps of what is due."""
        self.settle()
        end = self.now + timedelta(**passed)
        while (due := self._next_due()) is not None and due <= end:
            self.now = max(due, self.now + timedelta(milliseconds=1))
            self.settle()
        self.now = end
        self.settle()

    def _next_due(self) -> datetime | None:
        times = [desk.outlets.next_due(endpoint_id) for desk, endpoint_id in self._outlets()]
        return min((each for each in [self.courier.next_due(), *times] if each is not None), default=None)

    def got(self, endpoint_id: str = "a") -> list[str]:
        """What the endpoint has accepted, by webhook-id."""
        accepted = AttemptOutcome.ACCEPTED
        return [webhook_id for name, webhook_id, outcome in self.sent if name == endpoint_id and outcome is accepted]

    def deliveries(self) -> dict[str, Delivery]:
        """The latest record of each."""
        return {each.key: each for each in self.records() if isinstance(each, Delivery)}

    def notifications(self) -> dict[str, Notification]:
        """The latest record of each."""
        return {each.key: each for each in self.records() if isinstance(each, Notification)}

    def records(self) -> Iterator[DeliveryRecord]:
        """All that stand on the log, but for those that were overtaken."""
        epochs = Epochs()
        standing = [each.value for each in self.incoming() if epochs.stands(each)]
        return (_RECORDS.validate_json(value) for value in standing if value is not None)

    def reasons(self) -> list[str]:
        """Of the decisions, in their order, each once."""
        return [each.reason for each in {each.id: each for each in self.decisions}.values()]

    def states(self) -> dict[str, DeliveryState]:
        """By endpoint and webhook-id."""
        return {f"{each.endpoint}:{each.notification}": each.state for each in self.deliveries().values()}
