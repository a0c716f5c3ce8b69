"""What nothing but a silence holds back."""

from __future__ import annotations

from schemas.alert import Alert, AlertKind

MOST_URGENT = 1


def passes(alert: Alert) -> bool:
    """Retractions and alerts of priority 1: no inhibition, quiet hours, throttle, group or digest is asked."""
    return alert.kind is AlertKind.RETRACTED or alert.rule.priority == MOST_URGENT
