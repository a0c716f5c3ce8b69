"""Poison of each kind: a dead letter with its bytes and reason, once, and the articles around it are told."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from kafka import KafkaProducer

from tests.acceptance.house import House, pairs

COSTLY, COSTLY_BYTES = 8, 4_194_304  # articles in one compressed batch, and the least size of each
TIMES = 45  # batch_max_bytes, as config/defaults.toml says
RULE = {"id": "r", "query": "bulletin", "channels": ["desk"]}


def good(number: int) -> dict[str, str]:
    return {"uri": f"g:{number}", "title": f"bulletin {number}"}


def with_raw(text: str) -> bytes:
    return ('{"uri":"u","title":"bulletin",' + text + "}").encode()


POISON = {
    "no JSON": (b"hello", "not_json"),
    "wrong types": (with_raw('"urgency":"high"'), "wrong_field"),
    "NaN": (with_raw('"x":NaN'), "not_json"),
    "Infinity": (with_raw('"x":Infinity'), "not_json"),
    "1e400": (with_raw('"x":1e400'), "not_json"),
    "lone surrogate": (with_raw('"x":"\\ud800"'), "not_json"),
    "NUL": (b'{"uri":"u","title":"bul\x00letin"}', "not_json"),
    "byte order mark": (b"\xef\xbb\xbf" + json.dumps(good(9)).encode(), "not_json"),
    "another charset": ('{"uri":"u","title":"bulletin caf\xe9"}'.encode("latin-1"), "not_utf8"),
    "compressed": (gzip.compress(json.dumps(good(9)).encode()), "not_utf8"),
    "empty value": (b"", "empty"),
    "tombstone": (None, "empty"),
    "100,000 levels": (with_raw('"x":' + "[" * 100_000 + "]" * 100_000), "not_json"),
    "above the limit": (with_raw('"x":"' + "y" * 10_485_760 + '"'), "too_large"),
    "unknown version": (with_raw('"schema_version":7'), "unknown_version"),
    "no uri": (b'{"title":"bulletin"}', "missing_field"),
    "no text": (b'{"uri":"u"}', "no_text"),
    "a date without zone": (with_raw('"published":"2026-05-01T12:00:00"'), "wrong_field"),
}
FINE = {
    "NUL escaped": with_raw('"note":"\\u0000"'),
    "duplicate keys": b'{"uri":"d","uri":"e","title":"bulletin"}',
    "a million keys": b'{"uri":"k","title":"bulletin",' + b",".join(b'"k%d":0' % n for n in range(600_000)) + b"}",
    "a word of 10 MB": b'{"uri":"w","title":"bulletin","body":"' + b"x" * 10_000_000 + b'"}',
    "an article of 10 MB": b'{"uri":"b","title":"bulletin","body":"' + b"word " * 2_000_000 + b'"}',
    "a date before 1970": b'{"uri":"p","title":"bulletin","published":"1066-10-14T09:00:00Z"}',
    "a date in the future": b'{"uri":"f","title":"bulletin","published":"2999-01-01T00:00:00Z"}',
}


def test_each_kind_of_poison_is_a_dead_letter_and_holds_up_nothing(house: House) -> None:
    house.create_topics(["desk"])
    house.apply(RULE)
    rows: list[tuple[str, object]] = [("g:0", good(0))]
    for number, (name, (value, _)) in enumerate(POISON.items(), 1):
        rows += [(name, value), (f"g:{number}", good(number))]
    house.send("articles", rows)  # type: ignore[arg-type]
    worker = house.start()
    house.wait_done()
    letters = house.rows("dead-letters")
    assert {base64.urlsafe_b64decode(row["key"]).decode(): row["reason"] for row in letters} == {
        name: reason for name, (_, reason) in POISON.items()
    }
    assert len(letters) == len(POISON)
    for row in letters:
        value = POISON[base64.urlsafe_b64decode(row["key"]).decode()][0]
        assert (None if row["value"] is None else base64.urlsafe_b64decode(row["value"])) == value
        assert row["topic"] == "articles"
        assert row["message"]
        assert row["hint"]
    assert {uri for _, uri in pairs(house.rows("alerts.desk"))} == {f"g:{n}" for n in range(len(POISON) + 1)}
    assert worker.terminate() == 0


@pytest.mark.parametrize("name", list(FINE))
def test_what_is_odd_and_no_poison_is_told(house: House, name: str) -> None:
    house.create_topics(["desk"])
    house.apply(RULE)
    house.send("articles", [("k", FINE[name])])
    worker = house.start()
    house.wait_done()
    assert [row["rule"]["id"] for row in house.rows("alerts.desk")] == ["r"]
    assert worker.terminate() == 0


def test_a_batch_that_inflates_hugely_is_read_within_bounds(house: House) -> None:
    """Articles that compress to almost nothing, of JSON made to be costly: one fetch brings them all.

    The peak of memory is held against what defaults.toml says of batch_max_bytes.
    """
    house.create_topics(["desk"], partitions=1)
    house.apply(RULE)
    worker = house.start(match_batch_max_bytes=COSTLY_BYTES)
    worker.wait_ready()
    idle_bytes = worker.peak_bytes
    send_costly(house)
    house.wait_done()
    assert {uri for _, uri in pairs(house.rows("alerts.desk"))} == {f"i:{n}" for n in range(COSTLY)}
    if idle_bytes is not None and worker.peak_bytes is not None:
        grown_bytes = worker.peak_bytes - idle_bytes
        assert grown_bytes < COSTLY * COSTLY_BYTES + TIMES * COSTLY_BYTES, "the fetch, and one batch at its worst"
    assert worker.terminate() == 0


def send_costly(house: House) -> None:
    """One compressed batch."""
    producer = KafkaProducer(
        bootstrap_servers=house.bootstrap,
        compression_type="gzip",
        linger_ms=2000,
        batch_size=90_000_000,
        max_request_size=90_000_000,
    )
    for number in range(COSTLY):
        value = b'{"uri":"i:%d","title":"bulletin","x":[' % number + b"[]," * (COSTLY_BYTES // 3) + b"0]}"
        producer.send(house.prefix + "articles", value, b"i")
    producer.flush()
    producer.close()
