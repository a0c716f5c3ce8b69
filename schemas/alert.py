"""An alert: one rule said yes to one story."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from schemas.record import ChannelId, Part, Record


class AlertKind(StrEnum):
    """What the alert tells."""

    CREATED = "created"  # the rule matched a story for the first time


class RuleReference(Part):
    """The rule as it stood when it matched."""

    id: str
    name: str
    version: int
    query: str = Field(description="In canonical form.")
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

    hits: tuple[Hit, ...]
    excerpt: str = Field(description="A short piece of the text with the hits between [[ and ]].")


class Times(Part):
    """When things happened.

    The time of matching is the record's header `matched-at`, so that a repeat has the same bytes.
    """

    published: AwareDatetime | None = Field(default=None, description="By the source.")
    received: AwareDatetime = Field(description="The timestamp of the article's own record.")


class Alert(Record):
    """One rule, one story, one kind: the id is made of these three, so a repeat has the same id."""

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
