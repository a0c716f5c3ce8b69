"""What the match worker finds, and what it plans to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schemas.alert import AlertCause, AlertKind
from schemas.article import Article, ArticleStatus
from schemas.envelope import Incoming
from workers.alerts import Grounds
from workers.dedup import ClaimRequest, Departure, Fingerprint, Latest, Sweep, Telling, Visit
from workers.embargo import is_release
from workers.fates import owner_of
from workers.rules.book import LiveRule


@dataclass(frozen=True)
class Found:
    """An article record, and the rules that said yes to it."""

    record: Incoming
    article: Article
    rules: Mapping[str, LiveRule]
    settled: frozenset[str] = frozenset()  # those of the rules of which nothing more is to be told
    overrun: bool = False  # it was told behind its lease: what went ahead meanwhile was judged without knowing of it

    @cached_property
    def owner(self) -> str:
        """The record's name."""
        return owner_of(self.record)

    @property
    def is_plain(self) -> bool:
        """An article like most: nothing that was told before can be changed by it."""
        article = self.article
        return article.version <= 1 and article.status is ArticleStatus.USABLE and not self.under_embargo

    @property
    def matters(self) -> bool:
        """Whether there is anything to do: one that matches nothing may still take back what was told."""
        return bool(self.rules) or not self.is_plain or is_release(self.record)

    @property
    def under_embargo(self) -> bool:
        """Judged at the time of the record, so a repeat judges alike."""
        until = self.article.embargoed_until
        return until is not None and until > self.record.received


@dataclass(frozen=True, slots=True)
class Follow:
    """An alert that follows on what was told, to those who were told it."""

    rule_id: str
    live: LiveRule | None  # None: the rule is gone
    kind: AlertKind
    cause: AlertCause
    version: int
    before: Telling


@dataclass(slots=True)
class Plan:
    """What to do about a record. The rules to claim are not settled by it."""

    found: Found
    version: int
    claim: dict[str, LiveRule] = field(default_factory=dict)
    decide: list[tuple[LiveRule, Grounds]] = field(default_factory=list)
    follows: list[Follow] = field(default_factory=list)
    forget: list[tuple[str, Telling]] = field(default_factory=list)  # whose claims others may have
    latest: Latest | None = None  # to be remembered
    always: bool = False  # remember it even if nothing is told
    embargo: bool = False  # to be put on `held`
    held: int | None = None  # the version that stands there, as far as is known
    unhold: set[int] = field(default_factory=set)  # the versions to be taken from there
    kill: Latest | None = None  # to be put on `kills`
    sweep: Sweep | None = None  # with it, where it names no version
    swept: Sweep | None = None  # what takes it back
    traits: Fingerprint | None = None
    words: str = ""

    def forgets(self) -> list[ClaimRequest]:
        """The claims to give back."""
        return [ClaimRequest(told.story, told.claim, {rule_id: 0}) for rule_id, told in self.forget if told.claim]

    def departure(self, visit: Visit, told: Mapping[str, Telling]) -> Departure:
        """What to remember, with what was told."""
        latest = self.latest if self.always or told else None
        held = self.version if self.embargo else None
        return Departure(visit, latest, held, self.embargo or self.held in self.unhold, told, self.sweep)

    def let_go(self) -> None:
        """Nothing is to be held any more of this version, nor of the one that stands there, unless it is newer."""
        self.unhold.add(self.version)
        self.replace()

    def replace(self) -> None:
        """Of the version that stands there, unless it is newer."""
        if self.held is not None and self.held <= self.version:
            self.unhold.add(self.held)
