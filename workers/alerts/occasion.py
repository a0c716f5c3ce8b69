"""What gives rise to an alert, and the alert's id."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.alert import AlertCause, AlertKind
from workers.alerts.reference import name_id


def alert_id(rule_id: str, story: str, kind: AlertKind, tag: str = "") -> str:
    """The id of the alert that says this of the story for this rule: always the same.

    The tag tells alerts of one kind apart: the first of a story has none, see created_tag() and version_tag().
    """
    return name_id("al", rule_id, story, kind, *([tag] if tag else []))


def created_tag(article: str, story: str, version: int) -> str:
    """Of the alert that tells of a story first. `article` is the name of the article's own story.

    The article that began the story has none in its first version. Any other has one: it can only have told because
    what was told before was taken back, or is long ago, and whoever knows that alert by its id must not overlook this.
    """
    if article == story:
        return f"v{version}" if version > 1 else ""
    return version_tag(article, version)


def version_tag(article: str, version: int) -> str:
    """Of an alert for a version of an article, by the name of the article's own story."""
    return f"{article[:16]}v{version}"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why there is an alert."""

    id: str
    kind: AlertKind = AlertKind.CREATED
    cause: AlertCause | None = None
    previous: str | None = None
    sources: int | None = None
