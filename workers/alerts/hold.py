"""Put a decision into words: a match that becomes no alert of its own."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.alert import RuleReference
from schemas.article import Article
from schemas.decision import Decision
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.alerts.reference import name_id, refer_to_article, shorten

DETAIL_CHARS = 5_000


@dataclass(frozen=True, slots=True)
class Grounds:
    """What stood in the way of an alert."""

    reason: HeldReason
    detail: str = ""
    alert_id: str | None = None  # that told of the story
    first_uri: str | None = None
    likeness: float | None = None


def hold(rule: RuleReference, article: Article, record: Incoming, story: str, grounds: Grounds) -> Decision:
    """The decision; its id is made of rule, article record and reason, so a repeat has the same."""
    return Decision(
        id=name_id("de", rule.id, record.position, str(record.timestamp_ms), grounds.reason),
        reason=grounds.reason,
        rule=rule,
        article=refer_to_article(article, extra_max_bytes=0),
        story=story,
        detail=shorten(grounds.detail, DETAIL_CHARS),
        alert_id=grounds.alert_id,
        first_uri=grounds.first_uri,
        likeness=grounds.likeness,
        record=record.position,
        received=record.received,
    )
