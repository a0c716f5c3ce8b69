"""What was told of an article record: alerts and decisions, as little of each as the account needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from schemas.alert import AlertKind, Times
from schemas.decision import Decision
from schemas.envelope import moment
from schemas.reasons import HeldReason

What: TypeAlias = AlertKind | HeldReason

NEEDS_NO_MATCH = frozenset({"retracted"})  # kinds of alerts that tell of an article which the rule may say no to
TOLD_LATELY = frozenset({"seen_already", "same_story"})  # reasons: their alert is no older than a dedup window
BESIDE_ANYTHING = HeldReason.TOO_LARGE  # a part of an alert was refused: of its topics some may have it


class Source(NamedTuple):
    """An article record, as alerts and decisions name it. Two records may share it: same uri, same millisecond."""

    uri: str
    version: int
    received_ms: int


class RuleAsTold(NamedTuple):
    """The rule as an alert or a decision names it."""

    id: str
    version: int
    query: str  # in canonical form, perhaps shortened


@dataclass(slots=True, eq=False)
class Told:
    """An alert or a decision of one article record, with its repeats."""

    id: str
    what: What
    rule: RuleAsTold
    story: str
    first_ms: int  # the timestamp of its first record
    last_ms: int  # and of its last
    place: str = ""  # the article's record, topic/partition/offset; empty where an alert does not say
    alert_id: str | None = None  # of a decision: the alert that told of the story
    channels: tuple[str, ...] = ()
    told_before_ms: int | None = None  # when the same story was told of another article record, if it was
    count: int = 1
    doubt: str = ""  # why a record that it may tell of did not take it: shown when none does
    doubted_at: str = ""  # and which record that was
    beside: bool = False  # the doubt is that there is a decision as well

    @property
    def is_alert(self) -> bool:
        """Or else a decision."""
        return isinstance(self.what, AlertKind)

    @property
    def needs_match(self) -> bool:
        """Whether its rule must say yes to its article."""
        return self.what not in NEEDS_NO_MATCH


def milliseconds(time: datetime) -> int:
    """Since 1970 UTC."""
    return round(time.timestamp() * 1000)


def clipped(timestamp_ms: int) -> int:
    """A record's timestamp as alerts and decisions can name it."""
    return milliseconds(moment(timestamp_ms))


def received_ms(record: Times | Decision) -> int:
    """The timestamp of the article's record."""
    return milliseconds(record.received)


def same_query(canonical: str, told: str) -> bool:
    """Whether an alert that names the query `told` means this one; a long query is named by its beginning."""
    return canonical == told or (told.endswith("…") and canonical.startswith(told[:-1]))
