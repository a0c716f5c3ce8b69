"""The metrics over HTTP, for Prometheus, and whether the worker is ready, for health checks."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

READY_PATH = "/readyz"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of each request."""


def serve(
    registry: CollectorRegistry, host: str, port: int, waiting_for: Callable[[], Collection[str]] = tuple
) -> None:
    """Serve /metrics and /readyz in a thread of its own. Raises OSError where that cannot be listened on.

    /readyz answers 200 and `ready`, or 503 and a line for each thing that the worker waits for.
    """

    class Server(_Server):
        address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]

    server = make_server(host, port, _application(registry, waiting_for), Server, _Quiet)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _application(registry: CollectorRegistry, waiting_for: Callable[[], Collection[str]]) -> WSGIApplication:
    metrics = make_wsgi_app(registry)

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != READY_PATH:
            answer: Iterable[bytes] = metrics(environ, start_response)
            return answer
        waits = waiting_for()
        status = "503 Service Unavailable" if waits else "200 OK"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
        lines = ["not ready", *(f"- {each}" for each in waits)] if waits else ["ready"]
        return ["".join(f"{line}\n" for line in lines).encode()]

    return application
