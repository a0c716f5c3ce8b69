"""An alert: one rule said yes to one story, or what was told of it is no longer so."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from schemas.record import ChannelId, Part, Record


class AlertKind(StrEnum):
    """What the alert tells."""

    CREATED = "created"  # the rule matched a story for the first time
    UPDATED = "updated"  # more sources have the story, or a new version of the article says something else
    CORRECTED = "corrected"  # the article's publisher has corrected it, and the rule still says yes
    RETRACTED = "retracted"  # what was told no longer holds: see the cause


class AlertCause(StrEnum):
    """Why there is an alert behind the first."""

    SOURCES = "sources"  # so many sources have the story now
    NEW_VERSION = "new_version"  # a new version changes more than its punctuation
    CORRECTION = "correction"  # its publisher calls the new version a correction
    NO_LONGER_MATCHES = "no_longer_matches"  # the rule says no to the new version
    WITHHELD = "withheld"  # the article may not be used for now
    CANCELED = "canceled"  # the article may not be used any more


class RuleReference(Part):
    """The rule as it stood when it matched; in a retraction, as it stands now."""

    id: str
    name: str
    version: int
    query: str = Field(description="In canonical form; empty in a retraction when the rule is gone.")
    priority: int
    tags: tuple[str, ...] = ()
    owner: str = ""


class ArticleReference(Part):
    """The article that matched; its text stays on the `articles` topic."""

    uri: str
    version: int
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published: AwareDatetime | None = None
    language: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict, description="The article's unknown fields, passed on.")
    extra_omitted: bool = Field(default=False, description="True when the unknown fields were too large to pass on.")


class Hit(Part):
    """One place of the text that made the rule say yes."""

    term: str = Field(description="The term of the rule, in canonical form.")
    field: Literal[
        "title",
        "lead",
        "body",
        "source",
        "section",
        "author",
        "place",
        "subject",
        "lang",
        "country",
        "urgency",
        "words",
    ]
    start: int = Field(description="First character, counted in code points of the field as published.")
    end: int = Field(description="Character behind the last.")


class Evidence(Part):
    """Why the rule said yes."""

    hits: tuple[Hit, ...] = Field(description="None in a retraction.")
    excerpt: str = Field(description="A short piece of the text with the hits between [[ and ]].")


class Times(Part):
    """When things happened.

    The time of matching is the record's header `matched-at`, so that a repeat has the same bytes.
    """

    published: AwareDatetime | None = Field(default=None, description="By the source.")
    received: AwareDatetime = Field(description="The timestamp of the article's own record.")


class Alert(Record):
    """What a rule says of a story. The id is made of rule, story, kind and version, so a repeat has the same id.

    What follows on an alert (an update for a new version, a correction, a retraction) goes to the channels that got it.
    """

    id: str
    kind: AlertKind
    rule: RuleReference
    article: ArticleReference
    story: str
    evidence: Evidence
    channels: tuple[ChannelId, ...] = Field(description="Whose topics carry this alert.")
    channels_unknown: tuple[ChannelId, ...] = Field(
        default=(), description="Channels the rule names of which there is no record: nobody can listen there."
    )
    times: Times
    cause: AlertCause | None = Field(
        default=None, description="Why it follows on an earlier alert; null for `created`."
    )
    previous: str | None = Field(default=None, description="The id of the alert that it follows on.")
    sources: int | None = Field(default=None, description="How many sources have the story, where that is the cause.")
