"""Put a decision into words: a match that becomes no alert of its own."""

from __future__ import annotations

from schemas.alert import RuleReference
from schemas.article import Article
from schemas.decision import Decision
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.alerts.reference import name_id, refer_to_article


def hold(
    rule: RuleReference,
    article: Article,
    record: Incoming,
    story: str,
    reason: HeldReason,
    detail: str,
    alert_id: str | None = None,
) -> Decision:
    """The decision; its id is made of rule, article record and reason, so a repeat has the same."""
    return Decision(
        id=name_id("de", rule.id, record.position, str(record.timestamp_ms), reason),
        reason=reason,
        rule=rule,
        article=refer_to_article(article, extra_max_bytes=0),
        story=story,
        detail=detail,
        alert_id=alert_id,
        record=record.position,
        received=record.received,
    )
