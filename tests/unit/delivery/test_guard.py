"""Hostile URLs are refused, each for its reason; good ones pass; what was judged is what is connected to."""

from __future__ import annotations

import json
import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tests.sources import ROOT
from workers.delivery import guard
from workers.delivery.guard import Forbidden, Policy, check_url

DATA = ROOT / "tests" / "data"
HOSTILE: list[tuple[str, str, str]] = [
    tuple(json.loads(line)) for line in (DATA / "hostile_urls.jsonl").read_text().splitlines()
]
GOOD: list[tuple[str, str]] = [tuple(json.loads(line)) for line in (DATA / "good_urls.jsonl").read_text().splitlines()]
LOCAL = Policy(schemes={"http", "https"}, ports=range(1, 65536), networks=(ip_network("127.0.0.0/8"),))


@pytest.mark.parametrize(
    ("url", "reason"), [row[:2] for row in HOSTILE], ids=[f"{row[2]}: {row[0][:60]!a}" for row in HOSTILE]
)
def test_a_hostile_url_is_refused_for_its_reason(url: str, reason: str) -> None:
    with pytest.raises(Forbidden, match=re.escape(reason)):
        check_url(url, Policy())


def test_the_hostile_urls_are_many_and_differ() -> None:
    assert len({row[0] for row in HOSTILE}) == len(HOSTILE) >= 250


@pytest.mark.parametrize("url", [row[0] for row in GOOD], ids=[row[1] for row in GOOD])
def test_a_good_url_passes_and_is_read_the_same_when_it_is_read_again(url: str) -> None:
    read = check_url(url, Policy())
    assert read.scheme == "https"
    assert str(check_url(str(read), Policy())) == str(read) == str(URL(str(read), encoded=True))


@pytest.mark.parametrize(
    ("url", "policy"),
    [
        ("http://example.com/", Policy(schemes={"http"})),
        ("http://example.com:80/", Policy(schemes={"http"})),
        ("https://example.com:8443/", Policy(ports={8443})),
        ("https://example.com:9000/", Policy(places=frozenset({("example.com", 9000)}))),
        ("https://bücher.example:9000/", Policy(places=frozenset({("xn--bcher-kva.example", 9000)}))),
        ("https://10.1.2.3/", Policy(networks=(ip_network("10.0.0.0/8"),))),
        ("https://[fd12::1]/", Policy(networks=(ip_network("fd12::/16"),))),
        ("https://localhost/", LOCAL),
        ("https://169.254.169.254/", Policy(networks=(ip_network("169.254.169.254/32"),))),
    ],
)
def test_what_is_allowed_by_setting_passes(url: str, policy: Policy) -> None:
    assert check_url(url, policy)
    with pytest.raises(Forbidden):
        check_url(url, Policy())


@pytest.mark.parametrize(
    ("url", "policy"),
    [
        ("https://example.com:80/", Policy(schemes={"http", "https"})),
        ("http://example.com:443/", Policy(schemes={"http", "https"})),
        ("https://example.com/", Policy(schemes={"http"})),
        ("ftp://example.com/", Policy(schemes={"ftp", "https"})),
        ("https://example.org:9000/", Policy(places=frozenset({("example.com", 9000)}))),
        ("https://10.1.2.3/", Policy(networks=(ip_network("10.0.0.0/16"),))),
        ("https://10.1.2.3:9000/", Policy(places=frozenset({("10.1.2.3", 9000)}))),
        ("https://[::ffff:127.0.0.1]/", LOCAL),
        ("https://169.254.169.254/", Policy(networks=(ip_network("169.254.0.0/16"),))),
        ("https://[fd00:ec2::254]/", Policy(networks=(ip_network("fc00::/7"),))),
    ],
)
def test_what_is_allowed_allows_nothing_beside_it(url: str, policy: Policy) -> None:
    with pytest.raises(Forbidden):
        check_url(url, policy)


def test_a_refusal_names_neither_path_nor_query_nor_password() -> None:
    for url in ("http://e.example/TOKEN?TOKEN", "https://u:TOKEN@e.example/TOKEN", "https://127.0.0.1/TOKEN#TOKEN"):
        with pytest.raises(Forbidden) as caught:
            check_url(url, Policy())
        assert "TOKEN" not in str(caught.value)


@pytest.mark.parametrize("reader", ["urlsplit", "URL"])
@pytest.mark.parametrize("other", ["https://127.0.0.1/", "http://e.example/", "https://e.example:444/"])
def test_a_url_that_one_reader_reads_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch, reader: str, other: str
) -> None:
    misread = urlsplit(other) if reader == "urlsplit" else URL(other)
    monkeypatch.setattr(guard, reader, lambda _: misread)
    with pytest.raises(Forbidden, match="read in more than one way"):
        check_url("https://e.example/", Policy())


PIECES = "https: http: // / \\ @ : ? # [ ] ::1 % . 127 0 1 0x7f 。 example com localhost 443 ８ ß xn-- - _ a fe80:: %2e"


@given(
    st.lists(st.sampled_from([*PIECES.split(), " ", "\t"]), max_size=10).map(
        lambda pieces: "https://" + "".join(pieces)
    )
)
def test_what_passes_has_one_host_and_it_is_no_address_of_ours(url: str) -> None:
    try:
        read = check_url(url, Policy())
    except Forbidden:
        return
    again = urlsplit(str(read))
    assert (again.scheme, again.hostname, again.port or 443) == ("https", read.raw_host, 443)
    assert re.fullmatch(r"https://[^/?#@\\:\[\]]+(:443)?([/?].*)?", url) or "[" in url
    try:
        address = ip_address(read.raw_host or "")
    except ValueError:
        return
    assert address.is_global
