"""From bytes to an article, or to the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from schemas.article import Article
from schemas.reasons import RefusalReason
from workers.errors import Refused
from workers.records import load, no_record, shorten

DEPTH_MAX = 100  # levels inside an unknown field; what is deeper cannot be written out again everywhere
_WRITER_DEPTH_MAX = 254  # orjson's own limit
_MANY_BYTES = 65_536  # less has no room for many errors
_NUMBERS = ("version", "urgency")
_DATES = ("published", "updated", "embargoed_until")
_LISTS = ("authors", "places", "subjects")


def read(value: bytes | None, max_bytes: int) -> Article:
    """The article in a message's value. What it returns can be written out again, unknown fields and all.

    Raises Refused and nothing else, with the place of what is wrong and the remedy. Refused: no value; more than
    `max_bytes`; another charset than UTF-8, a byte order mark; whatever RFC 8259 does not call JSON (NaN, Infinity),
    lone surrogates, numbers beyond a double; nesting above DEPTH_MAX levels; an unknown `schema_version`; fields
    missing, of a wrong type or out of range; dates without a zone, or given as numbers (seconds or milliseconds?); no
    text.

    Taken as they are: dates in the future and before 1970; NUL characters escaped in texts; any number of unknown
    fields, as losing news for what nobody reads is worse than their memory, which the size bounds (at worst some
    forty-five times as much). Of a key given twice the last one counts, and a whole number beyond 64 bits in an unknown
    field becomes the nearest double, as in other JSON readers.
    """
    value = value or b""
    data = load(value, max_bytes)
    if len(value) > _MANY_BYTES:
        _check_texts(data)
    article = _validate(data)
    if isinstance(article, Refused):
        raise article
    _check_types(data)
    if value.count(b"[") + value.count(b"{") > DEPTH_MAX:
        _check_depth(article.model_extra or {})
    return article


def _validate(data: Mapping[str, Any]) -> Article | Refused:
    """Handed back, not raised from: the library's error holds the whole input, and a refusal outlives it."""
    try:
        return Article.model_validate(data)
    except ValidationError as exc:
        return no_record(exc, "article")


def _check_texts(data: Mapping[str, Any]) -> None:
    """Before the model sees them: it keeps an error for each wrong entry, gigabytes for a list of millions."""
    for name in _LISTS:
        entries = data.get(name)
        if isinstance(entries, list):
            for place, entry in enumerate(entries):
                if not isinstance(entry, str):
                    raise _wrong(f"{name}.{place}", f"{shorten(entry)} is no text", f"{name} is a list of texts")
    ids = data.get("alt_ids")
    if isinstance(ids, dict):
        for key, entry in ids.items():
            if not isinstance(entry, str):
                raise _wrong(f"alt_ids.{shorten(key)}", f"{shorten(entry)} is no text", "each id is a text")


def _check_types(data: Mapping[str, Any]) -> None:
    """What the model would take although the JSON Schema says no."""
    for name in _NUMBERS:
        number = data.get(name)
        if isinstance(number, str | bool):
            raise _wrong(name, f"{shorten(number)} is no number", "write a whole number, without quotes")
    for name in _DATES:
        date = data.get(name)
        if date is not None and (not isinstance(date, str) or ":" not in date):
            hint = "write the date and time with its zone, as in 2026-05-01T12:00:00Z"
            raise _wrong(name, f"{shorten(date)} may be seconds or milliseconds", hint)


def _check_depth(extra: Mapping[str, Any]) -> None:
    if _within(DEPTH_MAX + 1, extra):
        return
    name = next(name for name, value in extra.items() if not _within(DEPTH_MAX, value))
    raise Refused(
        f"{shorten(name)}: nested more than {DEPTH_MAX} levels deep",
        reason=RefusalReason.NOT_JSON,
        hint="flatten the field, or leave it out",
    )


def _within(levels: int, value: Any) -> bool:
    """Whether the value has at most so many levels. To walk it in Python takes fifty times as long as the writer."""
    for _ in range(_WRITER_DEPTH_MAX - levels):
        value = [value]
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:  # of what orjson has read, it refuses to write nothing else
        return False
    return True


def _wrong(place: str, what: str, hint: str) -> Refused:
    return Refused(f"{place}: {what}", reason=RefusalReason.WRONG_FIELD, hint=hint)
