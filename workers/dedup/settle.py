"""What an answer of the claims means for one match."""

from __future__ import annotations

from collections.abc import Container
from enum import StrEnum

from workers.dedup.claims import Answer, Outcome


class Verdict(StrEnum):
    """What to do with a match."""

    TELL = "tell"  # we are the first: publish the alert
    SAID = "said"  # we have told it, before a crash: nothing more to do
    HOLD = "hold"  # another article has told of the story: a decision
    WAIT = "wait"  # another worker is telling right now, or died at it: ask again later


def settle(rule_id: str, answer: Answer, batch: Container[tuple[str, str]]) -> Verdict:
    """The verdict for one rule.

    `batch` holds the (owner, rule id) told with this batch: a story claimed by one of them is held. A record of
    the batch that claimed the rule before a crash, and no longer matches it, tells nothing: its lease must run out.
    """
    if answer.outcome is Outcome.FIRST_SEEN:
        return Verdict.TELL
    if answer.outcome is Outcome.SAID_BY_SELF:
        return Verdict.SAID
    if answer.outcome is Outcome.SEEN_ALREADY or (answer.owner, rule_id) in batch:
        return Verdict.HOLD
    return Verdict.WAIT
