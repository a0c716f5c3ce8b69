"""How a version of an article stands to what is known of the article."""

from __future__ import annotations

from enum import StrEnum

from schemas.article import Article, ArticleStatus
from workers.dedup.told import Known


class Standing(StrEnum):
    """Is this the article as it is now?"""

    CURRENT = "current"  # nothing newer is known
    LATE = "late"  # a newer version came before it
    TAKEN_BACK = "taken_back"  # this very version may not be used, as a record before it said


def version_of(article: Article, known: Known) -> int:
    """The version that an article is. Of a kill that names none: the latest that is known, as it means them all."""
    if not article.kills_all:
        return article.version
    latest = known.latest.version if known.latest else 0
    return max(article.version, latest, known.held or 0)


def stand(article: Article, known: Known) -> Standing:
    """How it stands. What is held under embargo is not known to be out, so it makes no other version late."""
    latest, version = known.latest, version_of(article, known)
    if latest is None or version > latest.version:
        return Standing.CURRENT
    if version < latest.version:
        return Standing.LATE
    killed, kills = latest.status is not ArticleStatus.USABLE, article.status is not ArticleStatus.USABLE
    return Standing.TAKEN_BACK if killed and not kills else Standing.CURRENT
