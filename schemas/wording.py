"""What is wrong with a value, in our own words, behind its name: `is no text`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "string_type": "is no text",
    "string_pattern_mismatch": "has a form that is not accepted",
    "int_type": "is no whole number",
    "int_parsing": "is no whole number",
    "int_from_float": "is no whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "is no number",
    "float_parsing": "is no number",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "list_type": "is no list",
    "tuple_type": "is no list",
    "dict_type": "is no object",
    "model_type": "is no object",
    "missing": "is missing",
    "date_from_datetime_parsing": "is no date",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "string_too_long": "has more than {max_length} characters",
    "too_long": "has more than {max_length} entries",
    "enum": "is none of {expected}",
    "literal_error": "is none of {expected}",
}
_LEAST = {
    "string_too_short": "has fewer than {min_length} characters",
    "too_short": "has fewer than {min_length} entries",
}


def worded(kind: str, context: Mapping[str, Any], message: str) -> str:
    """By pydantic's name for the error and its context; what has no words of ours is told in pydantic's, `message`."""
    if kind.startswith("datetime_"):
        return "is no date and time"
    if kind in _LEAST:
        return "is empty" if context.get("min_length") == 1 else _LEAST[kind].format_map(context)
    words = _WORDS.get(kind)
    return words.format_map(context) if words else f"is wrong: {message}"
