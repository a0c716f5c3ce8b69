"""A watch rule: what operators keep."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from schemas.record import ChannelId, Identifier, KeptRecord, Owner, Tag


class RuleStatus(StrEnum):
    """Where a rule stands on its ladder; only `live` ones raise alerts."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    PAUSED = "paused"
    RETIRED = "retired"


class Dedup(StrEnum):
    """Of what a rule tells once."""

    ARTICLE = "article"  # each article, whatever others say: one alert a uri
    STORY = "story"  # each story: articles that repeat another one are held back


class Updates(StrEnum):
    """When a rule tells of a story again."""

    NONE = "none"
    SOURCES = "sources"  # when 3, 10 and 30 sources have it
    VERSIONS = "versions"  # when a new version of the article changes more than its punctuation


class Rule(KeptRecord):
    """A standing question to every article, and who shall hear of the answer."""

    id: Identifier
    name: str = Field(default="", max_length=500, description="For people; the id stands in where it is empty.")
    query: str = Field(min_length=1, description="In the rule language.")
    status: RuleStatus = RuleStatus.LIVE
    channels: tuple[ChannelId, ...] = Field(default=(), max_length=1000, description="Channels that get its alerts.")
    priority: int = Field(default=3, ge=1, le=5, description="1 is the most urgent.")
    tags: tuple[Tag, ...] = Field(default=(), max_length=100)
    owner: Owner = Field(default="", description="The person or team to ask.")
    version: int = Field(default=1, ge=1, description="Counts the edits.")
    dedup: Dedup = Field(default=Dedup.STORY, description="Of what it tells once: each article, or each story.")
    dedup_window_s: int = Field(
        default=86_400,
        ge=1,
        le=7 * 86_400,
        description="For so long after an alert the rule is silent on that story, seconds; with `dedup: story` a copy "
        "begins it anew, up to 7 days after the alert.",
    )
    updates: Updates = Field(default=Updates.NONE, description="When it tells of a story again.")
    note: str = ""
