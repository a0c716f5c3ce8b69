"""Where may be sent to: a URL is read once, strictly, and the address really connected to is judged again.

Whoever may write a channel could otherwise make the worker knock at doors that only it can reach (SSRF). A name says
nothing about the address behind it, and may say something else a moment later (DNS rebinding): `Policy.judge` is asked
for each socket, right before it connects.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from yarl import URL

from workers.delivery.addresses import Address, Network, forbidden
from workers.delivery.sender import NOT_SHOWN

URL_CHARACTERS, HOST_CHARACTERS = 2048, 253
DEFAULT_PORTS = {"https": 443, "http": 80}
SHAPE = re.compile(
    r"""
    (?P<scheme> [A-Za-z][A-Za-z0-9+.-]* ) ://
    (?P<host> \[ [0-9A-Fa-f:.]+ \] | [^][/?\#:@%\\]+ )
    (?: : (?P<port> [1-9][0-9]{0,4} ) )?
    (?P<rest> [/?] .* )?
    """,
    re.VERBOSE | re.DOTALL,
)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Forbidden(Exception):
    """Nothing may be sent there. The message names the host at most: a path may be a secret."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be sent to: by default https, to port 443 of public addresses."""

    schemes: Container[str] = frozenset({"https"})
    ports: Container[int] = ()  # besides 443 for https, and 80 for http
    networks: tuple[Network, ...] = ()  # allowed though they are not public
    places: frozenset[tuple[str, int]] = frozenset()  # (host, port): the port is allowed at that host

    def judge(self, address: Address) -> str | None:
        """Why nothing is sent to the address; None where it may be."""
        return forbidden(address, self.networks)


def check_url(url: str, policy: Policy) -> URL:
    """The URL as it is to be used, or Forbidden with the reason: no later step reads the text again.

    Three readers must agree on it: the shape above, Python's and aiohttp's. Where they differ, one of them
    would be judged and the other connected to.
    """
    shape = _shape(url)
    scheme, port = shape["scheme"].lower(), int(shape["port"] or 0)
    if scheme not in DEFAULT_PORTS or scheme not in policy.schemes:
        raise Forbidden(f"the scheme is {scheme}, which is not allowed" + (": use https" if scheme == "http" else ""))
    host = _host(shape["host"].lower())
    read = _agreed(url, scheme, host, port or DEFAULT_PORTS[scheme])
    _check_port(read, scheme, policy)
    address = _known(read.raw_host or "")
    reason = policy.judge(address) if address else None
    if reason:
        raise Forbidden(f"the address {address} is {reason}")
    return read


def _shape(url: str) -> re.Match[str]:
    if len(url) > URL_CHARACTERS:
        raise Forbidden(f"the URL has more than {URL_CHARACTERS} characters")
    if any(each.isspace() or unicodedata.category(each) in NOT_SHOWN for each in url):
        raise Forbidden("the URL has white space, or a character that is not seen")
    if "\\" in url:
        raise Forbidden("the URL has a backslash, which some take for a slash")
    if "#" in url:
        raise Forbidden("the URL has a fragment, which is never sent")
    authority = url.partition("://")[2]
    if "@" in re.split(r"[/?]", authority, maxsplit=1)[0]:
        raise Forbidden("the URL has a user or password; they belong into headers of the receiver's making")
    shape = SHAPE.fullmatch(url)
    if not shape:
        raise Forbidden("the URL is not of the form https://host/path")
    return shape


def _host(host: str) -> str:
    """The host without brackets, if it is written the one usual way."""
    if host.startswith("["):
        if ":" not in host or not _literal(host[1:-1]):
            raise Forbidden("the host is no IPv6 address")
        return host[1:-1]
    if unicodedata.normalize("NFKC", host) != host:
        raise Forbidden("the host has characters that stand for others")
    if any(not _usual(each) for each in host):
        raise Forbidden("the host has a character that no host has")
    labels = host.split(".")
    if "" in labels:
        raise Forbidden("the host has an empty label, or ends in a dot")
    if LOOKS_LIKE_A_NUMBER.fullmatch(labels[-1]) and not _literal(host):
        raise Forbidden("the host is a number in an odd form; write an IPv4 address as four decimal numbers")
    return host


def _usual(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "-._"
    return unicodedata.category(character)[0] in "LM"


def _agreed(url: str, scheme: str, host: str, port: int) -> URL:
    try:
        split, read = urlsplit(url), URL(url)
        literal = _literal(host)
        by_python = (split.scheme, _literal(split.hostname or "") or split.hostname, split.port or port)
        name = (read.raw_host if host.isascii() else read.host) or ""
        by_aiohttp = (read.scheme, _literal(name) or name, read.port)
    except ValueError as exc:
        raise Forbidden("the URL cannot be read") from exc
    if not by_python == by_aiohttp == (scheme, literal or host, port):
        raise Forbidden("the URL is read in more than one way")
    name = read.raw_host or ""
    if not literal and (len(name) > HOST_CHARACTERS or not all(LABEL.fullmatch(each) for each in name.split("."))):
        raise Forbidden("the host is not a name")
    return read


def _check_port(read: URL, scheme: str, policy: Policy) -> None:
    port = read.port or 0
    if port == DEFAULT_PORTS[scheme] or port in policy.ports or (read.raw_host or "", port) in policy.places:
        return
    raise Forbidden(f"the port is {port}, which is not allowed")


def _known(host: str) -> Address | None:
    """The address of a host, where no name server is asked for it."""
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")  # RFC 6761
    return _literal(host)


def _literal(host: str) -> Address | None:
    """The address that the host is, where it is one in its usual form."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address if not isinstance(address, IPv4Address) or str(address) == host else None
