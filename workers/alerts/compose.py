"""Put an alert into words."""

from __future__ import annotations

from schemas.alert import Alert, AlertKind, Evidence, RuleReference, Times
from schemas.article import Article
from schemas.envelope import Incoming
from workers.alerts.reference import name_id, refer_to_article


def alert_id(rule_id: str, story: str, kind: AlertKind) -> str:
    """The id of the alert that tells of this story for this rule: always the same."""
    return name_id("al", rule_id, story, kind)


def compose(
    rule: RuleReference,
    article: Article,
    record: Incoming,
    story: str,
    evidence: Evidence,
    channels: tuple[str, ...],
    channels_unknown: tuple[str, ...],
    extra_max_bytes: int,
) -> Alert:
    """The alert for a story told for the first time.

    Promises the same bytes for the same rule, article record and channels: nothing of now goes in.
    """
    return Alert(
        id=alert_id(rule.id, story, AlertKind.CREATED),
        kind=AlertKind.CREATED,
        rule=rule,
        article=refer_to_article(article, extra_max_bytes),
        story=story,
        evidence=evidence,
        channels=channels,
        channels_unknown=channels_unknown,
        times=Times(published=article.published, received=record.received),
    )
