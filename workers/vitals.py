"""What a worker says of itself from its first moment on: its metrics, and whether it is ready.

It needs nothing of the rooms: it can be asked while the matching engine is still being compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from prometheus_client import CollectorRegistry

from workers.health import AT_FIRST, TOLD, Health, Missing
from workers.metrics import Metrics
from workers.metrics_http import serve

log = structlog.get_logger("wirewatch")


class Vitals:
    """Not ready until all that a worker waits for is there; each change is logged."""

    def __init__(self) -> None:
        self.metrics = Metrics(CollectorRegistry())
        self.health = Health(set(AT_FIRST), self._changed)
        self.sizes: Callable[[], Mapping[str, int]] = dict
        """How much of what there is once the worker is ready, for the log."""

    def serve(self, host: str, port: int) -> None:
        """Let it be asked over HTTP. Raises OSError where that cannot be listened on."""
        serve(self.metrics.registry, host, port, lambda: [TOLD[each] for each in sorted(self.health.missing)])

    def _changed(self, missing: frozenset[Missing]) -> None:
        self.metrics.ready.set(not missing)
        if missing:
            log.warning("not ready", missing=sorted(missing))
        else:
            log.info("ready", **self.sizes())
