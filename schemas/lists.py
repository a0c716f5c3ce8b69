"""A named list that rules use as `@name`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.record import KeptRecord, Owner

ListName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class WordList(KeptRecord):
    """Entries are expressions of the rule language, joined by OR."""

    id: ListName
    entries: tuple[str, ...] = Field(min_length=1)
    owner: Owner = ""
    version: int = Field(default=1, ge=1)
    note: str = ""
