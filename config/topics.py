"""The topics: one catalogue, as data."""

from __future__ import annotations

from schemas.topic import Topic

DAY_MS = 86_400_000
ARTICLE_MAX_BYTES = 11 * 1024 * 1024  # an article of 10 MB with its key, headers and framing
DEAD_LETTER_MAX_BYTES = 16 * 1024 * 1024  # the same as base64 in JSON


def deleted(days: int, **more: str) -> dict[str, str]:
    """The settings of a topic whose records go after so many days."""
    return {"cleanup.policy": "delete", "retention.ms": str(days * DAY_MS), **more}


COMPACTED = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1", "delete.retention.ms": str(7 * DAY_MS)}
# By the broker's clock: it refuses records from a worker whose own clock is an hour ahead, and would again and again.
STAMPED = {"message.timestamp.type": "LogAppendTime"}
# An alert has at most some 1.5 MB at the widest settings; what the broker would refuse is a decision, and no alert.
TOLD = {"max.message.bytes": str(2 * 1024 * 1024), **STAMPED}
LARGE = {"max.message.bytes": str(ARTICLE_MAX_BYTES)}

ARTICLES = Topic("articles", "article uri", "the news; the archive that backtests read", config=deleted(30, **LARGE))
RULES = Topic("rules", "rule id", "the watch rules; a tombstone deletes", partitions=1, config=COMPACTED | LARGE)
LISTS = Topic("lists", "list id", "named lists of the rules", partitions=1, config=COMPACTED | LARGE)
CHANNELS = Topic("channels", "channel id", "where subscribers listen", partitions=1, config=COMPACTED)
HELD = Topic("held", "uri and version", "articles under embargo until their time", config=COMPACTED | LARGE | STAMPED)
# As long as `alerts`: together they tell what Redis knew of each article.
KILLS = Topic("kills", "article uri", "what was canceled or withheld", config=deleted(30, **STAMPED))
ALERTS = Topic("alerts", "article uri", "every alert with its channels", config=deleted(30, **TOLD))
DECISIONS = Topic("decisions", "rule id", "matches that became no alert, and why", config=deleted(7, **TOLD))
SILENCES = Topic("silences", "silence id", "what is not sent to endpoints", partitions=1, config=COMPACTED)
INHIBITIONS = Topic("inhibitions", "inhibition id", "which alerts hush which", partitions=1, config=COMPACTED)
# Compacted, so that what is done is one small record; kept as long as `alerts`, since a retraction may come so late.
DELIVERIES = Topic(
    "deliveries",
    "channel/notification/endpoint; partition by channel",
    "what is sent to endpoints: pending, each attempt, outcome",
    config={**COMPACTED, "cleanup.policy": "compact,delete", "retention.ms": str(30 * DAY_MS), **TOLD},
)
DEAD_LETTERS = Topic(
    "dead-letters",
    "topic/partition/offset",
    "what could not be read, its bytes and the reason",
    partitions=1,
    config=deleted(30, **{"max.message.bytes": str(DEAD_LETTER_MAX_BYTES)}, **STAMPED),
)
CATALOGUE = (
    *(ARTICLES, RULES, LISTS, CHANNELS, SILENCES, INHIBITIONS),
    *(HELD, KILLS, ALERTS, DECISIONS, DELIVERIES, DEAD_LETTERS),
)


def channel_topic(channel_id: str) -> Topic:
    """The topic of one channel's subscribers."""
    return Topic(f"alerts.{channel_id}", "article uri", f"alerts of channel {channel_id}", config=deleted(7, **TOLD))
