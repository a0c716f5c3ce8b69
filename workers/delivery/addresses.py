"""Which IP addresses are places that one may send to: the public ones, and no other.

From the IANA special-purpose address registries (RFC 6890 and its updates), and the places where clouds keep their
metadata. In IPv6 only what is global unicast passes; an IPv4 address inside an IPv6 one is judged or refused with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA = frozenset[Address](
    {
        IPv4Address("169.254.169.254"),  # most clouds
        IPv4Address("169.254.170.2"),  # credentials of containers on AWS
        IPv4Address("169.254.170.23"),
        IPv4Address("100.100.100.200"),  # Alibaba
        IPv4Address("168.63.129.16"),  # Azure: a public address that only its own machines reach
        IPv4Address("192.0.0.192"),  # Oracle
        IPv6Address("fd00:ec2::254"),  # AWS
        IPv6Address("fd00:ec2::23"),
        IPv6Address("fd20:ce::254"),  # Google
    }
)
V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier (CGNAT)"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.31.196.0/24", "for AS112"),
        ("192.52.193.0/24", "for multicast tunnels"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "for AS112"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an IPv4-mapped address"),
        ("::/96", "an IPv4-compatible address"),
        ("64:ff9b:1::/48", "a local translation of IPv4"),
        ("100::/64", "for discarding"),
        ("2001::/32", "Teredo"),
        ("2001:2::/48", "for benchmarks"),
        ("2001:db8::/32", "for documentation"),
        ("2001::/23", "for protocols"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "for AS112"),
        ("3ffe::/16", "of the former 6bone"),
        ("3fff::/20", "for documentation"),
        ("5f00::/16", "for segment routing"),
        ("fc00::/7", "private (unique local)"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # the upper half of an interface id that ends in an IPv4 address


def forbidden(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """Why nothing is sent to the address; None where it may be.

    A place of cloud metadata is allowed only by a network that is just that address.
    """
    networks = tuple(allowed)
    if isinstance(address, IPv6Address):
        address = IPv6Address(int(address))  # without the interface, which makes it unequal to itself
    if address in METADATA:
        return None if any(address in each and each.num_addresses == 1 for each in networks) else "cloud metadata"
    if any(address in each for each in networks):
        return None
    if isinstance(address, IPv4Address):
        return next((what for network, what in V4 if address in network), None)
    return _forbidden_v6(address, networks)


def _forbidden_v6(address: IPv6Address, networks: tuple[Network, ...]) -> str | None:
    inside = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in NAT64:
        what = forbidden(inside, networks)
        return f"a translation (NAT64) of {inside}, which is {what}" if what else None
    named = next((what for network, what in V6 if address in network), None)
    if named or address not in GLOBAL_UNICAST:
        return named or "not global"
    if int(address) >> 32 & 0xFFFFFFFF in ISATAP:
        what = forbidden(inside, networks)
        return f"a tunnel (ISATAP) to {inside}, which is {what}" if what else None
    return None
