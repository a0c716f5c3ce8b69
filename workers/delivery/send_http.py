"""Send over HTTP, to receivers that may be slow, broken or hostile: bounded in time, in size and in where it goes."""

from __future__ import annotations

import io
import socket
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from ipaddress import ip_address
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from schemas.delivery import AttemptOutcome
from workers.delivery.guard import Forbidden, Policy, check_url
from workers.delivery.lookup import Lookup
from workers.delivery.sender import Answer, Request, SendLimits, error_shown, outcome_of, retry_after_s, shown

READ_BYTES = 64 * 1024  # of an answer; then the connection is closed
WHOLE_BYTES = 1024 * 1024  # a larger request is handed to the network in parts
BUFFER_BYTES = 16 * 1024  # aiohttp stops reading from the network at twice this
URLS_KEPT = 4096
KEEP_ALIVE_S = 4.0  # below the 5 s after which common servers hang up: a POST on such a connection is lost

Tried = dict[str, str | None]  # address: why it was refused
_tried: ContextVar[Tried] = ContextVar("tried")


@dataclass
class HttpSender:
    """Posts requests. It follows no redirect, keeps no cookie, uses no proxy, unpacks nothing.

    Redirects are answers like others, so that a receiver cannot send the worker elsewhere. What an answer says is not
    unpacked, so that a small one cannot become a large one.
    """

    policy: Policy = field(default_factory=Policy)
    ca_file: Path | None = None  # certificates that are trusted beside the system's
    connections: int = 100  # to one host and port at once; a total for all would let the slow take those of others
    lookup: Lookup = field(default_factory=Lookup)
    names_kept_s: int = 30  # what was looked up is used so long

    def __post_init__(self) -> None:
        trust = ssl.create_default_context()
        if self.ca_file:
            trust.load_verify_locations(cafile=self.ca_file)
        trust.set_alpn_protocols(("http/1.1",))
        # The same URLs come again and again; what is judged is their text, and that does not change.
        self._checked = lru_cache(URLS_KEPT)(partial(check_url, policy=self.policy))
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=trust,
                limit=0,
                limit_per_host=self.connections,
                keepalive_timeout=KEEP_ALIVE_S,
                resolver=_Resolver(self.lookup),
                ttl_dns_cache=self.names_kept_s,
                socket_factory=self._socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=BUFFER_BYTES,
            headers={"Accept-Encoding": "identity"},
        )

    async def send(self, request: Request, limits: SendLimits) -> Answer:
        """One POST. Never raises for what the receiver or the network does."""
        began = time.perf_counter()
        _tried.set({})
        try:
            return await self._post(self._checked(request.url), request, limits, began)
        except Forbidden as exc:
            answer = _failed(AttemptOutcome.FORBIDDEN, str(exc))
        except aiohttp.ConnectionTimeoutError:
            answer = _failed(AttemptOutcome.TIMED_OUT, f"no connection within {limits.connect_s:g} s")
        except aiohttp.SocketTimeoutError:
            answer = _failed(AttemptOutcome.TIMED_OUT, f"no answer within {limits.first_byte_s:g} s")
        except TimeoutError:
            answer = _failed(AttemptOutcome.TIMED_OUT, f"no whole answer within {limits.total_s:g} s")
        except (aiohttp.ClientError, OSError, EOFError, ValueError) as exc:
            answer = _unreachable(exc)
        return replace(answer, took_ms=_since(began))

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def _post(self, url: URL, request: Request, limits: SendLimits, began: float) -> Answer:
        body = request.body if len(request.body) < WHOLE_BYTES else io.BytesIO(request.body)
        response = await self._session.post(
            url, data=body, headers=request.headers, allow_redirects=False, timeout=_timeout(limits)
        )
        try:
            said, error = await _beginning(response)
        finally:
            response.close() if not response.content.at_eof() else response.release()
        wanted = response.headers.get("Retry-After")
        return Answer(
            outcome=outcome_of(response.status),
            took_ms=_since(began),
            status=response.status,
            retry_after_s=retry_after_s(wanted, datetime.now(UTC)) if wanted else None,
            error=error or _what_a_status_means(response),
            answer=said,
        )

    def _socket(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A socket for just this address, or none: the last moment at which it can be judged."""
        family, kind, protocol, _, where = info
        address = ip_address(str(where[0]))
        reason = _tried.get()[str(address)] = self.policy.judge(address)
        if reason:
            raise PermissionError(f"{address} is {reason}")
        return socket.socket(family=family, type=kind, proto=protocol)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


@lru_cache(maxsize=16)
def _timeout(limits: SendLimits) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=limits.total_s, connect=limits.connect_s, sock_connect=limits.connect_s, sock_read=limits.first_byte_s
    )


async def _beginning(response: aiohttp.ClientResponse) -> tuple[str, str]:
    """The beginning of the answer, and what went wrong while it was read.

    The status stands whatever becomes of the rest: with 2xx the receiver has said that it has the event, and what
    follows is of no use to us. To try again because of a body that never ends would only make repeats.
    """
    read, error, content = bytearray(), "", response.content
    try:
        while len(read) < READ_BYTES and not content.at_eof():
            read += await content.read(READ_BYTES - len(read))
    except TimeoutError:
        error = f"HTTP {response.status}, but the answer did not end in time"
    except (aiohttp.ClientError, OSError, EOFError, ValueError):
        error = f"HTTP {response.status}, but the answer broke off"
    packed = response.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}
    return "" if packed else shown(bytes(read)), error


def _what_a_status_means(response: aiohttp.ClientResponse) -> str:
    if outcome_of(response.status) is AttemptOutcome.ACCEPTED:
        return ""
    said = f"HTTP {response.status} {response.reason or ''}".strip()
    if 300 <= response.status < 400:
        said += ": redirects are not followed; give the endpoint its final URL"
    return error_shown(said)


def _unreachable(exc: Exception) -> Answer:
    """No answer. Messages of aiohttp are not passed on whole: some hold the URL, which may be a secret."""
    tried = _tried.get()
    refused = [f"{address} is {reason}" for address, reason in tried.items() if reason]
    if refused and len(refused) == len(tried):
        return _failed(AttemptOutcome.FORBIDDEN, "the host is at an address that is refused: " + ", ".join(refused))
    said = _said(exc)
    return _failed(AttemptOutcome.UNREACHABLE, f"{said}; {', '.join(refused)}" if refused else said)


def _said(exc: Exception) -> str:
    match exc:
        case aiohttp.ClientConnectorDNSError():
            said = f"the host is not found: {exc.os_error}"
        case aiohttp.ClientConnectorCertificateError():
            error = exc.certificate_error
            said = f"the certificate is not trusted: {getattr(error, 'verify_message', error)}"
        case aiohttp.ClientConnectorError():
            said = f"no connection: {exc.os_error}"
        case aiohttp.ClientResponseError():
            said = f"the answer is no valid HTTP: {exc.message}"
        case aiohttp.ServerDisconnectedError():
            said = "the receiver hung up without an answer"
        case OSError():
            said = f"the connection broke: {exc.strerror or type(exc).__name__}"
        case _:
            said = f"the connection broke: {type(exc).__name__}"
    return said


def _failed(outcome: AttemptOutcome, error: str) -> Answer:
    return Answer(outcome, 0.0, error=error_shown(error))


class _Resolver(AbstractResolver):
    """Our lookup as aiohttp asks for it."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._lookup.find(host, port, family)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for address, port, kind in found
        ]

    async def close(self) -> None:
        """Threads that still wait for a name server end with it, or with the process."""
