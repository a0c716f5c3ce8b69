"""From what shall be told to the messages that tell it: evidence, channels, words, envelope. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from schemas.alert import Alert, AlertCause, AlertKind, Evidence, RuleReference
from schemas.article import Article
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.envelope import Headers, Incoming, Outgoing
from schemas.reasons import HeldReason
from workers.alerts import NO_EVIDENCE, Grounds, Occasion, alert_id, compose, hold, refer_to_rule, version_tag
from workers.channels import ChannelBook, Route, route
from workers.dedup import Telling, story_of
from workers.errors import Broken, Refused
from workers.fates import Match, record_of, told_id
from workers.letters import bare, bury, is_bare
from workers.plans import Follow, Found
from workers.recalling import trace
from workers.rules.book import LiveRule


def channel_topic(channel_id: str) -> str:
    """The topic of a channel's subscribers."""
    return f"alerts.{channel_id}"


@dataclass(frozen=True, slots=True)
class Message:
    """A record in its envelope. An alert has its match, and an original beside the copies for channels."""

    outgoing: Outgoing
    record: Alert | Decision | DeadLetter | None  # None: an article that is held
    match: Match | None = None
    original: bool = True
    telling: Telling | None = None  # what to remember once it is told

    @property
    def rule_id(self) -> str:
        """Of an alert or a decision; empty for what no rule has said."""
        return self.record.rule.id if isinstance(self.record, Alert | Decision) else ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes out; settings."""

    extra_max_bytes: int
    dead_letter_max_bytes: int


class Teller:
    """Makes messages; keeps only what it needs to make them."""

    def __init__(
        self,
        channels: ChannelBook,
        explain: Callable[[LiveRule, Article], Evidence],
        now: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._channels = channels
        self._explain = explain
        self._now = now
        self._limits = limits

    def channels_of(self, live: LiveRule) -> tuple[str, ...]:
        """Whom an alert of the rule goes to, if they are there: channels it names, and channels that pick it."""
        return self._channels.wanted_by(live.rule)

    def tell(self, match: Match, absent: Container[str]) -> list[Message]:
        """An alert for each rule of the match, on `alerts` and on the topics of its channels.

        Channels that are `absent` have no topic: they count as unknown.
        """
        messages: list[Message] = []
        for rule_id, live in match.rules.items():
            occasion = Occasion(told_id(rule_id, match.story, match.owner))
            messages += self._say(occasion, match.only([rule_id]), live, absent, match.owner)
        return messages

    def update(self, match: Match, tellers: Mapping[str, str], absent: Container[str]) -> list[Message]:
        """The story has reached another number of sources; `tellers` told of it, by rule."""
        messages: list[Message] = []
        reached = match.placement.reached if match.placement else None
        for rule_id, live in match.rules.items():
            occasion = Occasion(
                alert_id(rule_id, match.story, AlertKind.UPDATED, f"s{reached}"),
                AlertKind.UPDATED,
                AlertCause.SOURCES,
                told_id(rule_id, match.story, tellers[rule_id]),
                reached,
            )
            messages += self._say(occasion, match.only([rule_id]), live, absent, "")
        return messages

    def _say(
        self, occasion: Occasion, match: Match, live: LiveRule, absent: Container[str], claim: str
    ) -> list[Message]:
        where = route(self.channels_of(live), self._channels, absent)
        rule = refer_to_rule(live.rule, live.canonical)
        return self._sent(occasion, match, rule, self._explain(live, match.article), where, claim)

    def follow(self, found: Found, follow: Follow, words: str, absent: Container[str]) -> list[Message]:
        """An alert to those who got the one before it, whatever the rule's channels are now."""
        before = follow.before
        where = Route(
            tuple(name for name in before.channels if name not in absent),
            tuple(name for name in before.channels if name in absent),
        )
        tag = version_tag(story_of(found.article.uri), follow.version)
        occasion = Occasion(
            alert_id(follow.rule_id, before.story, follow.kind, tag), follow.kind, follow.cause, before.alert_id
        )
        live = follow.live
        match = Match.of(found.record, found.article, {follow.rule_id: live} if live else {}, words=words)
        match = replace(match, story=before.story)
        told = follow.kind is not AlertKind.RETRACTED
        evidence = self._explain(live, found.article) if told and live else NO_EVIDENCE
        rule = refer_to_rule(live.rule, live.canonical) if live else _gone(follow.rule_id, before)
        return self._sent(occasion, match, rule, evidence, where, before.claim, follow.version)

    def _sent(
        self,
        occasion: Occasion,
        match: Match,
        rule: RuleReference,
        evidence: Evidence,
        where: Route,
        claim: str,
        version: int | None = None,
    ) -> list[Message]:
        """The alert on `alerts`, and the same on the topics of its channels."""
        article = match.article
        extra_max_bytes = 0 if occasion.kind is AlertKind.RETRACTED else self._limits.extra_max_bytes
        alert = compose(
            *(occasion, rule, article, match.record, match.story, evidence),
            *(where.channels, where.unknown, extra_max_bytes),
        )
        telling = Telling(
            alert_id=alert.id,
            kind=alert.kind,
            version=article.version if version is None else version,
            owner=record_of(match.owner),
            story=match.story,
            claim=claim,
            words=match.words,
            channels=where.channels,
            rule_name=rule.name,
            rule_version=rule.version,
            priority=rule.priority,
            previous=occasion.previous or "",
        ).to(match.before.get(rule.id, ()))
        key, value = article.uri.encode(), alert.model_dump_json().encode()
        headers = self._headers(alert.id) + trace(telling, alert.channels)
        return [
            Message(Outgoing("alerts", key, value, headers), alert, match, telling=telling),
            *(
                Message(Outgoing(channel_topic(name), key, value, headers), alert, match, original=False)
                for name in where.channels
            ),
        ]

    def hold(self, match: Match, grounds: Callable[[str], Grounds]) -> list[Message]:
        """A decision for each rule of the match, on the grounds for each rule id."""
        return [
            self.decide(live, match.article, match.record, match.story, grounds(rule_id))
            for rule_id, live in match.rules.items()
        ]

    def decide(self, live: LiveRule, article: Article, record: Incoming, story: str, grounds: Grounds) -> Message:
        """A decision."""
        decision = hold(refer_to_rule(live.rule, live.canonical), article, record, story, grounds)
        value = decision.model_dump_json().encode()
        return Message(Outgoing("decisions", live.rule.id.encode(), value, self._headers(decision.id)), decision)

    def tell_shorter(self, refused: Iterable[Message]) -> list[Message]:
        """What to say instead of messages that the broker refused for their size.

        A decision for each alert, with the topics that it was too large for; a dead letter without what it held.
        Raises Broken for a message that cannot be said more shortly.
        """
        topics: dict[str, list[str]] = {}
        alerts: dict[str, Match] = {}
        shorter: list[Message] = []
        for message in refused:
            if message.match is not None and message.match.rules and isinstance(message.record, Alert):
                alerts[message.record.id] = message.match
                topics.setdefault(message.record.id, []).append(message.outgoing.topic)
            elif isinstance(message.record, DeadLetter) and not is_bare(message.record):
                shorter.append(_letter(bare(message.record), message.outgoing.key))
            else:
                raise Broken(
                    f"the broker refuses a record of {message.outgoing.topic} for its size: see `wirewatch topics list`"
                )
        for alert, match in alerts.items():
            detail = f"the broker refused the alert for its size on {', '.join(topics[alert])}"
            shorter += self.hold(match, partial(_too_large, detail))
        return shorter

    def bury(self, record: Incoming, why: Refused) -> Message:
        """The dead letter of a record that cannot be read."""
        return _letter(bury(record, why, self._limits.dead_letter_max_bytes), record.position.encode())

    def _headers(self, record_id: str) -> Headers:
        return (("id", record_id.encode()), ("matched-at", self._now().isoformat().encode()))


def _too_large(detail: str, _: str) -> Grounds:
    return Grounds(HeldReason.TOO_LARGE, detail)


def _gone(rule_id: str, before: Telling) -> RuleReference:
    """A rule that does not stand any more, by what is remembered of it."""
    return RuleReference(
        id=rule_id, name=before.rule_name, version=before.rule_version, query="", priority=before.priority
    )


def _letter(letter: DeadLetter, key: bytes) -> Message:
    return Message(Outgoing("dead-letters", key, letter.model_dump_json().encode()), letter)
