"""What the clients of Kafka need to know; filled from the settings by the wiring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

START_IT = "start it, or say where it is, WIREWATCH_KAFKA=host:port"


@dataclass(frozen=True, slots=True)
class Options:
    """Addresses, names and patience. Times in seconds, sizes in bytes."""

    bootstrap: str  # host:port, several with commas
    prefix: str  # of all topics and groups
    group: str
    batch_max_records: int
    batch_max_bytes: int
    batch_max_wait_ms: int
    session_timeout_s: float
    rebalance_timeout_s: float
    heartbeat_interval_s: float
    request_timeout_s: float
    stop_timeout_s: float
    stall_timeout_s: float
    outage_timeout_s: float  # 0: wait for ever
    max_request_bytes: int
    idempotent: bool = True  # False where the broker cannot: a retry may write twice

    @property
    def leave_timeout_s(self) -> float:
        """For taking leave of the broker; as long again for closing what is left then."""
        return self.stop_timeout_s / 8

    @property
    def drain_timeout_s(self) -> float:
        """For the batch in flight: what is left of stop_timeout_s."""
        return self.stop_timeout_s - 2 * self.leave_timeout_s

    def membership(self) -> dict[str, Any]:
        """What a consumer of aiokafka must be told to be a member of the group, that commits nothing by itself."""
        return {
            "bootstrap_servers": self.bootstrap,
            "group_id": self.prefix + self.group,
            "client_id": self.group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "session_timeout_ms": int(self.session_timeout_s * 1000),
            "rebalance_timeout_ms": int(self.rebalance_timeout_s * 1000),
            "heartbeat_interval_ms": int(self.heartbeat_interval_s * 1000),
            # A batch waits as long as an outage may last; the watchdog judges a worker that hangs.
            "max_poll_interval_ms": int((self.outage_timeout_s or 86_400) * 1000) + 60_000,
            "request_timeout_ms": int(self.request_timeout_s * 1000),
        }

    def full(self, topic: str) -> str:
        """The topic's name on the broker."""
        return self.prefix + topic

    def short(self, topic: str) -> str:
        """The topic's name without the prefix."""
        return topic.removeprefix(self.prefix)
