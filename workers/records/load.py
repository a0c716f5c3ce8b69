"""From bytes to the JSON object in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from schemas.reasons import RefusalReason
from schemas.record import SCHEMA_VERSION
from workers.errors import Refused
from workers.records.refuse import no_json, shorten

_KINDS = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


def load(value: bytes, max_bytes: int) -> dict[str, Any]:
    """The object in a message's value, of a schema version that this release reads.

    Raises Refused and nothing else: no value, more than `max_bytes`, no UTF-8, no JSON, no object, another version.
    """
    if not value or value.isspace():
        raise Refused("there is no value", reason=RefusalReason.EMPTY, hint="send one JSON object a message")
    if len(value) > max_bytes:
        raise Refused(
            f"{len(value)} bytes, {max_bytes} are allowed",
            reason=RefusalReason.TOO_LARGE,
            hint="shorten the text, or raise articles.max_bytes and the limit of the topic",
        )
    data = _parse(value)
    if isinstance(data, Refused):
        raise data
    if not isinstance(data, dict):
        raise Refused(
            f"the JSON is no object but {_KINDS.get(type(data), 'null')}",
            reason=RefusalReason.NOT_AN_OBJECT,
            hint="send one JSON object a message, {…}",
        )
    _check_version(data)
    return data


def _parse(value: bytes) -> Any:
    """Handed back, not raised from: the library's error holds the whole input, and a refusal outlives it."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as exc:
        return no_json(value, exc.msg, exc.pos)


def _check_version(data: Mapping[str, Any]) -> None:
    version = data.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise Refused(
            f"schema_version: {shorten(version)}, and this release reads {SCHEMA_VERSION}",
            reason=RefusalReason.UNKNOWN_VERSION,
            hint="update wirewatch first, or write the version that it reads",
        )
