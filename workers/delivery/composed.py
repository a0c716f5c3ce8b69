"""Bodies of notifications, composed once for all endpoints that get them in one format."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TypeAlias

from schemas.channel import EndpointFormat
from schemas.delivery import Notification
from workers.delivery import cloudevents, event

KEPT_BYTES = 2 * 1024 * 1024  # the notifications themselves take some five times as much

_Key: TypeAlias = tuple[int, EndpointFormat]


class Composed:
    """Keeps the latest, up to so many bytes of them; `source` is for CloudEvents.

    By the notification itself and not by its id: one that was written again under its key may say something else.
    """

    def __init__(self, source: str, kept_bytes: int = KEPT_BYTES) -> None:
        self._source = source
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self._kept: OrderedDict[_Key, tuple[Notification, cloudevents.Parts]] = OrderedDict()

    def __call__(self, notification: Notification, format: EndpointFormat) -> cloudevents.Parts:
        """Headers and body; not to be changed."""
        key = (id(notification), format)
        found = self._kept.get(key)
        if found is not None:  # while it is kept, no other has its id()
            self._kept.move_to_end(key)
            return found[1]
        parts = compose(notification, format, self._source)
        self._kept[key] = notification, parts
        self._bytes += len(parts[1])
        while self._bytes > self._kept_bytes:
            _, (_, (_, body)) = self._kept.popitem(last=False)
            self._bytes -= len(body)
        return parts


def compose(notification: Notification, format: EndpointFormat, source: str) -> cloudevents.Parts:
    """Headers and body in the format."""
    return _FORMATS[format](notification, source)


def _standard(notification: Notification, _source: str) -> cloudevents.Parts:
    return {"content-type": cloudevents.JSON}, event.body(notification)


_FORMATS: Mapping[EndpointFormat, cloudevents.Mode] = {
    EndpointFormat.STANDARD: _standard,
    EndpointFormat.CLOUDEVENTS: cloudevents.structured,
    EndpointFormat.CLOUDEVENTS_BINARY: cloudevents.binary,
}
