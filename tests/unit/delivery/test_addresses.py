"""Only public addresses may be sent to: held against the tables of Python's own library."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.delivery.addresses import METADATA, V4, V6, Address, forbidden

INTERESTING: list[Address] = [
    *(each for network, _ in V4 for each in (network[0], network[-1])),
    *(each for network, _ in V6 for each in (network[0], network[-1])),
]
NEAR = [address + step for address in INTERESTING for step in (-1, 0, 1) if 0 <= int(address) + step < 2**32 - 1]
V4_ADDRESSES = st.integers(0, 2**32 - 1).map(IPv4Address)
V6_ADDRESSES = st.one_of(
    st.integers(0, 2**128 - 1),
    st.integers(2 << 124, (4 << 124) - 1),
    st.builds(lambda upper, lower: upper << 112 | lower, st.integers(0x2000, 0x3FFF), st.integers(0, 2**112 - 1)),
).map(IPv6Address)


@given(st.one_of(V4_ADDRESSES, V6_ADDRESSES, st.sampled_from(NEAR)))
def test_what_may_be_sent_to_is_global_for_python_too(address: Address) -> None:
    if forbidden(address) is None:
        inside = IPv4Address(int(address) & 0xFFFFFFFF)
        assert (inside if address in ip_network("64:ff9b::/96") else address).is_global


@pytest.mark.parametrize(("network", "what"), [*V4, *V6], ids=str)
def test_each_network_of_the_tables_is_refused_to_its_ends(network: object, what: str) -> None:
    ends = [ip_network(str(network))[0], ip_network(str(network))[-1]]
    assert all(forbidden(end) for end in ends)
    assert any(forbidden(end) == what for end in ends)


@pytest.mark.parametrize("text", ["1.0.0.1", "8.8.8.8", "223.255.255.255", "2606:4700::1111", "2a00::1", "2400::1"])
def test_public_addresses_pass(text: str) -> None:
    assert forbidden(ip_address(text)) is None


@given(V4_ADDRESSES)
def test_a_translated_address_is_judged_as_the_one_inside(inside: IPv4Address) -> None:
    outer = IPv6Address(int(IPv6Address("64:ff9b::")) + int(inside))
    assert (forbidden(outer) is None) == (forbidden(inside) is None)


@pytest.mark.parametrize("address", sorted(METADATA, key=str), ids=str)
def test_metadata_is_allowed_only_by_name(address: Address) -> None:
    wide = ip_network(f"{address}/{address.max_prefixlen - 1}", strict=False)
    assert forbidden(address, [wide, ip_network("0.0.0.0/0"), ip_network("::/0")]) == "cloud metadata"
    assert forbidden(address, [ip_network(str(address))]) is None


def test_an_address_of_an_interface_is_judged_without_it() -> None:
    assert forbidden(ip_address("fe80::1%eth0")) == "link-local"
    assert forbidden(ip_address("::1%lo")) == "loopback"
    assert forbidden(ip_address("fd00:ec2::254%eth0")) == "cloud metadata"
