"""Send by chat, mail and push: whatever the Apprise library knows, used as it is, at arm's length.

The library blocks, so each notification has a thread of its own; the worker waits for it no longer than the limits say.
A thread cannot be stopped: one whose receiver drips a byte now and then stays until that ends. Such threads are counted
by URL, and no more are started for a URL that has left `LATE` behind, so that it cannot take those of others.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

from schemas.delivery import AttemptOutcome
from workers.delivery.apart import apart
from workers.delivery.guard import Policy
from workers.delivery.lookup import Ask, ask_the_system
from workers.delivery.sender import Answer, Request, SendLimits, error_shown
from workers.delivery.words import TITLE

if TYPE_CHECKING:
    from apprise import NotifyBase

THREADS = 32
LATE = 2
SECRET_CHARACTERS = 4  # shorter parts of a URL are no secrets
# They speak to the machine that the worker runs on, where nobody sits.
LOCAL = frozenset({"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})


@dataclass
class AppriseSender:
    """Says a request's title and body by the Apprise URL that is its URL.

    Of the policy only the networks hold here: a URL is written by an operator and may have any port. Where it names a
    host (json://, mailto://, gotify://, …) all addresses of the host are judged before the library is asked to send;
    the library then looks the host up again, so that this does not hold against a name server that changes its answer
    in between. Redirects are not followed. A URL that names a file or page to be read (a template, a key) is refused.
    """

    policy: Policy = field(default_factory=Policy)
    schemas: frozenset[str] = frozenset()  # these alone; none named: all but those that are local
    threads: int = THREADS
    ask: Ask = ask_the_system

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.threads)
        self._late: Counter[str] = Counter()
        logging.getLogger("apprise").propagate = False  # its lines hold URLs; what matters is in the answer
        logging.getLogger("urllib3").setLevel(logging.INFO)  # below it, it logs paths

    async def send(self, request: Request, limits: SendLimits) -> Answer:
        """One notification. Never raises for what the receiver or the network does."""
        began = time.perf_counter()
        answer = await self._within(request, limits)
        return replace(answer, took_ms=(time.perf_counter() - began) * 1000)

    async def close(self) -> None:
        """Threads that are still at it end by themselves, or with the process."""

    async def _within(self, request: Request, limits: SendLimits) -> Answer:
        if self._late[request.url] >= LATE:
            error = f"{LATE} earlier attempts have not ended yet; nothing is sent until one has"
            return _failed(AttemptOutcome.TIMED_OUT, error)
        try:
            await asyncio.wait_for(self._free.acquire(), limits.connect_s)
        except TimeoutError:
            return _failed(AttemptOutcome.UNREACHABLE, f"all {self.threads} threads are at work")
        late = False

        def finished() -> None:
            self._free.release()
            if late:
                self._late[request.url] -= 1
                self._late += Counter()  # forgets those at zero

        try:
            work = apart(lambda: self._notify(request, limits), finished)
        except OSError as exc:
            return _failed(AttemptOutcome.UNREACHABLE, str(exc))
        done, _ = await asyncio.wait([work], timeout=limits.total_s)
        if done:
            return work.result()
        late = True
        self._late[request.url] += 1
        work.cancel()
        return _failed(AttemptOutcome.TIMED_OUT, f"not done within {limits.total_s:g} s")

    def _notify(self, request: Request, limits: SendLimits) -> Answer:
        """In a thread."""
        import apprise

        asset = apprise.AppriseAsset(
            app_id="wirewatch",
            app_desc="wirewatch",
            async_mode=False,  # in this thread, not in another of the library's
            service_timeout=0,  # we do not wait so long
            storage_mode="memory",
            secure_logging=True,
        )
        plugin = apprise.Apprise.instantiate(request.url, asset=asset)
        if plugin is None:
            return _failed(AttemptOutcome.UNUSABLE, "this is no URL that Apprise can use here")
        reason = self._refused(plugin)
        if reason:
            return _failed(AttemptOutcome.FORBIDDEN, reason)
        plugin.redirects = False  # whatever the URL says
        plugin.socket_connect_timeout, plugin.socket_read_timeout = limits.connect_s, limits.first_byte_s
        service = apprise.Apprise(asset=asset)
        service.add(plugin)
        text = apprise.NotifyFormat.TEXT
        result = service.notify(
            body=request.body.decode(), title=request.headers.get(TITLE, ""), body_format=text, timeout=0
        )
        if result:
            return Answer(AttemptOutcome.ACCEPTED, 0.0)
        said = " ".join(entry.message for each in result for entry in each.logs())
        return _failed(AttemptOutcome.REJECTED, _without_parts_of(request.url, said) or "the service did not take it")

    def _refused(self, plugin: NotifyBase) -> str | None:
        schemas = set(_schemas(plugin))
        named = "/".join(sorted(schemas))
        if schemas & LOCAL and not schemas & self.schemas:
            return f"{named} speaks to the machine of the worker"
        if self.schemas and not schemas & self.schemas:
            return f"{named} is not among the schemas that are allowed"
        if any(_reads_more(each) for each in vars(plugin).values()):
            return "its URL names a template or key, a file or page that the worker would read; leave that out"
        for host in _hosts(plugin):
            for address in self._addresses(host):
                reason = self.policy.judge(ip_address(address))
                if reason:
                    return f"the host is at {address}, which is {reason}"
        return None

    def _addresses(self, host: str) -> list[str]:
        try:
            return [address for address, _, _ in self.ask(host.strip("[]"), 0, socket.AF_UNSPEC)]
        except (OSError, UnicodeError):
            return []  # nobody can connect to it, the library neither


def _schemas(plugin: NotifyBase) -> Iterator[str]:
    for each in (plugin.protocol, plugin.secure_protocol):
        yield from [each] if isinstance(each, str) else each or ()


def _hosts(plugin: NotifyBase) -> Iterator[str]:
    """Where it connects to, if its URL says so; in URLs of most services what stands there is a token."""
    if "host" in plugin.template_tokens:
        yield from (value for name, value in vars(plugin).items() if name.endswith("host") and isinstance(value, str))


def _reads_more(part: object) -> bool:
    """Is it what the library would fetch before it sends: from wherever that is, a file of the worker's too?"""
    from apprise import AppriseAttachment

    return isinstance(part, AppriseAttachment) and len(part) > 0


def _without_parts_of(url: str, said: str) -> str:
    """What the library said, without anything that stands in the URL."""
    parts = {part for text in (url, unquote(url)) for part in re.split(r"[\W_]+", text)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SECRET_CHARACTERS:
            said = re.sub(re.escape(part), "…", said, flags=re.IGNORECASE)
    return said


def _failed(outcome: AttemptOutcome, error: str) -> Answer:
    return Answer(outcome, 0.0, error=error_shown(error))
