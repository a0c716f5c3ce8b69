"""What all senders share: what a status means, when to come back, and answers that are fit to be shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.delivery.sender import ANSWER_BYTES, RETRY_AFTER_MOST_S, Request, retry_after_s, shown

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("86401", RETRY_AFTER_MOST_S),
        ("9" * 5000, RETRY_AFTER_MOST_S),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("soon", None),
        ("٣", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("Sun Mar  1 12:00:30 2026", 30),
        ("Sun, 01 Mar 2026 14:00:30 +0200", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2099 12:00:00 GMT", RETRY_AFTER_MOST_S),
        ("Sun, 99 Mar 2026 12:00:00 GMT", None),
        ("Sun, 01 Mar 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_raises(value: str) -> None:
    assert 0 <= (retry_after_s(value, NOW) or 0) <= RETRY_AFTER_MOST_S


@given(st.binary(max_size=3 * ANSWER_BYTES))
def test_what_is_shown_is_bounded_and_moves_no_cursor(body: bytes) -> None:
    text = shown(body)
    assert len(text.encode()) <= ANSWER_BYTES
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 or each in "\u2028\u2029\u202e\u200b" for each in text)


def test_what_is_shown_is_the_text_itself_where_it_is_plain() -> None:
    assert shown("Größe: 5\n".encode()) == "Größe: 5 "
    assert shown(b"\x1b]0;owned\x07") == "\ufffd]0;owned\ufffd"


def test_a_request_shows_none_of_its_parts() -> None:
    assert repr(Request("https://e.example/TOKEN", {"a": "TOKEN"}, b"TOKEN")) == "Request()"
