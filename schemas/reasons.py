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
    # From here on an alert stands on its topics, and is held back from endpoints of a channel.
    SILENCED = "silenced"  # a silence matches it
    INHIBITED = "inhibited"  # another alert on the same story hushes it
    THROTTLED = "throttled"  # the rule has used up its burst and its rate on this channel
    GROUPED = "grouped"  # it waits for the others of its group, and is told with them
    DIGESTED = "digested"  # it waits for the channel's digest, and is told with it
    QUIET_HOURS = "quiet_hours"  # it waits until the channel's quiet hours are over
    CHANNEL_PAUSED = "channel_paused"  # it waits until the channel is live again
    TAKEN_BACK = "taken_back"  # it was retracted before it was sent: neither goes out
    NEVER_SENT = "never_sent"  # it follows on an alert that was not sent to this endpoint
    ENDPOINT_DISABLED = "endpoint_disabled"  # by an operator, or after failing for days
    ENDPOINT_GONE = "endpoint_gone"  # the receiver answered 410, or the endpoint is no more
    QUEUE_FULL = "queue_full"  # more waits for this endpoint than may be kept in memory
    GIVEN_UP = "given_up"  # tried as often as the schedule says


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
