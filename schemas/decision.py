"""A decision: a match that did not become an alert of its own, or an alert that was not sent by itself; and why."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from schemas.alert import ArticleReference, RuleReference
from schemas.channel import EndpointId
from schemas.reasons import HeldReason
from schemas.record import ChannelId, Record


class Decision(Record):
    """Those without a channel account for every match, together with the alerts; the others for every delivery."""

    id: str = Field(description="Made of rule, article record and reason: a repeat has the same id.")
    reason: HeldReason
    rule: RuleReference
    article: ArticleReference
    story: str
    detail: str = Field(default="", description="For people: what exactly stood in the way.")
    alert_id: str | None = Field(default=None, description="The alert that told of the story, where there is one.")
    first_uri: str | None = Field(default=None, description="Of `same_story`: the article that began the story.")
    likeness: float | None = Field(default=None, description="Of `same_story`: to the likest earlier article, 0 to 1.")
    channel: ChannelId | None = Field(default=None, description="Whose endpoints do not get the alert, or not yet.")
    endpoint: EndpointId | None = Field(default=None, description="Where it concerns only this one of the channel.")
    record: str = Field(description="Where the article came from: topic/partition/offset.")
    received: AwareDatetime = Field(description="The timestamp of the article's own record.")
