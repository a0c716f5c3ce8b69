"""Articles under embargo: each must come again when its time has come, or be overtaken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.article import Article, ArticleStatus
from schemas.envelope import Incoming, moment
from workers.ledger.finding import Finding, Slip
from workers.ledger.told import clipped, milliseconds

LATE_MS = 60_000  # a release may take so long


@dataclass(frozen=True, slots=True)
class Held:
    """A version of an article that waits."""

    version: int
    due_ms: int
    record: str
    received_ms: int


class Embargoes:
    """Takes all article records in order; a few hundred bytes for each article that waits."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def take(self, record: Incoming, article: Article, *, pending: bool) -> None:
        """A release, a kill or a version that is no older ends the waiting, or begins another.

        A kill that names no version is one of all versions.
        """
        held = self._held.get(article.uri)
        usable = article.status is ArticleStatus.USABLE
        if held is not None and not article.kills_all and article.version < held.version:
            return
        self._held.pop(article.uri, None)
        until = article.embargoed_until
        if usable and not pending and until is not None and until > record.received:
            received_ms = clipped(record.timestamp_ms)
            self._held[article.uri] = Held(article.version, milliseconds(until), record.position, received_ms)

    def overdue(self, now_ms: int) -> Iterator[Finding]:
        """Those that should have come again by now."""
        for uri, held in self._held.items():
            if held.due_ms + LATE_MS < now_ms:
                detail = f"version {held.version} was under embargo until {moment(held.due_ms).isoformat()}"
                yield Finding(Slip.NOT_RELEASED, "", uri, held.record, moment(held.received_ms), detail)
