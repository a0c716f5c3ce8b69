"""What is open on a partition of `deliveries`: notifications of which not every endpoint's outcome stands there yet.

The least of their offsets is where a worker that takes over must begin to read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schemas.delivery import Delivery, DeliveryState, Notification

FINAL = frozenset({DeliveryState.DELIVERED, DeliveryState.HELD, DeliveryState.GIVEN_UP})


@dataclass(eq=False, slots=True)
class Opened:
    """A notification, where it stands, and what is left to do of it."""

    notification: Notification
    offset: int  # of its latest record
    left: set[str]  # endpoints whose outcome does not stand on the topic yet
    inherited: bool = False  # it stood there when the partition was taken over
    tried: dict[str, tuple[Delivery, int]] = field(default_factory=dict)  # endpoint -> its latest record, and where
    told_in: str | None = None  # the digest that tells it, or empty where nothing does: a record says so, or will

    @property
    def lowest(self) -> int:
        """The first offset that must be read to know of it."""
        return min([self.offset, *(offset for _, offset in self.tried.values())])


class Opens:
    """By key. Remembers the outcomes of the latest `most` that are done, since a notification may come again."""

    def __init__(self, most: int) -> None:
        self._open: dict[str, Opened] = {}
        self._outcomes: OrderedDict[str, dict[str, Delivery]] = OrderedDict()
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
            left = set(notification.endpoints).difference(self.outcomes(notification.key))
            opened = self._open[notification.key] = Opened(notification, offset, left, inherited)
        opened.offset = offset
        return opened

    def outcomes(self, key: str) -> Mapping[str, Delivery]:
        """By endpoint, as far as they are remembered."""
        return self._outcomes.get(key, {})

    def tell(self, key: str, delivery: Delivery, offset: int) -> None:
        """A record of what became of it at an endpoint was read."""
        opened = self._open.get(key)
        if delivery.state not in FINAL:
            if opened is not None:
                opened.tried[delivery.endpoint] = delivery, offset
            return
        self._outcomes.setdefault(key, {})[delivery.endpoint] = delivery
        if len(self._outcomes) > self._most:
            self._outcomes.popitem(last=False)
        if opened is not None:
            opened.left.discard(delivery.endpoint)
            opened.tried.pop(delivery.endpoint, None)

    def close(self, key: str) -> None:
        """Nothing is left to do of it."""
        self._open.pop(key, None)

    def lowest(self) -> int | None:
        """Where reading must begin to know all of them; None when none is open."""
        return min((each.lowest for each in self._open.values()), default=None)
