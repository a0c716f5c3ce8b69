"""THE SENTENCE: read, match, claim, publish, confirm; the caller commits.

The order is the argument for "at least once" (docs/decisions/claim-before-publish.md):

1. read     every record becomes an article, or a dead letter
2. match    which live rules say yes
3. claim    is this rule the first to tell of this story? A lease guards against the dead
4. publish  alerts, decisions and dead letters; wait until the broker has them all
5. confirm  told, for the rule's dedup window
6. commit   the caller's: the input's offset

A crash between any two repeats the batch: own claims are taken back, the same ids and bytes go out.
Nothing is waited for while claims are held, so two workers cannot block each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Sequence
from enum import IntEnum

from schemas.article import Article, ArticleStatus
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.dedup import Answer, ClaimRequest, Claims, Outcome, story_of
from workers.errors import Refused
from workers.rules.book import Book
from workers.streams.outbox import Outbox
from workers.tally import Tally
from workers.telling import Fate, Match, Message, Teller, channel_topic, owner_of
from workers.thinking import Think, each_in_turn

WAIT_S = 0.2  # between two questions after a story that another worker has claimed


class Step(IntEnum):
    """The numbered steps, for failpoints."""

    READ = 1
    MATCHED = 2
    CLAIMED = 3
    PUBLISHED = 4
    CONFIRMED = 5
    COMMITTED = 6


class Pipeline:
    """Takes batches of article records through the five steps. Running a batch again is safe."""

    def __init__(
        self,
        read: Callable[[bytes | None], Article],
        book: Book,
        teller: Teller,
        claims: Claims,
        outbox: Outbox,
        sleep: Callable[[float], Awaitable[None]],
        passed: Callable[[Step], None],
        think: Think,
        got_on: Callable[[], None],
    ) -> None:
        self._read = read
        self._book = book
        self._teller = teller
        self._claims = claims
        self._outbox = outbox
        self._sleep = sleep
        self._passed = passed
        self._think = think
        self._got_on = got_on  # hears of each article that is read, matched or told, for the watchdog

    async def run(self, batch: Sequence[Incoming]) -> Tally:
        """Tell of a batch. Raises Unavailable (run it again) or Broken (stop, commit nothing)."""
        tally = Tally(articles=len(batch))
        articles, messages = await self._read_all(batch)
        self._passed(Step.READ)
        matches, withheld = await self._match_all(articles, tally)
        messages += withheld
        self._passed(Step.MATCHED)
        batch_claims = {(match.owner, rule_id) for match in matches for rule_id in match.rules}
        while True:
            answers = await self._claim(matches, batch, batch_claims)
            self._passed(Step.CLAIMED)
            fates = [Fate.of(match, answer, batch_claims) for match, answer in zip(matches, answers, strict=True)]
            absent = await self._absent(fates)
            messages += await self._compose_all(fates, absent)
            untold = await self._publish(messages, tally)
            self._passed(Step.PUBLISHED)
            await self._settle([fate.tell for fate in fates if fate.tell.rules], untold)
            self._passed(Step.CONFIRMED)
            matches, messages = [fate.wait for fate in fates if fate.wait.rules], []
            if not matches:
                return tally
            await self._sleep(WAIT_S)

    async def _read_all(self, batch: Sequence[Incoming]) -> tuple[list[tuple[Incoming, Article]], list[Message]]:
        articles: list[tuple[Incoming, Article]] = []
        letters: list[Message] = []

        def read(record: Incoming) -> None:
            try:
                articles.append((record, self._read(record.value)))
            except Refused as why:
                letters.append(self._teller.bury(record, why))
            self._got_on()

        await each_in_turn(self._think, batch, read)
        return articles, letters

    async def _match_all(
        self, articles: Sequence[tuple[Incoming, Article]], tally: Tally
    ) -> tuple[list[Match], list[Message]]:
        """The matches that may be told, and decisions for those of articles that may not be used (yet)."""
        matches: list[Match] = []
        withheld: list[Message] = []

        def match(pair: tuple[Incoming, Article]) -> None:
            record, article = pair
            rules = self._book.match(article)
            self._got_on()
            if not rules:
                return
            tally.matches += len(rules)
            found = Match(record, article, story_of(article.uri), rules)
            barred = bar(record, article)
            if barred is None:
                matches.append(found)
            else:
                reason, detail = barred
                withheld.extend(self._teller.hold(found, reason, dict.fromkeys(rules, detail)))

        await each_in_turn(self._think, articles, match)
        return matches, withheld

    async def _claim(
        self, matches: Sequence[Match], batch: Sequence[Incoming], batch_claims: Container[tuple[str, str]]
    ) -> list[dict[str, Answer]]:
        """Ask for all. What a record of this batch claimed before a crash and matches no more is given back first."""
        requests = [match.request() for match in matches]
        if not requests:
            return []
        answers = await self._claims.claim(requests)
        elsewhere = [
            ClaimRequest(request.story, answer.owner, {rule_id: 0})
            for request, by_rule in zip(requests, answers, strict=True)
            for rule_id, answer in by_rule.items()
            if answer.outcome is Outcome.CLAIMED_ELSEWHERE
            and answer.owner is not None
            and (answer.owner, rule_id) not in batch_claims
        ]
        ours = {owner_of(record) for record in batch} if elsewhere else set()
        left_over = [request for request in elsewhere if request.owner in ours]
        if not left_over:
            return answers
        await self._claims.release(left_over)
        return await self._claims.claim(requests)

    async def _absent(self, fates: Sequence[Fate]) -> frozenset[str]:
        """Channels of the rules to be told that have no topic: they are named in the alerts as unknown."""
        names = {name for fate in fates for live in fate.tell.rules.values() for name in live.rule.channels}
        if not names:
            return frozenset()
        missing = await self._outbox.missing([channel_topic(name) for name in names])
        return frozenset(name for name in names if channel_topic(name) in missing)

    async def _settle(self, told: Sequence[Match], untold: Container[tuple[str, str]]) -> None:
        """Confirm what was told; what the broker refused is given back, so that a later version can be told."""
        parts = [match.parted(lambda owner, rule_id: (owner, rule_id) in untold) for match in told]
        await self._claims.confirm([match.request() for _, match in parts if match.rules])
        given_back = [match.request() for match, _ in parts if match.rules]
        if given_back:
            await self._claims.release(given_back)

    async def _compose_all(self, fates: Sequence[Fate], absent: Container[str]) -> list[Message]:
        messages: list[Message] = []

        def compose(fate: Fate) -> None:
            messages.extend(self._teller.tell(fate.tell, absent))
            messages.extend(self._teller.hold(fate.hold, HeldReason.SEEN_ALREADY, fate.details))
            self._got_on()

        await each_in_turn(self._think, fates, compose)
        return messages

    async def _publish(self, messages: Sequence[Message], tally: Tally) -> frozenset[tuple[str, str]]:
        """Send. What the broker refuses for its size is told in fewer words, once: an alert as a decision.

        Returns (owner, rule id) of the alerts that were not told.
        """
        refused = {id(each) for each in await self._outbox.publish([message.outgoing for message in messages])}
        tally.count(message.record for message in messages if message.original and id(message.outgoing) not in refused)
        if not refused:
            return frozenset()
        large = [message for message in messages if id(message.outgoing) in refused]
        await self._publish(self._teller.tell_shorter(large), tally)
        return frozenset(
            (message.match.owner, rule_id)
            for message in large
            if message.original and message.match is not None
            for rule_id in message.match.rules
        )


def bar(record: Incoming, article: Article) -> tuple[HeldReason, str] | None:
    """Why an article may not be told of, if so. Judged at the time of its record, so a repeat judges alike."""
    if article.status is not ArticleStatus.USABLE:
        return HeldReason.NOT_USABLE, f"the article's status is {article.status}"
    if article.embargoed_until is not None and article.embargoed_until > record.received:
        return HeldReason.EMBARGOED, f"under embargo until {article.embargoed_until.isoformat()}"
    return None
