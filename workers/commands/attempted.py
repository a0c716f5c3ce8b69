"""Attempts and outcomes in words."""

from __future__ import annotations

from schemas.delivery import Attempt, DeliveryState
from workers.commands.durations import told_at
from workers.commands.sendings import Outcome


def attempt_in_words(attempt: Attempt) -> str:
    """How it ended: `rejected: 500 in 12 ms: …`."""
    status = f": {attempt.status}" if attempt.status is not None else ""
    error = f": {attempt.error}" if attempt.error and attempt.error != str(attempt.status) else ""
    later = f"; not again before {attempt.retry_after_s:g} s have passed" if attempt.retry_after_s else ""
    return f"{attempt.outcome.value.replace('_', ' ')}{status} in {attempt.took_ms:.0f} ms{error}{later}"


def outcome_in_words(outcome: Outcome) -> str:
    """Where it stands, and why."""
    delivery = outcome.delivery
    if outcome.part_of:
        return f"told in {outcome.part_of}"
    if outcome.state is DeliveryState.PENDING:
        if delivery is None or delivery.due is None:
            return "waits, or is about to be tried"
        last = f"; attempt {delivery.last.number} {attempt_in_words(delivery.last)}" if delivery.last else ""
        return f"again at {told_at(delivery.due)}{last}"
    if outcome.state is DeliveryState.DELIVERED and delivery is not None and delivery.last is not None:
        return attempt_in_words(delivery.last)
    says_more = outcome.reason is not None and outcome.reason.value != outcome.state.value
    reason = outcome.reason.value.replace("_", " ") if outcome.reason and says_more else ""
    return ": ".join(each for each in (reason, outcome.detail) if each)
