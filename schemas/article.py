"""An article as it came: one version of one news item."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.record import KeptRecord

Texts = tuple[str, ...]


class ArticleStatus(StrEnum):
    """The publisher's word on whether the article may be used (ninjs `pubstatus`)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class Article(KeptRecord):
    """One version of one news item. Only `uri` and one of the three text fields must be there."""

    uri: Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^\S(.*\S)?$")] = Field(
        description="The item's identity at its source; all versions share it."
    )
    version: int = Field(default=1, ge=0, description="Orders the versions of one uri; the first is 1.")
    status: ArticleStatus = Field(
        default=ArticleStatus.USABLE,
        description="Any other takes back what was told; without a `version` of its own, of all versions so far.",
    )
    is_correction: StrictBool = Field(
        default=False, description="Whether this version corrects earlier ones (NewsML-G2: signal `correction`)."
    )
    title: str | None = None
    lead: str | None = Field(default=None, description="The summary or standfirst, plain text.")
    body: str | None = Field(default=None, description="Plain text; a blank line ends a paragraph.")
    source: str | None = Field(default=None, description="Who published it.")
    section: str | None = None
    authors: Texts = ()
    places: Texts = ()
    subjects: Texts = ()
    country: str | None = Field(default=None, description="ISO 3166-1 code of where it was published.")
    language: str | None = Field(default=None, description="BCP 47 tag.")
    urgency: int | None = Field(default=None, ge=1, le=9, description="1 (most urgent) to 9, as in IPTC.")
    published: AwareDatetime | None = None
    updated: AwareDatetime | None = None
    embargoed_until: AwareDatetime | None = Field(default=None, description="Held until then, and matched only then.")
    url: str | None = None
    alt_ids: dict[str, str] = Field(default_factory=dict, description="Other systems' ids for it.")

    @property
    def kills_all(self) -> bool:
        """Whether it takes back all versions so far: it is not usable, and names no version."""
        return self.status is not ArticleStatus.USABLE and "version" not in self.model_fields_set

    @model_validator(mode="after")
    def _has_text(self) -> Self:
        if not any(text and not text.isspace() for text in (self.title, self.lead, self.body)):
            raise PydanticCustomError("no_text", "one of title, lead and body must have text")
        return self
