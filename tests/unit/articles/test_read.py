"""Reading articles: every kind of poison, and the promise that nothing but Refused comes out."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.article import Article
from schemas.export import FOLDER
from schemas.reasons import RefusalReason
from workers.articles import read
from workers.articles.read import DEPTH_MAX
from workers.errors import Refused

MAX_BYTES = 10_485_760
SCHEMA = json.loads((FOLDER / "article.json").read_text(encoding="utf-8"))
GOOD: dict[str, Any] = {
    "uri": "wire:1",
    "version": 2,
    "status": "usable",
    "title": "Russia and North Korea sign défense pact",
    "body": "Pyongyang.\n\nMore.",
    "authors": ["A. Writer"],
    "subjects": ["defence", "diplomacy"],
    "urgency": 2,
    "published": "2026-05-01T12:00:00+02:00",
    "alt_ids": {"feed": "77"},
    "desk": {"name": "world", "n": [1, 2.5, None, True]},
}


def value(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}, ensure_ascii=False).encode()


def refusal(raw: bytes | None, max_bytes: int = MAX_BYTES) -> Refused:
    with pytest.raises(Refused) as caught:
        read(raw, max_bytes)
    return caught.value


def deep(levels: int, what: str = "[]") -> str:
    opening, closing = ("[", "]") if what == "[]" else ('{"a":', "}")
    return opening * levels + "1" + closing * levels


def with_raw(text: str) -> bytes:
    """A good article with a piece of JSON that json.dumps would not write."""
    return ('{"uri":"u","title":"t",' + text + "}").encode()


def test_a_good_article_is_read_whole() -> None:
    article = read(value(), MAX_BYTES)
    assert (article.uri, article.version, article.authors, article.urgency) == ("wire:1", 2, ("A. Writer",), 2)
    assert article.published is not None
    assert article.published.isoformat() == "2026-05-01T12:00:00+02:00"
    assert article.model_extra == {"desk": GOOD["desk"]}


@pytest.mark.parametrize("slip", ["titel", "Title", "bdy"])
def test_a_text_under_a_misspelt_name_is_told_with_the_name_that_is_meant(slip: str) -> None:
    meant = "body" if slip == "bdy" else "title"
    told = refusal(value(title=None, lead=None, body=None, **{slip: "x"}))
    assert told.hint == f"{slip} is no field: did you mean {meant}?"


@pytest.mark.parametrize(
    ("raw", "reason", "told"),
    [
        pytest.param(None, "empty", "no value", id="tombstone"),
        pytest.param(b"", "empty", "no value", id="empty"),
        pytest.param(b" \r\n\t", "empty", "no value", id="white space"),
        pytest.param(b"hello", "not_json", "byte 0", id="no JSON"),
        pytest.param(b'{"uri":"u","title":"t"', "not_json", "byte 22", id="cut off"),
        pytest.param('{"é":"日" x}'.encode(), "not_json", "byte 12", id="offset in bytes, not characters"),
        pytest.param(value() + value(), "not_json", "after document", id="two values"),
        pytest.param(with_raw('"x":NaN'), "not_json", "byte 27", id="NaN"),
        pytest.param(with_raw('"x":-Infinity'), "not_json", "byte 28", id="Infinity"),
        pytest.param(with_raw('"x":1e400'), "not_json", "infinity", id="1e400"),
        pytest.param(with_raw('"x":' + "9" * 400), "not_json", "infinity", id="400 digits"),
        pytest.param(with_raw('"x":"\\ud800"'), "not_json", "surrogate", id="lone surrogate escaped"),
        pytest.param(b'{"uri":"u","title":"\xed\xa0\x80"}', "not_utf8", "byte 20 (0xED)", id="lone surrogate in bytes"),
        pytest.param(b'{"uri":"u","title":"\x00"}', "not_json", "control character", id="NUL unescaped"),
        pytest.param(b"\xef\xbb\xbf" + value(), "not_json", "byte order mark", id="byte order mark"),
        pytest.param(b'{"uri":"u","title":"caf\xe9"}', "not_utf8", "byte 23 (0xE9)", id="Latin-1"),
        pytest.param(value().decode().encode("utf-16"), "not_utf8", "byte 0", id="UTF-16"),
        pytest.param(json.dumps(GOOD).encode("utf-16-le"), "not_utf8", "byte 1 (0x00)", id="UTF-16 without mark"),
        pytest.param(b"\x1f\x8b\x08\x00", "not_utf8", "0x8B", id="gzip"),
        pytest.param(b"[" * 100_000, "not_json", "depth", id="100,000 levels"),
        pytest.param(with_raw('"x":' + deep(DEPTH_MAX + 1)), "not_json", "x: nested", id="too deep, lists"),
        pytest.param(with_raw('"x":' + deep(DEPTH_MAX + 1, "{}")), "not_json", "x: nested", id="too deep, objects"),
        pytest.param(b"[1]", "not_an_object", "a list", id="list"),
        pytest.param(b"null", "not_an_object", "null", id="null"),
        pytest.param(b'"text"', "not_an_object", "a text", id="text"),
        pytest.param(b"1.5", "not_an_object", "a number", id="number"),
        pytest.param(value(schema_version=2), "unknown_version", "schema_version: 2", id="unknown version"),
        pytest.param(value(schema_version="1"), "unknown_version", "'1'", id="version as text"),
        pytest.param(value(schema_version=True), "unknown_version", "true", id="version as truth"),
        pytest.param(value(schema_version=[1]), "unknown_version", "a list", id="version as list"),
        pytest.param(b'{"title":"t"}', "missing_field", "uri", id="no uri"),
        pytest.param(b"{}", "missing_field", "uri", id="empty object"),
        pytest.param(b'{"uri":"u"}', "no_text", "title, lead and body", id="no text"),
        pytest.param(b'{"uri":"u","title":" ","lead":"","body":null}', "no_text", "title", id="blank texts"),
        pytest.param(value(uri=""), "wrong_field", "uri", id="empty uri"),
        pytest.param(value(uri=5), "wrong_field", "uri: 5", id="uri as number"),
        pytest.param(value(uri="u" * 2049), "wrong_field", "uri", id="long uri"),
        pytest.param(value(title=["t"]), "wrong_field", "title: a list", id="title as list"),
        pytest.param(value(authors="A"), "wrong_field", "authors: A", id="authors as text"),
        pytest.param(value(authors=["A", 1]), "wrong_field", "authors.1: 1", id="an author as number"),
        pytest.param(value(authors=[1] * 1_000_000), "wrong_field", "authors.0: 1", id="a million wrong authors"),
        pytest.param(value(alt_ids={"a": 1}), "wrong_field", "alt_ids.a: 1", id="id as number"),
        pytest.param(value(status="gone"), "wrong_field", "status: gone", id="status"),
        pytest.param(value(version="2"), "wrong_field", "version: '2'", id="version of article as text"),
        pytest.param(value(version=-1), "wrong_field", "version: -1", id="negative version"),
        pytest.param(value(version=None), "wrong_field", "version: null", id="version null"),
        pytest.param(with_raw('"version":' + "9" * 25), "wrong_field", "version", id="version beyond 64 bits"),
        pytest.param(value(urgency=True), "wrong_field", "urgency: true", id="urgency as truth"),
        pytest.param(value(urgency=10), "wrong_field", "urgency: 10", id="urgency out of range"),
        pytest.param(value(published="2026-05-01T12:00:00"), "wrong_field", "has no zone", id="no zone"),
        pytest.param(value(published="2026-05-01"), "wrong_field", "has no zone", id="date only"),
        pytest.param(value(published="yesterday"), "wrong_field", "published: yesterday", id="no date"),
        pytest.param(value(updated=1_700_000_000), "wrong_field", "seconds or milliseconds", id="seconds"),
        pytest.param(
            value(updated="1700000000000"), "wrong_field", "seconds or milliseconds", id="milliseconds in text"
        ),
        pytest.param(value(embargoed_until="2026-02-30T00:00:00Z"), "wrong_field", "embargoed_until", id="30 February"),
    ],
)
def test_poison_is_refused_with_its_reason_place_and_remedy(raw: bytes | None, reason: str, told: str) -> None:
    why = refusal(raw)
    assert why.reason is RefusalReason(reason)
    assert told in why.message
    assert why.hint
    assert len(why.message) < 1000


@pytest.mark.parametrize(
    ("raw", "field", "expected"),
    [
        pytest.param(value(title="a\u0000b"), "title", "a\u0000b", id="NUL escaped"),
        pytest.param(with_raw('"title":"second"'), "title", "second", id="duplicate key: the last one"),
        pytest.param(with_raw('"x":18446744073709551616'), "x", 1.8446744073709552e19, id="beyond 64 bits"),
        pytest.param(with_raw('"x":18446744073709551615'), "x", 2**64 - 1, id="64 bits"),
        pytest.param(with_raw('"x":1e308'), "x", 1e308, id="1e308"),
        pytest.param(with_raw('"x":"\\ud83d\\ude00"'), "x", "😀", id="both halves of a pair"),
        pytest.param(with_raw('"version":2.0'), "version", 2, id="2.0 is a whole number in JSON"),
        pytest.param(with_raw('"":1,"x":2'), "x", 2, id="empty key"),
        pytest.param(value(published=None), "published", None, id="null for no date"),
    ],
)
def test_what_is_odd_but_clear_is_taken(raw: bytes, field: str, expected: object) -> None:
    article = read(raw, MAX_BYTES)
    assert getattr(article, field) == expected
    assert Article.model_validate_json(article.model_dump_json()) == article


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-14:00", "1969-07-20T20:17:40Z", "0001-01-01T00:00:00+14:00"])
def test_dates_in_the_future_and_before_1970_are_taken(date: str) -> None:
    article = read(value(published=date), MAX_BYTES)
    assert json.loads(article.model_dump_json())["published"] == date


@pytest.mark.parametrize("what", ["[]", "{}"])
def test_nesting_is_taken_up_to_the_limit_and_written_out_again_inside_an_alert(what: str) -> None:
    article = read(with_raw('"x":' + deep(DEPTH_MAX, what)), MAX_BYTES)
    assert article.model_dump_json()
    assert article.model_dump(mode="json")


def test_fields_named_like_parts_of_the_model_are_kept_as_fields() -> None:
    names = ["model_dump_json", "model_extra", "__class__", "__dict__", "__pydantic_extra__", "self", "_has_text"]
    article = read(value(**dict.fromkeys(names, 1)), MAX_BYTES)
    again = json.loads(article.model_dump_json())
    assert {name: again[name] for name in names} == dict.fromkeys(names, 1)


def test_a_million_unknown_keys_below_the_limit_are_taken() -> None:
    raw = with_raw(",".join(f'"{number:x}":1' for number in range(900_000)))
    assert len(raw) < MAX_BYTES
    assert len(read(raw, MAX_BYTES).model_extra or {}) == 900_000


def test_one_word_as_large_as_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    raw = with_raw('"body":"' + "x" * 1000 + '"')
    assert read(raw, len(raw)).body == "x" * 1000
    why = refusal(raw, len(raw) - 1)
    assert why.reason is RefusalReason.TOO_LARGE
    assert str(len(raw)) in why.message


def test_a_message_is_short_however_long_the_wrong_value_is() -> None:
    for raw in (
        value(status="x" * 1_000_000),
        value(alt_ids={"k" * 1_000_000: 1}),
        with_raw('"' + "s" * 1_000_000 + '":1e999'),
    ):
        assert len(refusal(raw).message) < 1000


@pytest.mark.parametrize("raw", [b'{"uri":"u","title":1}', b'{"uri":', b'{"uri":"\xff"}'])
def test_a_refusal_does_not_hold_on_to_the_message(raw: bytes) -> None:
    why = refusal(raw)
    assert why.__cause__ is None
    assert why.__context__ is None


def assert_read_or_refused(raw: bytes) -> None:
    try:
        article = read(raw, MAX_BYTES)
    except Refused as refused:
        why = refused
    else:
        jsonschema.validate(json.loads(raw), SCHEMA)
        again = article.model_dump_json().encode()
        assert read(again, 2 * MAX_BYTES).uri == article.uri
        return
    assert why.message
    assert why.reason in set(RefusalReason)


@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    assert_read_or_refused(raw)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.just("2026-01-01T00:00Z"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(sorted(Article.model_fields)) | st.text(max_size=12)


@given(st.dictionaries(FIELDS, ANY_JSON, max_size=5))
def test_good_articles_with_any_field_replaced_are_read_or_refused(changes: dict[str, Any]) -> None:
    assert_read_or_refused(json.dumps({**GOOD, **changes}).encode())


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=6))
def test_good_articles_with_broken_bytes_are_read_or_refused(edits: list[tuple[int, int, bytes]]) -> None:
    raw = value()
    for place, removed, put in edits:
        raw = raw[:place] + put + raw[place + removed :]
    assert_read_or_refused(raw)


@given(st.integers(1, 3000), st.sampled_from(["[]", "{}"]), st.sampled_from(["x", "title", "authors", "alt_ids"]))
def test_any_nesting_in_any_field_is_read_or_refused(levels: int, what: str, field: str) -> None:
    assert_read_or_refused(with_raw(f'"{field}":{deep(levels, what)}'))
