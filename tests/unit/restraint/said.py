"""Alerts and times for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from schemas.alert import Alert, AlertKind, ArticleReference, Evidence, RuleReference, Times

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday


def utc(text: str) -> datetime:
    """`2026-05-04 12:00` or with an offset, as an instant."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def an_alert(id_: str = "al_1", kind: AlertKind = AlertKind.CREATED, **other: Any) -> Alert:
    """An alert of rule `r1`; what is given stands where it belongs."""
    about = {name: other.pop(name) for name in ("source", "language", "uri") if name in other}
    alert: dict[str, Any] = {name: other.pop(name) for name in ("story", "channels", "previous") if name in other}
    rule = {"id": other.pop("rule", "r1"), "name": "Pacts", "version": 1, "query": "q", "priority": 3} | other
    return Alert(
        id=id_,
        kind=kind,
        rule=RuleReference.model_validate(rule),
        article=ArticleReference.model_validate({"uri": "a:1", "version": 1} | about),
        evidence=Evidence(hits=(), excerpt=""),
        times=Times(received=NOON),
        **({"story": "s1", "channels": ("desk",)} | alert),
    )
