"""An article given as a mapping: what the matcher reads of it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Fields(NamedTuple):
    """The fields of an article that rules can ask about. What is no text has no words."""

    title: str | None
    lead: str | None
    body: str | None
    source: str | None
    section: str | None
    authors: tuple[str, ...]
    places: tuple[str, ...]
    subjects: tuple[str, ...]
    country: str | None
    language: str | None
    urgency: int | None

    @classmethod
    def of(cls, article: Mapping[str, object]) -> Fields:
        """The fields of a mapping with an article's field names."""
        get = article.get
        urgency = get("urgency")
        return cls(
            _text(get("title")),
            _text(get("lead")),
            _text(get("body")),
            _text(get("source")),
            _text(get("section")),
            _texts(get("authors")),
            _texts(get("places")),
            _texts(get("subjects")),
            _text(get("country")),
            _text(get("language")),
            urgency if isinstance(urgency, int) and not isinstance(urgency, bool) else None,
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(each for each in value if isinstance(each, str))
