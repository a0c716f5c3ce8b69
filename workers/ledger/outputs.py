"""All that came out: alerts, decisions and dead letters by the article record they tell of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from schemas.alert import Alert, AlertKind
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.envelope import Incoming
from workers.ledger.copies import Copies, Extra
from workers.ledger.told import (
    NEEDS_NO_MATCH,
    TOLD_LATELY,
    RuleAsTold,
    Source,
    Told,
    milliseconds,
    received_ms,
)

ARTICLES = "articles"


class Outputs:
    """Entered once, in the order of time; then taken out by the article records that they tell of.

    Keeps about 1.3 KB for each alert with a copy on a channel, measured, and none of its texts; a decision costs less.
    """

    def __init__(self, since_ms: int, copies: Copies) -> None:
        self._since_ms = since_ms  # of articles received before, only what was told of which story is kept
        self.copies = copies
        self._told: dict[Source, list[Told]] = {}
        self._rules: dict[RuleAsTold, RuleAsTold] = {}
        self._routes: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._alerts: set[int] = set()  # hashes of their ids
        self._stories: dict[int, tuple[int, int]] = {}  # by rule and story: of which record it was told last, and when
        self._retracted_ms: dict[tuple[str, str], list[int]] = {}  # by rule and story
        self._letters: set[tuple[int, int, int]] = set()
        self.unheard: Counter[str] = Counter()

    def alert(self, alert: Alert, at_ms: int, place: str = "") -> None:
        """One from `alerts`; `at_ms` is the timestamp of its record, `place` the article record that it names."""
        source = Source(alert.article.uri, alert.article.version, received_ms(alert.times))
        before = self._note_alert(alert, source, at_ms)
        if source.received_ms < self._since_ms:
            return
        for channel in alert.channels:
            self.copies.expect(channel, alert.id, source.received_ms)
        self.unheard.update(alert.channels_unknown)
        rule = self._rule(alert.rule.id, alert.rule.version, alert.rule.query)
        route = self._routes.setdefault(alert.channels, alert.channels)
        told = Told(
            *(alert.id, alert.kind, rule, alert.story, at_ms, at_ms, place),
            channels=route,
            told_before_ms=before,
        )
        self._enter(source, told)

    def _note_alert(self, alert: Alert, source: Source, at_ms: int) -> int | None:
        """When the rule last told of the story, for another record, if that was not taken back since."""
        self._alerts.add(hash(alert.id))
        subject = (alert.rule.id, alert.story)
        if alert.kind in NEEDS_NO_MATCH:
            self._retracted_ms.setdefault(subject, []).append(at_ms)
        if alert.kind is not AlertKind.CREATED:
            return None
        story, record = hash(subject), hash(source)
        seen = self._stories.get(story)
        self._stories[story] = (record, at_ms)
        if seen is None or seen[0] == record:
            return None
        return None if any(seen[1] <= each <= at_ms for each in self._retracted_ms.get(subject, ())) else seen[1]

    def decision(self, decision: Decision, at_ms: int) -> None:
        """One from `decisions`. What is decided of an alert on its way to endpoints is no answer to an article."""
        if decision.channel is not None:
            return
        source = Source(decision.article.uri, decision.article.version, received_ms(decision))
        if source.received_ms < self._since_ms:
            return
        rule = self._rule(decision.rule.id, decision.rule.version, decision.rule.query)
        told = Told(
            decision.id,
            decision.reason,
            rule,
            decision.story,
            at_ms,
            at_ms,
            place=decision.record,
            alert_id=decision.alert_id,
        )
        self._enter(source, told)

    def copy(self, channel: str, alert: Alert, record: Incoming) -> None:
        """One from a channel's topic."""
        source = Source(alert.article.uri, alert.article.version, received_ms(alert.times))
        if source.received_ms >= self._since_ms:
            self.copies.see(Extra(channel, alert.id, alert.rule.id, record.position), source)

    def was_taken_back(self, decision: Told, alert: Told) -> bool:
        """Whether what the decision names was retracted before the alert: the record was read again after a crash."""
        subject = (decision.rule.id, decision.story)
        return any(decision.first_ms <= each <= alert.first_ms for each in self._retracted_ms.get(subject, ()))

    def letter(self, letter: DeadLetter) -> None:
        """One from `dead-letters`; those of other topics than articles are no matter of the account."""
        if letter.topic == ARTICLES:
            self._letters.add((letter.partition, letter.offset, milliseconds(letter.timestamp)))

    def take(self, source: Source, told: Told) -> None:
        """It tells of an article record that was seen."""
        there = self._told[source]
        there.remove(told)
        if not there:
            del self._told[source]

    def of(self, source: Source) -> list[Told]:
        """What is there for such a record and not taken yet."""
        return list(self._told.get(source, ()))

    def has_letter(self, partition: int, offset: int, at_ms: int) -> bool:
        """Whether the article record became a dead letter."""
        return (partition, offset, at_ms) in self._letters

    def was_told(self, decision: Told) -> bool:
        """Whether the alert is there that a decision names.

        Only what was told within a dedup window is looked for: an older one may be gone.
        """
        if decision.alert_id is None or decision.what not in TOLD_LATELY:
            return True
        return hash(decision.alert_id) in self._alerts

    def left(self) -> Iterator[tuple[Source, Told]]:
        """What no article record took."""
        for source, there in self._told.items():
            for told in there:
                yield source, told

    def _rule(self, rule_id: str, version: int, query: str) -> RuleAsTold:
        rule = RuleAsTold(rule_id, version, query)
        return self._rules.setdefault(rule, rule)

    def _enter(self, source: Source, told: Told) -> None:
        there = self._told.setdefault(source, [])
        for each in there:
            if (each.id, each.rule.version, each.place) == (told.id, told.rule.version, told.place):
                each.count += 1
                each.last_ms = max(each.last_ms, told.last_ms)
                return
        there.append(told)
