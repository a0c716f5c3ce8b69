"""An article given as a mapping: what the matcher reads of it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

_URGENCY_MAX = 1 << 61
"""Beyond what any number test asks; it has room in 64 bits."""


class Given:
    """The fields of an article that rules can ask about. What is no text has no words."""

    __slots__ = ("_article", "body", "language", "lead", "title", "urgency")

    def __init__(self, article: Mapping[str, object]) -> None:
        get = article.get
        self._article = article
        title, lead, body, language, urgency = get("title"), get("lead"), get("body"), get("language"), get("urgency")
        self.title = title if isinstance(title, str) else None
        self.lead = lead if isinstance(lead, str) else None
        self.body = body if isinstance(body, str) else None
        self.language = language if isinstance(language, str) else None
        self.urgency = max(-_URGENCY_MAX, min(urgency, _URGENCY_MAX)) if type(urgency) is int else None

    @property
    def source(self) -> str | None:
        """Who published it."""
        return _text(self._article.get("source"))

    @property
    def section(self) -> str | None:
        """Where in the publication it stands."""
        return _text(self._article.get("section"))

    @property
    def country(self) -> str | None:
        """Where it was published."""
        return _text(self._article.get("country"))

    @property
    def authors(self) -> tuple[str, ...]:
        """Who wrote it."""
        return self._texts("authors")

    @property
    def places(self) -> tuple[str, ...]:
        """Where it happens."""
        return self._texts("places")

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is about."""
        return self._texts("subjects")

    def _texts(self, name: str) -> tuple[str, ...]:
        value = self._article.get(name)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
