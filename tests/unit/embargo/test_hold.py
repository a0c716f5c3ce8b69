"""The records of `held`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas import Article
from schemas.envelope import Incoming, Outgoing
from workers.embargo import hold, is_release, let_go, named_by, release
from workers.embargo.hold import came_as, due_of, version_held

RECORD = Incoming("articles", 1, 5, 0, b"some key", b'{"bytes":"as they came"}')


def article(until: datetime) -> Article:
    return Article(uri="a:1", version=3, title="x", embargoed_until=until)


def on_held(out: Outgoing) -> Incoming:
    return Incoming(out.topic, 2, 9, 0, out.key, out.value, out.headers)


def as_read(until: datetime) -> Incoming:
    return on_held(hold(article(until), RECORD))


@pytest.mark.parametrize(
    ("until", "due_ms"),
    [
        pytest.param(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 1000, id="utc"),
        pytest.param(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), 0, id="another zone"),
        pytest.param(datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=UTC), 1001, id="a microsecond later: never too early"),
        pytest.param(
            datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_300_800_000, id="the last of all"
        ),
    ],
)
def test_it_is_due_at_its_time_and_never_before(until: datetime, due_ms: int) -> None:
    assert due_of(as_read(until)) == due_ms


def test_a_release_has_the_bytes_as_they_came_under_the_uri_and_says_what_it_is() -> None:
    held = as_read(datetime(2026, 1, 1, tzinfo=UTC))
    out = release(held)
    assert (out.topic, out.key, out.value) == ("articles", b"a:1", RECORD.value)
    assert version_held(held) == 3
    assert is_release(Incoming("articles", 0, 0, 0, out.key, out.value, out.headers))
    assert not is_release(RECORD)


def test_versions_of_a_uri_have_keys_of_their_own_on_one_partition() -> None:
    out = hold(article(datetime(2026, 1, 1, tzinfo=UTC)), RECORD)
    assert (out.key, out.by) == (b"a:1\n3", b"a:1")


def test_to_let_go_is_a_tombstone_under_the_same_key() -> None:
    one = article(datetime(2026, 1, 1, tzinfo=UTC))
    older, same = let_go(one, {3, 2}, RECORD, False)
    assert (older.key, same.key, older.value, same.value) == (b"a:1\n2", hold(one, RECORD).key, None, None)
    assert older.by == same.by == b"a:1"


def test_what_was_held_under_the_uri_alone_is_let_go_under_it_too() -> None:
    out = release(replace(as_read(datetime(2026, 1, 1, tzinfo=UTC)), key=b"a:1"))
    assert out.key == b"a:1"
    record = Incoming("articles", 0, 0, 0, out.key, out.value, out.headers)
    gone = let_go(article(datetime(2026, 1, 1, tzinfo=UTC)), {3}, record, False)
    assert [each.key for each in gone] == [b"a:1\n3", b"a:1"]


def test_whatever_is_held_is_let_go_with_a_tombstone_under_the_uri_alone_besides() -> None:
    assert [each.key for each in let_go(article(datetime(2026, 1, 1, tzinfo=UTC)), {3}, RECORD, True)] == [
        b"a:1\n3",
        b"a:1",
    ]


def test_a_release_tells_as_what_the_article_came_first_however_often_it_was_held() -> None:
    until, first = datetime(2026, 1, 1, tzinfo=UTC), replace(RECORD, timestamp_ms=77)
    out = release(on_held(hold(article(until), first)))
    again = release(on_held(hold(article(until), Incoming("articles", 0, 0, 99, out.key, out.value, out.headers))))
    came = Incoming("articles", 0, 0, 999, again.key, again.value, again.headers)
    assert (came_as(came), came_as(first)) == ("articles/1/5@77", "articles/1/5@77")


def test_what_was_never_held_came_as_itself_whatever_its_headers_say() -> None:
    assert came_as(replace(RECORD, headers=(("came-as", b"articles/9/9@9"),))) == "articles/1/5@0"


def test_what_an_earlier_release_held_came_as_what_is_held() -> None:
    assert came_as(Incoming("held", 2, 9, 44, b"a:1", b"{}", (("due-ms", b"1"),))) == "held/2/9@44"


@pytest.mark.parametrize(
    ("key", "named"),
    [
        pytest.param(b"a:1\n3", (b"a:1", 3), id="a uri and a version"),
        pytest.param(b"a:1", (b"a:1", None), id="a uri alone"),
        pytest.param(b"a:1\nx", (b"a:1\nx", None), id="of others"),
        pytest.param(b"\n3", (b"\n3", None), id="a version alone"),
        pytest.param(b"a:1\n" + b"9" * 5_000, (b"a:1\n" + b"9" * 5_000, None), id="no such version"),
        pytest.param(None, (b"", None), id="none"),
    ],
)
def test_what_a_key_names(key: bytes | None, named: tuple[bytes, int | None]) -> None:
    assert named_by(key) == named
