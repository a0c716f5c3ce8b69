"""What is open on a partition of `deliveries`: notifications of which not every endpoint's outcome stands there yet.

The least of their offsets is where a worker that takes over must begin to read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.delivery import Delivery, DeliveryState, Notification
from schemas.reasons import HeldReason

DIGEST_MAX_ALERTS = 500
DIGEST_MAX_BYTES = 1024 * 1024  # or a single alert; the topic takes twice as much
FINAL = frozenset({DeliveryState.DELIVERED, DeliveryState.HELD, DeliveryState.GIVEN_UP})
OUTCOMES_EACH = 5


@dataclass(eq=False, slots=True)
class Opened:
    """A notification, where it stands, and what is left to do of it."""

    notification: Notification
    first: int  # the offset of its first record: they are told in this order
    offset: int  # of its latest
    left: set[str]  # endpoints whose outcome does not stand on the topic yet
    inherited: bool = False  # it stood there when the partition was taken over
    outcomes: dict[str, bytes] = field(default_factory=dict)  # of the others: endpoint -> the record
    tried: dict[str, tuple[Delivery, int]] = field(default_factory=dict)  # endpoint -> its latest record, and where
    is_late: bool = False  # it may have come before, which must be looked up
    told_in: str | None = None  # the digest that tells it, or empty where nothing does: a record says so, or will
    told_why: HeldReason = HeldReason.GROUPED  # why it is told there

    @property
    def is_on_its_way(self) -> bool:
        """Some endpoint has got it, or was tried: it waits for nothing any more."""
        return bool(self.tried) or len(self.left) < len(self.notification.endpoints)

    @property
    def is_done(self) -> bool:
        """What became of it is known for each endpoint, and only to be said again."""
        return self.outcomes.keys() >= set(self.notification.endpoints)

    @property
    def lowest(self) -> int:
        """The first offset that must be read to know of it."""
        return min([self.offset, *(offset for _, offset in self.tried.values())])

    def again(self) -> list[Delivery]:
        """It was done with before its record came again: these must stand behind it, or a new reader would send it."""
        self.left = set(self.notification.endpoints)
        return self.told()

    def told(self) -> list[Delivery]:
        """The latest record of each endpoint that has one."""
        outcomes = [Delivery.model_validate_json(each) for each in self.outcomes.values()]
        return [*outcomes, *(delivery for delivery, _ in self.tried.values())]


class Opens:
    """By key. Remembers the outcomes of the latest `most` that are done, since a notification may come again.

    In all it remembers five times as many outcomes of them at most: of a channel with many endpoints those of fewer
    notifications. An outcome is kept as the bytes of its record.
    """

    def __init__(self, most: int) -> None:
        self._open: dict[str, Opened] = {}
        self._done: OrderedDict[str, dict[str, bytes]] = OrderedDict()
        self._done_count = 0  # outcomes
        self._most = most

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Opened]:
        return iter(list(self._open.values()))

    def get(self, key: str) -> Opened | None:
        """The open one."""
        return self._open.get(key)

    def add(self, notification: Notification, offset: int, inherited: bool) -> Opened:
        """A record of it was read. Endpoints whose outcome is known already are not left."""
        opened = self._open.get(notification.key)
        if opened is None:
            outcomes = self._done.pop(notification.key, {})
            self._done_count -= len(outcomes)
            left = set(notification.endpoints).difference(outcomes)
            first = offset if notification.order is None else notification.order
            opened = self._open[notification.key] = Opened(notification, first, offset, left, inherited, outcomes)
        opened.offset = offset
        return opened

    def delivered(self, key: str, endpoint: str) -> Delivery | None:
        """The record that says so, where there is one."""
        opened = self._open.get(key)
        outcomes = self._done.get(key, {}) if opened is None else opened.outcomes
        outcome = Delivery.model_validate_json(outcomes[endpoint]) if endpoint in outcomes else None
        return outcome if outcome is not None and outcome.state is DeliveryState.DELIVERED else None

    def tell(self, key: str, delivery: Delivery, offset: int, value: bytes) -> None:
        """A record of what became of it at an endpoint was read, these bytes."""
        opened = self._open.get(key)
        if delivery.state not in FINAL:
            if opened is not None:
                opened.tried[delivery.endpoint] = delivery, offset
        elif opened is not None:
            opened.left.discard(delivery.endpoint)
            opened.tried.pop(delivery.endpoint, None)
            opened.outcomes[delivery.endpoint] = value
        else:
            self._remember(key, {delivery.endpoint: value})

    def learn(self, keys: Iterable[str], records: Iterable[Notification | Delivery]) -> list[Delivery]:
        """What stood on the topic long ago of what has come once more. Returns what is to be said again."""
        late = {key: opened for key in keys if (opened := self._open.get(key)) is not None and opened.is_late}
        for record in records:
            key = record.key.rpartition("/")[0]
            if isinstance(record, Delivery) and record.state in FINAL and key in late:
                self.tell(key, record, late[key].offset, record.model_dump_json().encode())
        for opened in late.values():
            opened.is_late = False
        return [outcome for opened in late.values() if opened.is_done for outcome in opened.again()]

    def below(self, offset: int) -> Iterator[Notification | Delivery]:
        """What stands below this offset, to be written again; a notification first, since a reader may begin at it."""
        for opened in self:
            if opened.lowest < offset:
                yield opened.notification.model_copy(update={"order": opened.first})
                yield from opened.told()

    def close(self, key: str) -> None:
        """Nothing is left to do of it."""
        opened = self._open.pop(key, None)
        if opened is not None:
            self._remember(key, opened.outcomes)

    def _remember(self, key: str, outcomes: dict[str, bytes]) -> None:
        done = self._done.setdefault(key, {})
        self._done_count -= len(done)
        done |= outcomes
        self._done_count += len(done)
        while len(self._done) > self._most or self._done_count > OUTCOMES_EACH * self._most:
            self._done_count -= len(self._done.popitem(last=False)[1])

    def lowest(self) -> int | None:
        """Where reading must begin to know all of them; None when none is open."""
        return min((each.lowest for each in self._open.values()), default=None)


def because(digest: Notification) -> HeldReason:
    """Why the alerts of a digest have waited for it."""
    return next((each for each in HeldReason if each == digest.data.get("because")), HeldReason.GROUPED)


def parts(told: Sequence[Opened]) -> list[list[Opened]]:
    """As many as one record takes, each time."""
    cut: list[list[Opened]] = []
    size = 0
    for opened in told:
        bytes_ = len(opened.notification.alerts[0].model_dump_json())
        if not cut or len(cut[-1]) >= DIGEST_MAX_ALERTS or size + bytes_ > DIGEST_MAX_BYTES:
            cut.append([])
            size = 0
        cut[-1].append(opened)
        size += bytes_
    return cut
