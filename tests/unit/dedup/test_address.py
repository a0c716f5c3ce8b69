"""Addresses of one page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.dedup.address import host_of, normalise_url

PAGE = "example.com/news/1"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/news/1",
        "HTTP://EXAMPLE.com/news/1",
        "https://www.example.com/news/1/",
        "https://m.example.com/news/1",
        "https://mobile.example.com/news/1",
        "https://amp.example.com/news/1",
        "https://example.com/news/1/amp",
        "https://example.com/news/1/amp/",
        "https://example.com:443/news/1",
        "http://example.com:80/news/1",
        "https://user:secret@example.com/news/1",
        "https://example.com/news/1#comments",
        "https://example.com/news/1?utm_source=feed&UTM_Medium=rss",
        "https://example.com/news/1?fbclid=x&gclid=y&at_medium=RSS&cmpid=z",
        "https://example.com/sport/../news/./1",
        "https://example.com/n%65ws/1",
        "  https://example.com/news/1 ",
        "https://example.com./news/1",
    ],
)
def test_one_page_has_one_address(url: str) -> None:
    assert normalise_url(url) == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/News/1",
        "https://example.com/news/2",
        "https://example.org/news/1",
        "https://sub.example.com/news/1",
        "https://example.com:8080/news/1",
        "https://example.com/news/1?id=2",
        "https://example.com/news/1?cid=2",
        "https://example.com/news/1?page=2",
        "https://example.com/news/1?ref=2",
    ],
)
def test_what_may_be_another_page_keeps_another_address(url: str) -> None:
    assert normalise_url(url) not in (None, PAGE)


def test_the_order_of_parameters_does_not_matter_but_their_values_do() -> None:
    assert normalise_url("https://e.com/a?y=2&x=1") == normalise_url("https://e.com/a?x=1&utm_id=7&y=2")
    assert normalise_url("https://e.com/a?x=1") != normalise_url("https://e.com/a?x=2")


def test_hosts_of_other_scripts_are_one_with_their_ascii_form() -> None:
    assert normalise_url("https://bücher.de/a") == normalise_url("https://xn--bcher-kva.de/a")


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://example.com",
        "https://example.com/",
        "https://www.example.com/?utm_source=feed",
        "mailto:news@example.com",
        "/news/1",
        "example.com/news/1",
        "https://[::1/news",
        "https://example.com:99999/news",
        "https:///news",
        "https://example.com/" + "a" * 3000,
    ],
    ids=lambda url: str(url)[:30] or "empty",
)
def test_what_names_no_page_has_no_address(url: str | None) -> None:
    assert normalise_url(url) is None


def test_the_front_of_a_host_stays_where_nothing_else_would() -> None:
    assert normalise_url("https://m.com/a") == "m.com/a"
    assert normalise_url("https://www.com/a") == "www.com/a"


@given(st.text())
def test_any_text_may_be_asked_for(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.com/{text}", f"https://example.com/a?{text}"):
        found = normalise_url(url)
        assert found is None or found == normalise_url("https://" + found)
        host_of(url)
