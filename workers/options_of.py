"""What the clients of Kafka need, from the settings."""

from __future__ import annotations

from config.settings import Settings
from config.topics import DEAD_LETTER_MAX_BYTES
from workers.streams.options import Options


def options_of(settings: Settings) -> Options:
    """What the clients of Kafka need, from the settings."""
    match = settings.match
    return Options(
        bootstrap=settings.kafka,
        prefix=settings.topic_prefix,
        group=match.group,
        batch_max_records=match.batch_max_records,
        batch_max_bytes=match.batch_max_bytes,
        batch_max_wait_ms=match.batch_max_wait_ms,
        session_timeout_s=match.session_timeout_s,
        rebalance_timeout_s=match.rebalance_timeout_s,
        heartbeat_interval_s=match.heartbeat_interval_s,
        request_timeout_s=match.request_timeout_s,
        stop_timeout_s=match.stop_timeout_s,
        stall_timeout_s=match.stall_timeout_s,
        outage_timeout_s=match.outage_timeout_s,
        max_request_bytes=DEAD_LETTER_MAX_BYTES,
        idempotent=match.producer == "idempotent",
    )
