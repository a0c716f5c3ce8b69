"""What the ledger finds: what is missing, and what is there and should not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Slip(StrEnum):
    """In which way an account does not balance."""

    MISSING = "missing"  # a live rule matches, and there is neither an alert nor a decision
    NEVER_TOLD = "never_told"  # a decision says that the story was told, and there is no such alert
    RETRACTION_MISSING = "retraction_missing"  # an alert stands whose article was killed, or matches no more
    NOT_RELEASED = "not_released"  # an article whose embargo is over, and that has not come again
    LETTER_MISSING = "letter_missing"  # an article record that cannot be read, and no dead letter
    COPY_MISSING = "copy_missing"  # an alert that a channel's topic does not carry
    NO_MATCH = "no_match"  # an alert or a decision, and the query that it names says no to its article
    NO_ARTICLE = "no_article"  # an alert or a decision of an article record that is not there
    STALE_RULE = "stale_rule"  # told by a version of the rule that stood no more when the article came
    TWICE = "twice"  # an alert and a decision, or two decisions, for one article record
    TOLD_AGAIN = "told_again"  # an alert of a story that was told already, within the rule's dedup window
    COPY_EXTRA = "copy_extra"  # a channel's topic carries an alert that is not on `alerts`, or not for that channel
    UNREADABLE = "unreadable"  # a record among alerts, decisions or dead letters that is none


# What only tells too much: it costs a reader's time, and no news is lost.
SURPLUS = frozenset({Slip.TWICE, Slip.TOLD_AGAIN})


@dataclass(frozen=True, slots=True)
class Finding:
    """One slip, and where to look."""

    slip: Slip
    rule_id: str = ""  # empty where no rule is concerned
    uri: str = ""  # of the article; empty where it cannot be read
    record: str = ""  # of the article, topic/partition/offset; of what was found where there is no article
    received: datetime | None = None  # the timestamp of the article's record
    detail: str = ""  # for people
