"""Alerts as they stand on the topic, and the retractions of some, by number alone; and the channels that get them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from schemas.alert import Alert, AlertCause, AlertKind, ArticleReference, Evidence, RuleReference, Times

CHANNELS = tuple(f"desk-{number}" for number in range(1, 6))
# How an endpoint's receiver behaves, by the endpoint's id: the first word of a path and its query.
WAYS: Mapping[str, str] = {
    "steady": "/ok/{}/steady",
    "slow": "/slow/{}/slow?ms=20",
    "failing": "/stumbling/{}/failing?of=3&status=500",  # every third event, when it comes first
    "busy": "/stumbling/{}/busy?of=97&status=503",  # which slows the worker down for a second each time
}
RULES = 7
RETRACTED = 4  # one alert in so many
BEHIND = (1, 5, 20, 60)  # a retraction comes so many alerts behind the alert that it withdraws
RECEIVED = datetime(2026, 1, 2, tzinfo=UTC)

Row = dict[str, Any]


def made(seed: int, most: int, first: int, count: int) -> list[Row]:
    """The alerts of these numbers below `most`, each followed by the retractions that are due then."""
    rows = []
    for number in range(first, min(first + count, most)):
        rows.append(_row(created(seed, number)))
        for behind in BEHIND:
            before = number - behind
            if before >= 0 and retracted_behind(seed, before) == behind:
                rows.append(_row(retracted(seed, before)))
    return rows


def retracted_behind(seed: int, number: int) -> int | None:
    """How far behind the alert its retraction comes; None where there is none."""
    chance = random.Random(f"retraction of {seed}/{number}")
    return chance.choice(BEHIND) if chance.randrange(RETRACTED) == 0 else None


def created(seed: int, number: int) -> Alert:
    """The alert of this number, for all channels."""
    return Alert(
        id=f"al_{seed}_{number}",
        kind=AlertKind.CREATED,
        rule=RuleReference(
            id=f"r{number % RULES}", name="A rule", version=1, query="pact", priority=1 + number % 5, owner="desk"
        ),
        article=ArticleReference(uri=f"wire:{seed}:{number}", version=1, title=f"Pact {number}", source="wire"),
        story=f"story:{seed}:{number}",
        evidence=Evidence(hits=(), excerpt="[[pact]]"),
        channels=CHANNELS,
        times=Times(received=RECEIVED),
    )


def retracted(seed: int, number: int) -> Alert:
    """The retraction of the alert of this number."""
    first = created(seed, number)
    changed = {
        "id": f"{first.id}_retracted",
        "kind": AlertKind.RETRACTED,
        "evidence": Evidence(hits=(), excerpt=""),
        "cause": AlertCause.CANCELED,
        "previous": first.id,
    }
    return first.model_copy(update=changed)


def _row(alert: Alert) -> Row:
    return {"uri": alert.article.uri, "value": alert.model_dump_json().encode()}


def packed(row: Row, _: datetime) -> tuple[str, bytes]:
    """Its key and its value, as the match worker writes them."""
    return row["uri"], row["value"]
