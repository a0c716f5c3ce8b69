"""Put an alert into words."""

from __future__ import annotations

from schemas.alert import Alert, Evidence, RuleReference, Times
from schemas.article import Article
from schemas.envelope import Incoming
from workers.alerts.occasion import Occasion
from workers.alerts.reference import refer_to_article

NO_EVIDENCE = Evidence(hits=(), excerpt="")


def compose(
    occasion: Occasion,
    rule: RuleReference,
    article: Article,
    record: Incoming,
    story: str,
    evidence: Evidence,
    channels: tuple[str, ...],
    channels_unknown: tuple[str, ...],
    extra_max_bytes: int,
) -> Alert:
    """The alert for an occasion.

    Promises the same bytes for the same occasion, rule, article record and channels: nothing of now goes in.
    """
    return Alert(
        id=occasion.id,
        kind=occasion.kind,
        rule=rule,
        article=refer_to_article(article, extra_max_bytes),
        story=story,
        evidence=evidence,
        channels=channels,
        channels_unknown=channels_unknown,
        times=Times(published=article.published, received=record.received),
        cause=occasion.cause,
        previous=occasion.previous,
        sources=occasion.sources,
    )
