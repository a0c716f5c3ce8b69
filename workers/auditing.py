"""The audit: what stands on the topics, read in the order that makes it comparable while the workers go on.

1. committed    how far the workers are: what they have committed they have answered (P4)
2. outputs      alerts, decisions and dead letters, then the channels' copies: whatever answers those articles is there
3. rules, lists all their records that still stand: every version that an output may name
4. articles     in the order of time, each with the rules at that time: every one that an output may name
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schemas.alert import Alert
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.envelope import Incoming
from schemas.reasons import RefusalReason
from schemas.record import Record
from workers import articles
from workers.errors import Refused
from workers.hindsight import Hindsight
from workers.ledger import Audit, Clock, Copies, Finding, Ledger, Outputs, Slip
from workers.records import read
from workers.streams.archive import Archive
from workers.telling import channel_topic

MINUTE_MS = 60_000
DAY_MS = 86_400_000
AT_THE_EDGE_MS = 10 * MINUTE_MS  # the oldest records may be deleted while we read
CLOCKS_MS = 60 * MINUTE_MS  # an output's timestamp may lie so far before its article's, by another clock
STORY_MS = 8 * DAY_MS  # the longest dedup window, and a day
OUTPUT_MAX_BYTES = 64 * 1024 * 1024  # of a record of ours; the topics take less
HELD = "held"  # the topic of articles under embargo
READ = ("articles", "alerts", "decisions", "dead-letters")  # what must not be deleted yet

R = TypeVar("R", bound=Record)
Seen = Callable[[], None]  # hears of each record that was read
Begun = Callable[[str, int], Seen]  # hears what is read now, and how many records that are


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked."""

    group: str  # the workers' consumer group, without the prefix
    article_max_bytes: int
    since_ms: int  # article records stamped before are not judged; 0: as far back as the topics go
    edit_live_ms: int  # workers know an edit so long after its record, and clocks differ by no more


def audit(archive: Archive, terms: Terms, now_ms: Callable[[], int], begun: Begun) -> Audit:
    """Account for every article × rule. Raises Unavailable, and Refused when the group has committed nothing."""
    return _Auditing(archive, terms, now_ms, begun).run()


class _Auditing:
    def __init__(self, archive: Archive, terms: Terms, now_ms: Callable[[], int], begun: Begun) -> None:
        self._archive = archive
        self._terms = terms
        self._begun = begun
        self._now_ms = now_ms
        started_ms = now_ms()
        kept = max(archive.kept_from_ms(topic, started_ms) for topic in READ)
        kept_from_ms = kept + AT_THE_EDGE_MS if kept else 0
        self._audit = Audit(since_ms=max(terms.since_ms, kept_from_ms), kept_from_ms=kept_from_ms)
        self._alerts_from_ms = archive.kept_from_ms("alerts", started_ms)
        self._channels = [
            topic.removeprefix(channel_topic("")) for topic in sorted(archive.topics()) if topic.startswith("alerts.")
        ]
        copies = Copies({each: archive.kept_from_ms(channel_topic(each), started_ms) for each in self._channels})
        self._outputs = Outputs(self._audit.since_ms, copies)

    def run(self) -> Audit:
        """All of it."""
        committed = self._archive.committed(self._terms.group, "articles")
        if not committed and self._archive.size(["articles"], self._audit.since_ms):
            raise Refused(
                f"the consumer group {self._terms.group} has committed nothing on articles: nothing can be judged",
                reason="no_commits",
                hint="start a worker, or name the group that runs: WIREWATCH_MATCH_GROUP",
            )
        self._read_outputs()
        rules = Hindsight(self._records(["lists", "rules"], "rules", 0), self._terms.article_max_bytes)
        told_from_ms = self._alerts_from_ms + STORY_MS if self._alerts_from_ms else 0
        clock = Clock(self._now_ms(), self._terms.edit_live_ms, told_from_ms, HELD in self._archive.topics())
        ledger = Ledger(self._outputs, rules, committed, clock, self._audit)
        for record in self._records(["articles"], "articles", self._audit.since_ms):
            if record.timestamp_ms >= self._audit.since_ms:
                self._take(ledger, rules, record)
        return ledger.close()

    def _take(self, ledger: Ledger, rules: Hindsight, record: Incoming) -> None:
        rules.advance(record.timestamp_ms)
        try:
            article = articles.read(record.value, self._terms.article_max_bytes)
        except Refused as why:
            ledger.unreadable(record, RefusalReason(why.reason), why.message)
        else:
            ledger.take(record, article)

    def _read_outputs(self) -> None:
        """Alerts go back further: a decision names an alert that may be older than all that is judged."""
        since_ms = self._audit.since_ms - CLOCKS_MS
        for record in self._records(["alerts"], "alerts", since_ms - STORY_MS):
            if (alert := self._output(Alert, record)) is not None:
                self._outputs.alert(alert, record.timestamp_ms, _named(record))
        for record in self._records(["decisions", "dead-letters"], "decisions", since_ms):
            if record.topic == "decisions":
                if (decision := self._output(Decision, record)) is not None:
                    self._outputs.decision(decision, record.timestamp_ms)
            elif (letter := self._output(DeadLetter, record)) is not None:
                self._outputs.letter(letter)
        for record in self._records([channel_topic(each) for each in self._channels], "channels", since_ms):
            if (alert := self._output(Alert, record)) is not None:
                self._outputs.copy(record.topic.removeprefix(channel_topic("")), alert, record)

    def _output(self, model: type[R], record: Incoming) -> R | None:
        kind = model.__name__.lower()
        try:
            return read(model, kind, record.value or b"", OUTPUT_MAX_BYTES)
        except Refused as why:
            if record.timestamp_ms >= self._audit.since_ms:
                detail = f"no {kind}: {why.message}"
                self._audit.find(
                    Finding(Slip.UNREADABLE, record=record.position, received=record.received, detail=detail)
                )
            return None

    def _records(self, topics: Sequence[str], what: str, since_ms: int) -> Iterable[Incoming]:
        if not topics:
            return
        seen = self._begun(what, self._archive.size(topics, since_ms))
        for record in self._archive.history(topics, since_ms):
            yield record
            seen()


def _named(alert: Incoming) -> str:
    """The article record that an alert's header names; empty where it names none."""
    value = dict(alert.headers).get("record") or b""
    return value.decode("utf-8", "replace").partition("@")[0]
