"""What is no article, with the reason of its dead letter, and what is odd and one all the same."""

from __future__ import annotations

import gzip
import json

from kafka import KafkaProducer

COSTLY, COSTLY_BYTES = 8, 4_194_304  # articles in one compressed batch, and the least size of each


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
FINE = {  # by its uri
    "NUL escaped": b'{"uri":"NUL escaped","title":"bulletin","note":"\\u0000"}',
    "duplicate keys": b'{"uri":"d","uri":"duplicate keys","title":"bulletin"}',
    "many keys": b'{"uri":"many keys","title":"bulletin",' + b",".join(b'"k%d":0' % n for n in range(600_000)) + b"}",
    "a word of 10 MB": b'{"uri":"a word of 10 MB","title":"bulletin","body":"' + b"x" * 10_000_000 + b'"}',
    "an article of 10 MB": b'{"uri":"an article of 10 MB","title":"bulletin","body":"' + b"word " * 2_000_000 + b'"}',
    "a date before 1970": b'{"uri":"a date before 1970","title":"bulletin","published":"1066-10-14T09:00:00Z"}',
    "a date in the future": b'{"uri":"a date in the future","title":"bulletin","published":"2999-01-01T00:00:00Z"}',
}


def send_costly(bootstrap: str, topic: str) -> None:
    """Articles that compress to almost nothing, in one batch."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        compression_type="gzip",
        linger_ms=2000,
        batch_size=90_000_000,
        max_request_size=90_000_000,
    )
    for number in range(COSTLY):
        value = b'{"uri":"i:%d","title":"bulletin","x":[' % number + b"[]," * (COSTLY_BYTES // 3) + b"0]}"
        producer.send(topic, value, b"i")
    producer.flush()
    producer.close()
