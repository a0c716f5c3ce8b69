"""What the clients of Kafka need to know; filled from the settings by the wiring."""

from __future__ import annotations

from dataclasses import dataclass

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

    def full(self, topic: str) -> str:
        """The topic's name on the broker."""
        return self.prefix + topic

    def short(self, topic: str) -> str:
        """The topic's name without the prefix."""
        return topic.removeprefix(self.prefix)
