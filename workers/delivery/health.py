"""How an endpoint fares: failing since when, slowed down until when, disabled at last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from schemas.channel import Endpoint
from schemas.delivery import Attempt, AttemptOutcome, EndpointHealth
from schemas.reasons import HeldReason
from workers.delivery.retry import MAX_RETRY_AFTER_S

WARN_AT_PERCENT: Final = (50, 70, 90)
FAILING_AFTER = 5  # so many failures in a row, and it is tried one at a time until it accepts something
FIRST_SLOWDOWN_S = 1.0
LONGEST_SLOWDOWN_S = 300.0


@dataclass(frozen=True, slots=True)
class Health:
    """Of one endpoint."""

    failing_since: datetime | None = None  # the first failure since the last success
    warned: int = 0  # percent
    disabled: HeldReason | None = None
    detail: str = ""
    failures: int = 0  # in a row
    slowdowns: int = 0  # in a row: it has asked to be spared
    not_before: datetime | None = None  # no attempt earlier, whichever notification

    @property
    def is_failing(self) -> bool:
        """Is it worth only one attempt at a time?"""
        return self.failures >= FAILING_AFTER or self.slowdowns > 0

    def after(self, attempt: Attempt, patience_s: float) -> Health:
        """How it fares after an attempt that has just ended."""
        if attempt.outcome is AttemptOutcome.ACCEPTED:
            return Health(disabled=self.disabled, detail=self.detail) if self.disabled else WELL
        if attempt.outcome is AttemptOutcome.GONE:
            return replace(self, disabled=HeldReason.ENDPOINT_GONE, detail="the receiver answered 410 Gone")
        since = self.failing_since or attempt.at
        way = (attempt.at - since).total_seconds() / patience_s * 100
        later = replace(
            self,
            failing_since=since,
            failures=self.failures + 1,
            warned=max([self.warned, *(percent for percent in WARN_AT_PERCENT if way >= percent)]),
        )
        if way >= 100:
            told = f"no attempt has succeeded since {since.isoformat()}; the last: {attempt.error or attempt.status}"
            return replace(later, disabled=HeldReason.ENDPOINT_DISABLED, detail=told)
        return later._slowed(attempt) if attempt.outcome is AttemptOutcome.BUSY else replace(later, slowdowns=0)

    def _slowed(self, attempt: Attempt) -> Health:
        asked_s = min(attempt.retry_after_s or 0.0, MAX_RETRY_AFTER_S)
        pause_s = asked_s or min(FIRST_SLOWDOWN_S * 2**self.slowdowns, LONGEST_SLOWDOWN_S)
        until = attempt.at + timedelta(seconds=pause_s + attempt.took_ms / 1000)
        return replace(self, slowdowns=self.slowdowns + 1, not_before=max(until, self.not_before or until))

    def differs(self, before: Health) -> bool:
        """Is there something to remember beyond this process?"""
        return self._kept() != before._kept()

    def _kept(self) -> tuple[object, ...]:
        return self.failing_since, self.warned, self.disabled

    def record(self, channel: str, endpoint: str, at: datetime) -> EndpointHealth:
        """To remember it by."""
        return EndpointHealth(
            channel=channel,
            endpoint=endpoint,
            at=at,
            failing_since=self.failing_since,
            warned=self.warned,
            disabled=self.disabled,
            detail=self.detail,
        )


WELL: Final = Health()


def remembered(record: EndpointHealth, endpoint: Endpoint) -> Health:
    """As its record tells; one from before the endpoint was made, or enabled by hand, tells nothing.

    An endpoint that was taken away and comes again under its name was made anew.
    """
    if any(began is not None and record.at <= began for began in (endpoint.created, endpoint.revived)):
        return WELL
    return Health(record.failing_since, record.warned, record.disabled, record.detail)
