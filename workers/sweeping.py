"""Kills that name no version: each means whatever was written before it, whether that has come yet or not. Pure.

An article is older than such a kill if its record is, or if the source says so of both: what a source calls the time of
an article is never compared with the time of a record, as the clocks are different ones, and records take their time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.article import Article, ArticleStatus
from schemas.envelope import Incoming
from workers.dedup import Known, Sweep
from workers.embargo import came_as
from workers.fates import place_of
from workers.plans import Found

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sweep_of(found: Found) -> Sweep | None:
    """What is to be remembered of an article record. None: it is no such kill."""
    article, record = found.article, found.record
    if not article.kills_all:
        return None
    return Sweep(max(record.timestamp_ms, 0), _updated_ms(article), article.status, found.owner)


def swept_by(found: Found, known: Known) -> Sweep | None:
    """The kill that came before this article, and was written behind it. What came late for a newer version is late."""
    sweep, latest, article = known.sweep, known.latest, found.article
    if sweep is None or article.status is not ArticleStatus.USABLE:
        return None
    if latest is not None and latest.version > article.version:
        return None
    return sweep if _came_before(found.record, sweep) or _is_older(article, sweep) else None


def _came_before(record: Incoming, sweep: Sweep) -> bool:
    """By the times of the records; but what stands behind the kill on its partition came behind it, whatever they say.

    A record without a time did not.
    """
    first, kill = place_of(came_as(record)), place_of(sweep.owner)
    if first is None or not 0 < first.timestamp_ms < sweep.at_ms:
        return False
    return kill is None or first.partition != kill.partition or first.offset < kill.offset


def _is_older(article: Article, sweep: Sweep) -> bool:
    updated_ms = _updated_ms(article)
    return updated_ms is not None and sweep.updated_ms is not None and updated_ms < sweep.updated_ms


def _updated_ms(article: Article) -> int | None:
    return None if article.updated is None else (article.updated - _EPOCH) // timedelta(milliseconds=1)
