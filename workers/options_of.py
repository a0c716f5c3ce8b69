"""What the clients of Kafka, and those who send to endpoints, need, from the settings."""

from __future__ import annotations

from ipaddress import ip_network

from config.settings import Settings
from config.topics import DEAD_LETTER_MAX_BYTES
from workers.delivery.guard import Policy
from workers.delivery.seal import Seal
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


def policy_of(settings: Settings) -> Policy:
    """Where endpoints may be."""
    deliver = settings.deliver
    return Policy(
        schemes=frozenset({"https", "http"} if deliver.allow_http else {"https"}),
        ports=frozenset(int(each) for each in deliver.allow_ports.split(",") if each),
        networks=tuple(ip_network(each, strict=False) for each in deliver.allow_networks.split(",") if each),
    )


def seal_of(settings: Settings) -> Seal:
    """What keeps secrets at rest."""
    return Seal([each for each in settings.deliver.secrets_key.split(",") if each])
