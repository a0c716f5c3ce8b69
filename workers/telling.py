"""From a match to the messages that tell of it: evidence, channels, words, envelope. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.alert import Alert, AlertKind, Evidence
from schemas.article import Article
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.envelope import Headers, Incoming, Outgoing, moment
from schemas.reasons import HeldReason
from workers.alerts import alert_id, compose, hold, refer_to_rule
from workers.channels import ChannelBook, route
from workers.dedup import Answer, ClaimRequest, Verdict, settle
from workers.errors import Broken, Refused
from workers.letters import bare, bury, is_bare
from workers.rules.book import LiveRule


def owner_of(record: Incoming) -> str:
    """Names the record in Redis. The timestamp tells a topic from its successor of the same name."""
    return f"{record.position}@{record.timestamp_ms}"


def channel_topic(channel_id: str) -> str:
    """The topic of a channel's subscribers."""
    return f"alerts.{channel_id}"


@dataclass(frozen=True, slots=True)
class Match:
    """An article record and the rules that said yes to it, as they stood at that moment."""

    record: Incoming
    article: Article
    story: str
    rules: Mapping[str, LiveRule]

    @property
    def owner(self) -> str:
        """Who claims; see owner_of."""
        return owner_of(self.record)

    def request(self) -> ClaimRequest:
        """The claims of all its rules, one call."""
        windows = {rule_id: live.rule.dedup_window_s * 1000 for rule_id, live in self.rules.items()}
        return ClaimRequest(self.story, self.owner, windows)

    def only(self, rule_ids: Iterable[str]) -> Match:
        """The same with some of its rules."""
        return Match(self.record, self.article, self.story, {each: self.rules[each] for each in rule_ids})

    def parted(self, test: Callable[[str, str], bool]) -> tuple[Match, Match]:
        """The same with the rules for which the test of (owner, rule id) holds, and with the others."""
        yes = [rule_id for rule_id in self.rules if test(self.owner, rule_id)]
        return self.only(yes), self.only(self.rules.keys() - yes)


@dataclass(frozen=True, slots=True)
class Message:
    """A record in its envelope. An alert has its match, and an original beside the copies for channels."""

    outgoing: Outgoing
    record: Alert | Decision | DeadLetter
    match: Match | None = None
    original: bool = True


@dataclass(frozen=True, slots=True)
class Fate:
    """A match, parted by what shall become of its rules."""

    tell: Match
    hold: Match
    wait: Match
    details: Mapping[str, str]  # by rule id, of what is held: who was first

    @staticmethod
    def of(match: Match, answers: Mapping[str, Answer], batch: Container[tuple[str, str]]) -> Fate:
        """Part a match by the answers of the claims. What was said before a crash is in none of the parts."""
        verdicts = {rule_id: settle(rule_id, answer, batch) for rule_id, answer in answers.items()}
        return Fate(
            tell=match.only(each for each, verdict in verdicts.items() if verdict is Verdict.TELL),
            hold=match.only(each for each, verdict in verdicts.items() if verdict is Verdict.HOLD),
            wait=match.only(each for each, verdict in verdicts.items() if verdict is Verdict.WAIT),
            details={each: _told_by(answer.owner) for each, answer in answers.items() if answer.owner is not None},
        )


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

    def tell(self, match: Match, absent: Container[str]) -> list[Message]:
        """An alert for each rule of the match, on `alerts` and on the topics of its channels.

        Channels that are `absent` have no topic: they count as unknown.
        """
        messages = []
        for live in match.rules.values():
            where = route(live.rule.channels, self._channels, absent)
            alert = compose(
                refer_to_rule(live.rule, live.canonical),
                match.article,
                match.record,
                match.story,
                self._explain(live, match.article),
                where.channels,
                where.unknown,
                self._limits.extra_max_bytes,
            )
            key, value = match.article.uri.encode(), alert.model_dump_json().encode()
            headers = self._headers(alert.id)
            one = match.only([live.rule.id])
            messages.append(Message(Outgoing("alerts", key, value, headers), alert, one))
            messages += [
                Message(Outgoing(channel_topic(name), key, value, headers), alert, one, original=False)
                for name in where.channels
            ]
        return messages

    def hold(self, match: Match, reason: HeldReason, details: Mapping[str, str]) -> list[Message]:
        """A decision for each rule of the match; `details` by rule id."""
        messages = []
        for rule_id, live in match.rules.items():
            seen = reason is HeldReason.SEEN_ALREADY
            decision = hold(
                refer_to_rule(live.rule, live.canonical),
                match.article,
                match.record,
                match.story,
                reason,
                details.get(rule_id, ""),
                alert_id(rule_id, match.story, AlertKind.CREATED) if seen else None,
            )
            value = decision.model_dump_json().encode()
            messages.append(
                Message(Outgoing("decisions", rule_id.encode(), value, self._headers(decision.id)), decision)
            )
        return messages

    def tell_shorter(self, refused: Iterable[Message]) -> list[Message]:
        """What to say instead of messages that the broker refused for their size.

        A decision for each alert, with the topics that it was too large for; a dead letter without what it held.
        Raises Broken for a message that cannot be said more shortly.
        """
        topics: dict[str, list[str]] = {}
        alerts: dict[str, Match] = {}
        shorter: list[Message] = []
        for message in refused:
            if message.match is not None and isinstance(message.record, Alert):
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
            shorter += self.hold(match, HeldReason.TOO_LARGE, dict.fromkeys(match.rules, detail))
        return shorter

    def bury(self, record: Incoming, why: Refused) -> Message:
        """The dead letter of a record that cannot be read."""
        return _letter(bury(record, why, self._limits.dead_letter_max_bytes), record.position.encode())

    def _headers(self, record_id: str) -> Headers:
        return (("id", record_id.encode()), ("matched-at", self._now().isoformat().encode()))


def _told_by(owner: str) -> str:
    """An owner, see owner_of, for people: which record of the story was first, and when it came."""
    position, _, timestamp_ms = owner.rpartition("@")
    return f"told already by the article record {position} of {moment(int(timestamp_ms)):%Y-%m-%d %H:%M:%S} UTC"


def _letter(letter: DeadLetter, key: bytes) -> Message:
    return Message(Outgoing("dead-letters", key, letter.model_dump_json().encode()), letter)
