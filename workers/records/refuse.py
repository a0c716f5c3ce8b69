"""The words of a refusal: what is wrong, where, and the remedy. Slow and careful; only poison comes here."""

from __future__ import annotations

import difflib
import reprlib
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.reasons import RefusalReason
from schemas.wording import worded
from workers.errors import Refused

_NAMED_MAX = 3  # problems told of one article
_SHOWN_MAX_CHARS = 60
_TEXTS = ("title", "lead", "body")

_REMEDIES = (  # a part of the parser's message, what helps
    ("infinity", "JSON numbers end at 1.8e308 here: write a larger one as a text"),
    ("surrogate", "write the character itself, or both halves of its \\uD8xx\\uDCxx pair"),
    ("depth", "nest less deeply"),
    ("control character", "inside of a text write \\n, \\t or \\u00XX"),
    ("unexpected end", "the message is cut off: look at what the producer sent"),
    ("after document", "send one JSON object a message"),
)


def no_json(value: bytes, what: str, at: int) -> Refused:
    """Bytes that are no JSON: another charset, or the parser's message and the character it stopped at."""
    try:
        text = value.decode()
    except UnicodeDecodeError as exc:
        return _no_utf8(value, exc.start)
    if value.startswith(b"\xef\xbb\xbf"):
        return Refused(
            "a byte order mark at byte 0", reason=RefusalReason.NOT_JSON, hint="write UTF-8 without a byte order mark"
        )
    if b"\0" in value[:4]:
        return _no_utf8(value, value.index(b"\0"))
    place = len(text[:at].encode())
    rest = value[max(place - 1, 0) : place + 9]
    if b"NaN" in rest or b"Infinity" in rest:
        hint = "JSON has no NaN and no Infinity: write null, or leave the field out"
    else:
        hint = next((remedy for part, remedy in _REMEDIES if part in what), "send one JSON object (RFC 8259) a message")
    return Refused(f"no JSON at byte {place}: {what}", reason=RefusalReason.NOT_JSON, hint=hint)


def no_record(error: ValidationError, kind: str) -> Refused:
    """JSON that is no record of its kind (article, rule …). The first thing wrong gives the reason."""
    errors = error.errors(include_url=False)
    kinds = {"missing": RefusalReason.MISSING_FIELD, "no_text": RefusalReason.NO_TEXT}
    told = [
        _tell(kind, ".".join(map(shorten, each["loc"])), each["type"], _worded(each), each["input"]) for each in errors
    ]
    more = f"; and {len(told) - _NAMED_MAX} more" if len(told) > _NAMED_MAX else ""
    return Refused(
        "; ".join(what for what, _ in told[:_NAMED_MAX]) + more,
        reason=kinds.get(errors[0]["type"], RefusalReason.WRONG_FIELD),
        hint=told[0][1],
    )


def shorten(value: object) -> str:
    """A value as it may stand in a message, whatever its size."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str) and value.isidentifier() and len(value) <= _SHOWN_MAX_CHARS:
        return value
    return _SHOWN.repr(value)


def _worded(error: ErrorDetails) -> str:
    return worded(error["type"], error.get("ctx", {}), error["msg"])


def _tell(kind: str, place: str, error: str, words: str, value: Any) -> tuple[str, str]:
    if error == "no_text":
        return "title, lead and body are all empty", _no_text_hint(value)
    if error == "missing":
        return f"{place}: is missing", f"every {kind} has one: see schemas/json/{kind}.json"
    if error == "timezone_aware":
        hint = "write the zone: 2026-05-01T12:00:00Z or 2026-05-01T14:00:00+02:00"
        return f"{place}: {shorten(value)} has no zone", hint
    hint = (
        "leave the field out where there is no value" if value is None else f"see {place} in schemas/json/{kind}.json"
    )
    return f"{place}: {shorten(value)} {words}", hint


def _no_text_hint(data: object) -> str:
    """A field that is nearly called so is the likely slip."""
    for name in data if isinstance(data, dict) else ():
        near = difflib.get_close_matches(str(name)[:_SHOWN_MAX_CHARS].lower(), _TEXTS, n=1, cutoff=0.7)
        if near and name not in _TEXTS:
            return f"{shorten(name)} is no field: did you mean {near[0]}?"
    return "an article has at least one of them"


def _no_utf8(value: bytes, place: int) -> Refused:
    if value.startswith(b"\x1f\x8b"):
        hint = "the value is gzip: let the producer compress (compression.type), it is undone on the way"
    elif value.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in value[:4]:
        hint = "this looks like UTF-16 or UTF-32: write UTF-8"
    else:
        hint = "the charset may be Latin-1 or Windows-1252: write UTF-8"
    return Refused(f"no UTF-8 at byte {place} (0x{value[place]:02X})", reason=RefusalReason.NOT_UTF8, hint=hint)


def _shown() -> reprlib.Repr:
    shown = reprlib.Repr()
    shown.maxstring = shown.maxother = shown.maxlong = _SHOWN_MAX_CHARS
    return shown


_SHOWN = _shown()
