"""Reasons are words: the same in records, logs and metric labels."""

from __future__ import annotations

from enum import StrEnum


class HeldReason(StrEnum):
    """Why a match became no alert of its own."""

    SEEN_ALREADY = "seen_already"  # the rule has told of this story within its dedup window
    SAME_STORY = "same_story"  # the article repeats one of another uri, of whose story the rule has told
    SUPERSEDED = "superseded"  # a newer version of the article came before this one
    NOT_USABLE = "not_usable"  # the article is withheld or canceled
    EMBARGOED = "embargoed"  # the article may not be told of yet; it is held, and matched when its time has come
    TOO_LARGE = "too_large"  # the broker refused the alert for its size


class RefusalReason(StrEnum):
    """Why a message was put aside as a dead letter."""

    EMPTY = "empty"  # no value, or one of white space only
    TOO_LARGE = "too_large"  # above the limit in the settings
    NOT_UTF8 = "not_utf8"  # another charset, or broken bytes
    NOT_JSON = "not_json"  # no JSON: also NaN, Infinity, lone surrogates, a byte order mark, deep nesting
    NOT_AN_OBJECT = "not_an_object"  # JSON, but no object
    UNKNOWN_VERSION = "unknown_version"  # written to a schema that this version does not know
    MISSING_FIELD = "missing_field"  # a field that must be there is not
    WRONG_FIELD = "wrong_field"  # a field of the wrong type or out of its range
    NO_TEXT = "no_text"  # no title, lead or body
    QUERY_REFUSED = "query_refused"  # the rule's query cannot be read
    KEY_MISMATCH = "key_mismatch"  # the record's key is not the id in its value
