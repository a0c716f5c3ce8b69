"""What people are told: which rule, what, where; a correction first; nothing hidden in it, and nobody called by it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import ArticleReference, Evidence
from schemas.delivery import EventType, Notification
from tests.unit.delivery.webhooks import ARTICLE, CREATED, SAMPLES, notification
from workers.delivery.words import MOST_TOLD, TITLE, worded, words

HEAD = "Suez Canal: Tanker blocks the Suez Canal"
ORIGIN = "wire.example, 2026-05-01 11:58 UTC\nhttps://wire.example/4711"


def told(**changed: object) -> Notification:
    return notification(EventType.CREATED, CREATED.model_copy(update=changed))


def of_article(**changed: object) -> Notification:
    return told(article=ARTICLE.model_copy(update=changed))


def test_an_alert_says_rule_title_source_address_and_where_the_words_are() -> None:
    assert words(SAMPLES[EventType.CREATED]) == (
        HEAD,
        f"Tanker blocks the Suez Canal\n{ORIGIN}\n\nTanker »blocks« the »Suez Canal«",
    )


@pytest.mark.parametrize(
    ("type_", "title", "first"),
    [
        (EventType.UPDATED, f"Updated: {HEAD}", "More sources have the story. Now 5."),
        (
            EventType.CORRECTED,
            "Corrected: Suez Canal: Tanker aground, Suez Canal not blocked",
            "The publisher has corrected the article.",
        ),
        (
            EventType.RETRACTED,
            f"Retracted: {HEAD}",
            "What was told no longer holds: the publisher withholds the article.",
        ),
    ],
)
def test_what_follows_on_an_alert_says_so_first(type_: EventType, title: str, first: str) -> None:
    said = words(SAMPLES[type_])
    assert (said.title, said.text.splitlines()[0]) == (title, first)


def test_a_digest_lists_its_alerts_and_says_what_it_left_out() -> None:
    assert words(SAMPLES[EventType.DIGEST]) == (
        "2 alerts for desk",
        "\n".join(
            line
            for head in (HEAD, f"Updated: {HEAD}")
            for line in (f"• {head}", *(f"  {each}" for each in ORIGIN.splitlines()))
        )
        + "\nLeft out, throttled: 2 of suez",
    )


def test_a_long_digest_counts_those_that_it_does_not_list() -> None:
    said = words(notification(EventType.DIGEST, *[CREATED] * (MOST_TOLD + 5)))
    assert said.title == f"{MOST_TOLD + 5} alerts for desk"
    assert said.text.count("• ") == MOST_TOLD
    assert said.text.endswith("… and 5 more")


def test_what_is_said_of_an_endpoint_is_listed() -> None:
    said = words(SAMPLES[EventType.FAILING])
    assert said.title == "An endpoint is failing"
    assert "endpoint: crm\n" in said.text
    assert "failing since: 2026-04-29T00:00:00+00:00\n" in said.text
    assert words(SAMPLES[EventType.DISABLED]).title == "An endpoint was disabled"
    assert words(SAMPLES[EventType.TEST]).title == "A test of desk"


def test_an_article_with_nothing_but_its_identity_is_told_too() -> None:
    bare = told(article=ArticleReference(uri="wire:1", version=1), evidence=Evidence(hits=(), excerpt=""))
    assert words(bare) == ("Suez Canal: untitled", "")


@pytest.mark.parametrize(
    "call", ["@everyone", "@here", "<@123>", "<!channel>", "<#C024BE7LR>", "mail@everyone.example"]
)
def test_nobody_is_called_by_an_article(call: str) -> None:
    said = words(of_article(title=f"Look {call}", source=call))
    assert call not in said.title + said.text
    assert call in (said.title + said.text).replace("\N{WORD JOINER}", "")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://e.example/ <!channel>", "https://e.example/" + "a" * 1000, "//e.example"]
)
def test_an_address_that_is_none_is_left_out(url: str) -> None:
    assert url not in words(of_article(url=url)).text


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_whatever_an_article_says_is_bounded_and_hides_nothing(title: str, source: str) -> None:
    said = words(of_article(title=title, source=source))
    assert len(said.title) < 1000
    assert len(said.text) < 3000
    assert "\n" not in said.title
    plain = (said.title + said.text).replace("\n", "").replace("\N{WORD JOINER}", "")
    assert [each for each in plain if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"}] == []


def test_a_request_by_words_has_its_title_apart() -> None:
    request = worded(SAMPLES[EventType.CREATED], "json://e.example")
    assert (request.url, request.headers) == ("json://e.example", {TITLE: HEAD})
    assert request.body.decode() == words(SAMPLES[EventType.CREATED]).text
