"""Alerts that had to be taken back: by a kill, or by a newer version of the article to which the rule says no."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from schemas.alert import AlertKind
from schemas.article import Article, ArticleStatus
from schemas.envelope import Incoming
from workers.ledger.finding import Finding, Slip
from workers.ledger.rules import RulesThen
from workers.ledger.told import Told


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An article record that may take an alert back."""

    record: Incoming
    article: Article
    matched: Collection[str]  # rules that say yes to it
    answered: bool  # it is committed, and no dead letter

    @property
    def takes_all(self) -> bool:
        """Whatever the rules say."""
        return self.article.status is not ArticleStatus.USABLE

    def means(self, version: int) -> bool:
        """Whether it withdraws an alert of this version of its uri, if the rule is no reason to let it stand."""
        if self.takes_all:
            return self.article.kills_all or self.article.version >= version
        until = self.article.embargoed_until
        if until is not None and until > self.record.received:
            return False  # what is held changes nothing before its time
        # Version 1 is not looked up when it matches nothing: see docs/decisions/what-was-told.md.
        return self.article.version > max(version, 1)


@dataclass(frozen=True, slots=True)
class _Alert:
    told: Told
    version: int


class Withdrawals:
    """Goes along with the article records, in the order of time. Keeps each alert that stands, by uri and rule."""

    def __init__(self, rules: RulesThen, edit_live_ms: int, now_ms: int) -> None:
        self._rules = rules
        self._edit_live_ms = edit_live_ms
        self._now_ms = now_ms
        self._alerts: dict[str, dict[str, _Alert]] = {}
        self._newest: dict[str, int] = {}  # of the uris above: the latest version that came since
        self._wanted: dict[tuple[str, str], Finding] = {}

    def take(self, by: Withdrawn, told: Sequence[Told]) -> None:
        """An article record, and all that tells of it."""
        uri, version = by.article.uri, by.article.version
        standing = self._alerts.get(uri, {})
        answered = {each.rule.id for each in told}
        is_late = version < self._newest.get(uri, 0) and not by.article.kills_all
        if by.answered and not is_late:
            for rule_id, alert in standing.items():
                if rule_id in answered or rule_id in by.matched:  # a match without an answer is missing as such
                    continue
                if by.means(alert.version) and self._says_no(by, alert):
                    self._want(by, rule_id, alert)
        if standing:
            self._newest[uri] = max(version, self._newest.get(uri, 0))
        for each in told:
            self._note(uri, version, each)

    def _note(self, uri: str, version: int, told: Told) -> None:
        if not told.is_alert:
            return
        if told.what is not AlertKind.RETRACTED:
            self._alerts.setdefault(uri, {})[told.rule.id] = _Alert(told, version)
            return
        self._wanted.pop((uri, told.rule.id), None)
        standing = self._alerts.get(uri, {})
        standing.pop(told.rule.id, None)
        if not standing:
            self._alerts.pop(uri, None)
            self._newest.pop(uri, None)

    def _says_no(self, by: Withdrawn, alert: _Alert) -> bool:
        """Surely, and the rule is as it was when it told: of a rule that was edited since, nothing is wanted."""
        if by.takes_all:
            return True
        rule, at_ms, slack_ms = alert.told.rule, by.record.timestamp_ms, self._edit_live_ms
        if self._rules.edited(rule.id, frozenset(), alert.told.first_ms, self._now_ms):
            return False
        if not self._rules.stood(rule, at_ms - slack_ms, at_ms + slack_ms):
            return False
        return self._rules.says_yes(rule.query, by.article, alert.told.first_ms, at_ms + slack_ms) is False

    def _want(self, by: Withdrawn, rule_id: str, alert: _Alert) -> None:
        why = f"is {by.article.status}" if by.takes_all else "is a version to which the rule says no"
        detail = f"the article {why}, and alert {alert.told.id} was not retracted"
        finding = Finding(
            Slip.RETRACTION_MISSING, rule_id, by.article.uri, by.record.position, by.record.received, detail
        )
        self._wanted.setdefault((by.article.uri, rule_id), finding)

    def missing(self) -> Iterator[Finding]:
        """What was never taken back."""
        yield from self._wanted.values()
