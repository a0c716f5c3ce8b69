"""Every article record held against what came out: one alert or one decision for each rule that says yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.alert import AlertKind
from schemas.article import Article
from schemas.envelope import Incoming, moment
from schemas.reasons import HeldReason, RefusalReason
from workers.ledger.balance import Audit, Balance
from workers.ledger.embargoes import Embargoes
from workers.ledger.finding import Finding, Slip
from workers.ledger.outputs import Outputs
from workers.ledger.reach import Reach
from workers.ledger.rules import RulesThen, RuleThen
from workers.ledger.told import BESIDE_ANYTHING, TOLD_LATELY, Source, Told, clipped, same_query
from workers.ledger.withdrawals import Withdrawals, Withdrawn

NOBODY = RuleThen(0, "", frozenset(), 0)


@dataclass(frozen=True, slots=True)
class Clock:
    """How well times can be compared."""

    now_ms: int
    edit_live_ms: int  # workers know an edit so long after its record, and clocks differ by no more
    told_from_ms: int  # decisions of articles received from then on name alerts that must still be there
    holds: bool = True  # articles under embargo are held and come again: there is a topic for that


@dataclass(frozen=True, slots=True)
class Case:
    """An article record that is judged."""

    record: Incoming
    article: Article
    source: Source
    pending: bool  # the workers have not committed it

    @property
    def at_ms(self) -> int:
        """When it came."""
        return self.record.timestamp_ms


@dataclass(frozen=True, slots=True)
class Doubt:
    """A match without an answer whose rule was edited later: until when was the record matched?"""

    partition: int
    offset: int
    lists: frozenset[str]
    from_ms: int  # edits from then on
    to_ms: int  # to then at least would make it a match that cannot be judged
    finding: Finding  # what it is otherwise


class Ledger:
    """Takes the outputs first, then article records in the order of time with the rules at that time."""

    def __init__(
        self, outputs: Outputs, rules: RulesThen, committed: Mapping[int, int], clock: Clock, audit: Audit
    ) -> None:
        self._outputs = outputs
        self._rules = rules
        self._committed = committed
        self._clock = clock
        self._audit = audit
        self._reach = Reach()
        self._embargoes = Embargoes()
        self._withdrawals = Withdrawals(rules, clock.edit_live_ms, clock.now_ms)
        self._doubts: list[Doubt] = []

    def unreadable(self, record: Incoming, reason: RefusalReason, message: str) -> None:
        """An article record that is none: it must be a dead letter."""
        if self._entered(record) or self._has_letter(record):
            self._audit.letters[reason] += 1
            return
        self._audit.find(Finding(Slip.LETTER_MISSING, record=record.position, received=record.received, detail=message))

    def take(self, record: Incoming, article: Article) -> None:
        """An article record: who says yes to it, and what was told."""
        source = Source(article.uri, article.version, clipped(record.timestamp_ms))
        case = Case(record, article, source, self._entered(record))
        self._embargoes.take(record, article, pending=case.pending)
        matched = self._rules.match(article)
        told = [each for each in self._outputs.of(source) if each.place in ("", record.position)]
        answered = not case.pending and not self._has_letter(record)
        self._withdrawals.take(Withdrawn(record, article, matched, answered), told)
        told_ms = 0
        for rule_id in sorted(matched.keys() | {each.rule.id for each in told}):
            taken = self._judge(case, rule_id, matched.get(rule_id), [each for each in told if each.rule.id == rule_id])
            told_ms = max(told_ms, *(each.last_ms for each in taken), 0)
        if told_ms:
            self._reach.note(record.partition, record.offset, told_ms)
        for extra in self._outputs.copies.take_extras(source):
            if not case.pending and not any(each.what is BESIDE_ANYTHING for each in told):
                self._find(Slip.COPY_EXTRA, case, extra.rule_id, f"{extra.record} carries {extra.alert_id}")

    def _entered(self, record: Incoming) -> bool:
        """Counts it; whether it is still to be committed."""
        pending = record.offset >= self._committed.get(record.partition, 0)
        self._audit.articles += 1
        self._audit.pending += pending
        return pending

    def _has_letter(self, record: Incoming) -> bool:
        return self._outputs.has_letter(record.partition, record.offset, clipped(record.timestamp_ms))

    def _judge(self, case: Case, rule_id: str, standing: RuleThen | None, told: Sequence[Told]) -> Sequence[Told]:
        """One rule and one article record; hands back what tells of it."""
        true = [each for each in told if not each.needs_match or self._proven(case, standing, each)]
        decisions = sorted((each for each in true if not each.is_alert), key=lambda each: each.what is BESIDE_ANYTHING)
        alerts = [each for each in true if each.is_alert]
        overtaken = [each for each in decisions if self._is_overtaken(each, alerts)]
        for each in overtaken:
            self._outputs.take(case.source, each)
            self._audit.of(rule_id).repeats += each.count
        decisions = [each for each in decisions if each not in overtaken]
        if any(each.what is not BESIDE_ANYTHING for each in decisions):
            alerts = [each for each in alerts if not self._left_beside(case, each, decisions)]
        for each in (*decisions, *alerts):
            self._take(case, standing or NOBODY, each, decisions)
        self._count(case, rule_id, standing, decisions, alerts)
        return [*decisions, *alerts]

    def _proven(self, case: Case, standing: RuleThen | None, told: Told) -> bool:
        """Whether the rule said yes, as it stands or as it is named; else it is a finding, now or at the end."""
        if standing is not None and same_query(standing.canonical, told.rule.query):
            return True
        answer = self._rules.says_yes(told.rule.query, case.article, *self._while(case, told))
        if answer is None:
            self._audit.unproven += 1
        if answer is not False:
            return True
        told.doubt, told.doubted_at = f"v{told.rule.version} says no to it: {told.rule.query}", case.record.position
        if not told.is_alert:
            self._outputs.take(case.source, told)
            self._find(Slip.NO_MATCH, case, told.rule.id, f"{_named(told)}; {told.doubt}")
        return False

    def _is_overtaken(self, decision: Told, alerts: Sequence[Told]) -> bool:
        """Another article had told of the story, which was taken back before this record was read again and told."""
        return decision.what in TOLD_LATELY and any(
            each.what is AlertKind.CREATED and self._outputs.was_taken_back(decision, each) for each in alerts
        )

    @staticmethod
    def _left_beside(case: Case, alert: Told, decisions: Sequence[Told]) -> bool:
        """An alert beside a decision may tell of another record of the same uri and moment; at the end it is known."""
        if alert.what is not AlertKind.CREATED:
            return False
        alert.doubt, alert.doubted_at = f"and {_named(decisions[0])}", case.record.position
        alert.beside = True
        return True

    def _take(self, case: Case, standing: RuleThen, told: Told, decisions: Sequence[Told]) -> None:
        """It is accounted for. What remains to be said of it: its version, its copies, whether it had to be."""
        self._outputs.take(case.source, told)
        balance = self._audit.of(told.rule.id)
        balance.repeats += told.count - 1
        as_it_stands = told.rule.version == standing.version and same_query(standing.canonical, told.rule.query)
        if told.needs_match and not as_it_stands and self._rules.stood(told.rule, *self._while(case, told)) is False:
            self._find(Slip.STALE_RULE, case, told.rule.id, f"{_named(told)} by v{told.rule.version}")
        if case.pending:
            return
        if not any(each.what is BESIDE_ANYTHING for each in decisions):
            for channel in self._outputs.copies.missing(told, case.source):
                self._find(Slip.COPY_MISSING, case, told.rule.id, f"alerts.{channel} does not carry {told.id}")
        if case.at_ms >= self._clock.told_from_ms and not self._outputs.was_told(told):
            self._find(Slip.NEVER_TOLD, case, told.rule.id, f"{_named(told)} names {told.alert_id}")
        self._check_window(case, standing, told)

    def _while(self, case: Case, told: Told) -> tuple[int, int]:
        """From when to when the record may have been matched for this."""
        slack_ms = self._clock.edit_live_ms
        return min(case.at_ms, told.first_ms) - slack_ms, max(case.at_ms, told.last_ms) + slack_ms

    def _check_window(self, case: Case, standing: RuleThen, told: Told) -> None:
        if told.told_before_ms is None:
            return
        apart_ms = told.first_ms - told.told_before_ms
        if apart_ms >= standing.window_ms - self._clock.edit_live_ms:
            return
        if not self._rules.edited(told.rule.id, standing.lists, told.told_before_ms, told.last_ms):
            self._find(
                Slip.TOLD_AGAIN,
                case,
                told.rule.id,
                f"{told.id} {apart_ms / 1000:g} s after the last; the dedup window is {standing.window_ms / 1000:g} s",
            )

    def _count(
        self,
        case: Case,
        rule_id: str,
        standing: RuleThen | None,
        decisions: Sequence[Told],
        alerts: Sequence[Told],
    ) -> None:
        """A match counts in one place: as its first alert, else as its decision, else as what is wanting."""
        if not (decisions or alerts or standing):
            return
        balance = self._audit.of(rule_id)
        kinds = sorted({each.what for each in alerts if isinstance(each.what, AlertKind)}, key=list(AlertKind).index)
        reasons = list(dict.fromkeys(each.what for each in decisions if isinstance(each.what, HeldReason)))
        if len(set(reasons) - {BESIDE_ANYTHING}) > 1:
            self._find(Slip.TWICE, case, rule_id, " and ".join(_named(each) for each in decisions))
        balance.repeats += len(decisions) + len(alerts) - len(reasons) - len(kinds)
        own = AlertKind.CREATED in kinds or (kinds and not reasons and (standing or alerts[0].needs_match))
        if own:
            balance.told[kinds[0]] += 1
        elif reasons:
            balance.held[reasons[0]] += 1
        elif standing is not None:
            self._want(case, rule_id, standing, balance)
        balance.besides.update(kinds[1:] if own else kinds)

    def _want(self, case: Case, rule_id: str, standing: RuleThen, balance: Balance) -> None:
        """A match without an alert and without a decision."""
        if self._has_letter(case.record):
            balance.put_aside += 1
        elif case.pending:
            balance.pending += 1
        else:
            self._miss(case, rule_id, standing, balance)

    def _miss(self, case: Case, rule_id: str, standing: RuleThen, balance: Balance) -> None:
        """Nothing was told: missing, unless the rule was edited before the article was matched, or just before it."""
        slack_ms, lists = self._clock.edit_live_ms, standing.lists
        from_ms, to_ms = case.at_ms - slack_ms, max(case.at_ms, self._rules.at_ms) + slack_ms
        if self._rules.edited(rule_id, lists, from_ms, to_ms):
            balance.unjudged += 1
            return
        detail = f"v{standing.version} says yes to it: {standing.canonical}"
        finding = Finding(Slip.MISSING, rule_id, case.article.uri, case.record.position, case.record.received, detail)
        if self._rules.edited(rule_id, lists, from_ms, max(to_ms, self._clock.now_ms)):
            record = case.record
            self._doubts.append(Doubt(record.partition, record.offset, lists, from_ms, to_ms, finding))
        else:
            balance.missing += 1
            self._audit.find(finding)

    def close(self) -> Audit:
        """All articles were taken: what is left over?"""
        for doubt in self._doubts:
            self._settle(doubt)
        for source, told in self._outputs.left():
            slip = Slip.TWICE if told.beside else Slip.NO_MATCH if told.doubt else Slip.NO_ARTICLE
            detail = _named(told) + (f"; {told.doubt}" if told.doubt else "")
            where = told.doubted_at or told.place
            self._audit.find(Finding(slip, told.rule.id, source.uri, where, moment(source.received_ms), detail))
        for source, extra in self._outputs.copies.left():
            detail = f"{extra.record} carries {extra.alert_id}"
            received = moment(source.received_ms)
            self._audit.find(Finding(Slip.COPY_EXTRA, extra.rule_id, source.uri, "", received, detail))
        for finding in self._withdrawals.missing():
            self._audit.find(finding)
        if self._clock.holds:
            for finding in self._embargoes.overdue(self._clock.now_ms):
                self._audit.find(finding)
        self._audit.unheard = self._outputs.unheard
        return self._audit

    def _settle(self, doubt: Doubt) -> None:
        until_ms = self._reach.until_ms(doubt.partition, doubt.offset)
        to_ms = max(doubt.to_ms, self._clock.now_ms if until_ms is None else until_ms + self._clock.edit_live_ms)
        balance = self._audit.of(doubt.finding.rule_id)
        if self._rules.edited(doubt.finding.rule_id, doubt.lists, doubt.from_ms, to_ms):
            balance.unjudged += 1
        else:
            balance.missing += 1
            self._audit.find(doubt.finding)

    def _find(self, slip: Slip, case: Case, rule_id: str, detail: str) -> None:
        self._audit.find(Finding(slip, rule_id, case.article.uri, case.record.position, case.record.received, detail))


def _named(told: Told) -> str:
    """What it is, for people."""
    return f"{'alert' if told.is_alert else 'decision'} {told.what} {told.id}"
