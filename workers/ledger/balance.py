"""The accounts: rule by rule, matches = alerts + decisions + what is missing or cannot be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.alert import AlertKind
from schemas.reasons import HeldReason, RefusalReason
from workers.ledger.finding import Finding, Slip

if TYPE_CHECKING:
    from workers.ledger.delivered import DeliveryAudit

FINDINGS_MAX = 100_000  # kept with their details; more are counted


@dataclass(slots=True)
class Balance:
    """One rule. A match is an article record to which the rule said yes; each counts in one place only."""

    told: Counter[AlertKind] = field(default_factory=Counter)
    held: Counter[HeldReason] = field(default_factory=Counter)
    put_aside: int = 0  # the article became a dead letter, and can be read now
    missing: int = 0
    unjudged: int = 0  # nothing was told, and the rule or a list of it was edited around that time
    pending: int = 0  # of articles that the workers have not committed yet; no match of the account
    besides: Counter[AlertKind] = field(default_factory=Counter)  # alerts beside a decision, or that need no match
    repeats: int = 0  # records beyond the first of the same alert or decision: after a crash
    slips: Counter[Slip] = field(default_factory=Counter)

    @property
    def matches(self) -> int:
        """All matches that must be accounted for by now."""
        return self.told.total() + self.held.total() + self.put_aside + self.missing + self.unjudged

    def add(self, other: Balance) -> None:
        """Sum up."""
        for name in ("told", "held", "besides", "slips"):
            getattr(self, name).update(getattr(other, name))
        for name in ("put_aside", "missing", "unjudged", "pending", "repeats"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Audit:
    """What came of it."""

    since_ms: int  # judged are article records from this time on, milliseconds since 1970 UTC
    rules: dict[str, Balance] = field(default_factory=dict)  # those that matched, or of which there is an output
    findings: list[Finding] = field(default_factory=list)  # at most FINDINGS_MAX
    slips: Counter[Slip] = field(default_factory=Counter)  # all of them
    articles: int = 0  # records that were read
    pending: int = 0  # of these, not committed yet by the workers
    letters: Counter[RefusalReason] = field(default_factory=Counter)  # of article records that cannot be read
    unheard: Counter[str] = field(default_factory=Counter)  # alerts by channels that their rule names, and are unknown
    unproven: int = 0  # alerts and decisions whose query cannot be asked any more: taken at their word
    kept_from_ms: int = 0  # what is older may be deleted from the topics already
    deliveries: DeliveryAudit | None = None  # the account of deliveries; None where there are no endpoints

    def of(self, rule_id: str) -> Balance:
        """The rule's account."""
        balance = self.rules.get(rule_id)
        if balance is None:
            balance = self.rules[rule_id] = Balance()
        return balance

    def find(self, finding: Finding) -> None:
        """Note a slip."""
        self.slips[finding.slip] += 1
        if finding.rule_id:
            self.of(finding.rule_id).slips[finding.slip] += 1
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)

    @property
    def total(self) -> Balance:
        """All rules together."""
        total = Balance()
        for balance in self.rules.values():
            total.add(balance)
        return total

    def balanced(self, allowed: Collection[str] = ()) -> bool:
        """Whether nothing was found but what is allowed."""
        slips = [*self.slips, *(self.deliveries.slips if self.deliveries else ())]
        return all(slip in allowed for slip in slips)
