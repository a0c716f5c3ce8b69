"""The metrics over HTTP, for Prometheus and health checks."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, start_http_server


def serve(registry: CollectorRegistry, host: str, port: int) -> None:
    """Serve /metrics in a thread of its own."""
    start_http_server(port, addr=host, registry=registry)
