"""Silences and inhibitions: what shall not be sent, for how long, and by whose word."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.record import Identifier, KeptPart, KeptRecord

Author = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class MatcherOp(StrEnum):
    """How a matcher compares."""

    IS = "is"
    IS_NOT = "is_not"
    LIKE = "like"  # `*` stands for anything, upper and lower case are one
    UNLIKE = "unlike"


class Matcher(KeptPart):
    """One thing that must hold of an alert. Of tags, one must be so for `is` and `like`, and none for the others."""

    field: Literal["rule", "name", "tag", "owner", "priority", "kind", "source", "language", "story", "uri", "channel"]
    op: MatcherOp = MatcherOp.IS
    value: str = Field(max_length=2048)


Matchers = Annotated[tuple[Matcher, ...], Field(min_length=1, max_length=20)]


class Silence(KeptRecord):
    """Alerts for which all matchers hold are not sent to endpoints from `starts` to `ends`; each is a decision."""

    id: Identifier
    matchers: Matchers
    author: Author
    reason: str = Field(min_length=1, max_length=2000)
    starts: AwareDatetime
    ends: AwareDatetime
    version: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends <= self.starts:
            raise PydanticCustomError("ends_first", "it ends before it starts")
        return self


class Inhibition(KeptRecord):
    """An alert for which all of `source` hold hushes those for which all of `target` hold, on the same story."""

    id: Identifier
    source: Matchers
    target: Matchers
    lasts_s: float = Field(default=86_400, ge=1, le=30 * 86_400, description="So long after the source's alert.")
    author: Author
    reason: str = Field(default="", max_length=2000)
    version: int = Field(default=1, ge=1)
