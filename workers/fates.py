"""Matches, and what becomes of each of their rules once the claims are answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from schemas.alert import AlertKind
from schemas.article import Article
from schemas.envelope import Incoming, moment
from schemas.reasons import HeldReason
from schemas.rule import Updates
from workers.alerts import Grounds, alert_id, created_tag
from workers.dedup import Answer, ClaimRequest, Placement, Verdict, settle, story_of
from workers.rules.book import LiveRule

_OWNER = re.compile(r"(.+/\d+)/(\d{1,19})@(-?\d{1,19})", re.ASCII)  # see owner_of()


def owner_of(record: Incoming) -> str:
    """Names the record in Redis. The timestamp tells a topic from its successor of the same name."""
    return f"{record.position}@{record.timestamp_ms}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, and its time."""

    partition: str  # with its topic
    offset: int
    timestamp_ms: int


def place_of(owner: str) -> Place | None:
    """That of the record which owner_of() names so; what others wrote has none."""
    found = _OWNER.fullmatch(owner)
    return Place(found[1], int(found[2]), int(found[3])) if found else None


def record_of(owner: str) -> str:
    """The record that an owner of a claim is, as owner_of() names it."""
    return owner.partition("#")[0]


@dataclass(frozen=True, slots=True)
class Match:
    """An article record and rules that said yes to it, as they stood at that moment, of one story."""

    record: Incoming
    article: Article
    story: str
    rules: Mapping[str, LiveRule]
    owner: str  # who claims: the record, and what tells its alert from others of the story
    placement: Placement | None = None  # None for rules that take each article for a story of its own
    words: str = ""  # of the article; see words_of()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by rule id: who got its earlier alert

    @staticmethod
    def of(
        record: Incoming,
        article: Article,
        rules: Mapping[str, LiveRule],
        placement: Placement | None = None,
        words: str = "",
    ) -> Match:
        """Of the placement's story, else of the article's own."""
        own = story_of(article.uri)
        story = placement.story if placement else own
        tag = created_tag(own, story, article.version)
        owner = owner_of(record) + (f"#{tag}" if tag else "")
        return Match(record, article, story, rules, owner, placement, words)

    def request(self) -> ClaimRequest:
        """The claims of all its rules, one call."""
        windows = {rule_id: live.rule.dedup_window_s * 1000 for rule_id, live in self.rules.items()}
        return ClaimRequest(self.story, self.owner, windows)

    def only(self, rule_ids: Iterable[str]) -> Match:
        """The same with some of its rules."""
        return replace(self, rules={each: self.rules[each] for each in rule_ids})

    def parted(self, test: Callable[[str, str], bool]) -> tuple[Match, Match]:
        """The same with the rules for which the test of (owner, rule id) holds, and with the others."""
        yes = [rule_id for rule_id in self.rules if test(self.owner, rule_id)]
        return self.only(yes), self.only(self.rules.keys() - yes)


@dataclass(frozen=True, slots=True)
class Fate:
    """A match, parted by what shall become of its rules."""

    tell: Match
    hold: Match
    update: Match  # the story has reached another number of sources
    wait: Match
    tellers: Mapping[str, str]  # by rule id, of what is held: the owner that was first

    @staticmethod
    def of(match: Match, answers: Mapping[str, Answer], batch: Container[tuple[str, str]]) -> Fate:
        """Part a match by the answers of the claims. What was said before a crash is in none of the parts."""
        verdicts = {rule_id: settle(rule_id, answer, batch) for rule_id, answer in answers.items()}
        held = [each for each, verdict in verdicts.items() if verdict is Verdict.HOLD]
        reached = match.placement is not None and match.placement.reached is not None
        update = [each for each in held if reached and match.rules[each].rule.updates is Updates.SOURCES]
        return Fate(
            tell=match.only(each for each, verdict in verdicts.items() if verdict is Verdict.TELL),
            hold=match.only(each for each in held if each not in update),
            update=match.only(update),
            wait=match.only(each for each, verdict in verdicts.items() if verdict is Verdict.WAIT),
            tellers={each: answer.owner for each, answer in answers.items() if answer.owner is not None},
        )

    def copies_of(self, untold: Container[tuple[str, str]]) -> Iterable[str]:
        """The rules that hold it as a copy of these, (owner, rule id)."""
        held = (*self.hold.rules, *self.update.rules)
        return (rule_id for rule_id in held if (self.tellers.get(rule_id, ""), rule_id) in untold)

    def grounds(self, rule_id: str) -> Grounds:
        """Why a rule of `hold` tells nothing."""
        match, teller = self.hold, self.tellers.get(rule_id, "")
        told = told_id(rule_id, match.story, teller)
        detail = _told_by(teller, told) if teller else "it was told"
        placement = match.placement
        if placement is None or _is_by(teller, match):
            return Grounds(HeldReason.SEEN_ALREADY, detail, told)
        source = f" of {placement.first_source}" if placement.first_source else ""
        likeness = f", {placement.likeness:.0%} like {placement.same_as}" if placement.same_as else ""
        words = f"{detail}; the story began with {placement.first_uri}{source}{likeness}"
        return Grounds(HeldReason.SAME_STORY, words, told, placement.first_uri, placement.likeness)


def _is_by(teller: str, match: Match) -> bool:
    """Whether the article itself told, in this version or another: the owner's tag tells, see created_tag()."""
    own, tag = story_of(match.article.uri), teller.partition("#")[2]
    return tag[:1] in ("", "v") if own == match.story else tag.startswith(own[:16])


def told_id(rule_id: str, story: str, teller: str) -> str:
    """The id of the alert that the owner of a claim told."""
    return alert_id(rule_id, story, AlertKind.CREATED, teller.partition("#")[2])


def _told_by(owner: str, alert: str) -> str:
    """For people: which alert has told of the story, of which record, and when that came."""
    position, _, timestamp_ms = record_of(owner).rpartition("@")
    return f"alert {alert} told of it, from {position} of {moment(int(timestamp_ms)):%Y-%m-%d %H:%M:%S} UTC"
