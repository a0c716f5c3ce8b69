"""THE SENTENCE: read, match, place, claim, publish, remember, confirm; the caller commits.

The order is the argument for "at least once" (docs/decisions/claim-before-publish.md, what-was-told.md):

1. read      every record becomes an article, or a dead letter
2. match     which live rules say yes
3. place     which version is it, of which story? From here on no other record is at work on its uri
4. claim     is this rule the first to tell of this story? A lease guards against the dead
5. publish   alerts, decisions, dead letters, kills and what is held; wait until the broker has them all.
             What names an alert of the batch goes behind it: the broker may refuse that for its size
6. remember  who was told what of which version, for as long as `alerts` keeps it; others may come to the uri
7. confirm   told, for the rule's dedup window; what was retracted is given back
8. commit    the caller's: the input's offset

A crash between any two repeats the batch: own claims are taken back, the same ids and bytes go out.
Nothing is waited for while claims are held, so two workers cannot block each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from schemas.article import Article
from schemas.envelope import Incoming
from workers.claiming import claim, claimed_by, give_back
from workers.dedup import Answer, Claims, Telling, story_of
from workers.embargo import hold, let_go
from workers.errors import Refused
from workers.fates import Fate, Match, record_of
from workers.placing import Placed, Placer, behind
from workers.plans import Found, Plan
from workers.publishing import publish
from workers.recalling import killed
from workers.rules.book import Book
from workers.streams.outbox import Outbox
from workers.tally import Tally
from workers.telling import Message, Teller, channel_topic
from workers.thinking import Think, each_in_turn
from workers.waves import waves

WAIT_S = 0.2  # between two questions after what another worker has claimed


class Step(IntEnum):
    """The numbered steps, for failpoints."""

    READ = 1
    MATCHED = 2
    PLACED = 3
    CLAIMED = 4
    PUBLISHED = 5
    REMEMBERED = 6
    CONFIRMED = 7
    COMMITTED = 8


class Pipeline:
    """Takes batches of article records through the steps. Running a batch again is safe."""

    def __init__(
        self,
        read: Callable[[bytes | None], Article],
        book: Book,
        teller: Teller,
        placer: Placer,
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
        self._placer = placer
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
        found = await self._match_all(articles, tally)
        self._passed(Step.MATCHED)
        for wave in waves(found) or [[]]:
            await self._tell_all(wave, messages, batch, tally)
            messages = []
        return tally

    async def _tell_all(
        self, found: Sequence[Found], messages: list[Message], batch: Sequence[Incoming], tally: Tally
    ) -> None:
        """Until all is told. What another worker is at work on waits, and so does what stands behind it."""
        while True:
            placed = await self._placer.place(found, batch)
            self._passed(Step.PLACED)
            fates = await self._claim_all(placed, batch)
            self._passed(Step.CLAIMED)
            messages += await self._compose_all(placed.plans, fates)
            untold = await publish(self._outbox, self._teller, messages, tally)
            self._passed(Step.PUBLISHED)
            overrun = await self._placer.leave(placed, _told(messages, untold))
            self._passed(Step.REMEMBERED)
            await self._settle(fates, placed.plans, untold)
            self._passed(Step.CONFIRMED)
            found, messages = _in_order([*placed.busy, *_again(placed, fates, overrun, untold)]), []
            if not found:
                return
            self._got_on()  # we wait knowingly: a dead worker's lease may last as long as the watchdog's patience
            await self._sleep(WAIT_S)

    async def _claim_all(self, placed: Placed, batch: Sequence[Incoming]) -> list[Fate]:
        """What becomes of each match. What stands behind one that waits gives back its claims and comes later."""
        matches = placed.matches
        answers = await claim(self._claims, matches, batch, self._placer.witness)
        fates, late = _parted(matches, answers)
        put_off = [(fate.tell, answer) for fate, answer in zip(fates, answers, strict=True) if late(fate.tell.record)]
        if put_off:
            await give_back(self._claims, put_off, self._placer.witness)
        await self._placer.put_off(placed, late)
        return [fate for fate in fates if not late(fate.tell.record)]

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

    async def _match_all(self, articles: Sequence[tuple[Incoming, Article]], tally: Tally) -> list[Found]:
        """What there is something to do about: most articles match nothing, and cost Redis nothing."""
        found: list[Found] = []

        def match(pair: tuple[Incoming, Article]) -> None:
            each = Found(*pair, self._book.match(pair[1]))
            self._got_on()
            tally.matches += len(each.rules)
            if each.matters:
                found.append(each)

        await each_in_turn(self._think, articles, match)
        return found

    async def _compose_all(self, plans: Sequence[Plan], fates: Sequence[Fate]) -> list[Message]:
        messages: list[Message] = []
        absent = await self._absent(plans, fates)

        by_record: dict[str, list[Fate]] = {}
        for fate in fates:
            by_record.setdefault(record_of(fate.tell.owner), []).append(fate)

        def compose(plan: Plan) -> None:
            messages.extend(self._carry_out(plan, absent))
            for fate in by_record.get(plan.found.owner, ()):
                messages.extend(self._teller.tell(fate.tell, absent))
                messages.extend(self._teller.update(fate.update, fate.tellers, absent))
                messages.extend(self._teller.hold(fate.hold, fate.grounds))
            self._got_on()

        await each_in_turn(self._think, plans, compose)
        return messages

    def _carry_out(self, plan: Plan, absent: Container[str]) -> list[Message]:
        """What there is to say of a record besides what it claims."""
        found, messages = plan.found, list[Message]()
        for follow in plan.follows:
            messages += self._teller.follow(found, follow, plan.words, absent)
        for live, grounds in plan.decide:
            story = story_of(found.article.uri)
            messages.append(self._teller.decide(live, found.article, found.record, story, grounds))
        if plan.embargo:
            messages.append(Message(hold(found.article, found.record), None))
        if plan.unhold:
            whatever = plan.sweep is not None
            messages += [Message(gone, None) for gone in let_go(found.article, plan.unhold, found.record, whatever)]
        if plan.kill is not None:
            messages.append(Message(killed(found.article.uri, plan.kill, plan.sweep), None))
        return messages

    async def _absent(self, plans: Sequence[Plan], fates: Sequence[Fate]) -> Container[str]:
        """Channels to be told that have no topic: they are named in the alerts as unknown."""
        matches = [match for fate in fates for match in (fate.tell, fate.update)]
        names = {name for match in matches for live in match.rules.values() for name in self._teller.channels_of(live)}
        names |= {name for plan in plans for follow in plan.follows for name in follow.before.channels}
        missing = await self._outbox.missing([channel_topic(name) for name in names]) if names else ()
        return _Absent(frozenset(name for name in names if channel_topic(name) not in missing))

    async def _settle(self, fates: Sequence[Fate], plans: Sequence[Plan], untold: Container[tuple[str, str]]) -> None:
        """Confirm what was told; what the broker refused is given back, so that a later version can be told.

        So is what was retracted: an article of another source may tell of the story.
        """
        parts = [fate.tell.parted(lambda owner, rule_id: (owner, rule_id) in untold) for fate in fates]
        await self._claims.confirm([match.request() for _, match in parts if match.rules])
        given_back = [match.request() for match, _ in parts if match.rules]
        if given_back:
            await self._claims.release(given_back)
        again = [
            match.request() for fate in fates for match in (fate.hold, fate.update) if match.placement and match.rules
        ]
        if again:
            await self._claims.prolong(again)
        retracted = [request for plan in plans for request in plan.forgets()]
        if retracted:
            await self._claims.forget(retracted)


@dataclass(frozen=True, slots=True)
class _Absent:
    """All channels but those that have a topic: also one that picks since that was asked, of which nobody knows."""

    there: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name not in self.there


def _parted(
    matches: Sequence[Match], answers: Sequence[Mapping[str, Answer]]
) -> tuple[list[Fate], Callable[[Incoming], bool]]:
    """What becomes of each match, and which records come later: those that stand behind one that waits.

    What a record that comes later has claimed is not told yet, and may never be: its copies in the batch wait too.
    """
    claimed = claimed_by(matches)
    while True:
        fates = [Fate.of(match, answer, claimed) for match, answer in zip(matches, answers, strict=True)]
        late = behind(fate.wait.record for fate in fates if fate.wait.rules)
        told = claimed_by([match for match in matches if not late(match.record)])
        if told == claimed:
            return fates, late
        claimed = told


def _in_order(found: Sequence[Found]) -> list[Found]:
    """As they stand on their partitions."""
    return sorted(found, key=lambda each: (each.record.partition, each.record.offset))


def _told(messages: Sequence[Message], untold: Container[tuple[str, str]]) -> dict[tuple[str, str], Telling]:
    """What to remember, by record and rule."""
    return {
        (record_of(message.match.owner), message.rule_id): message.telling
        for message in messages
        if message.telling is not None
        and message.match is not None
        and (message.match.owner, message.rule_id) not in untold
    }


def _again(
    placed: Placed, fates: Sequence[Fate], overrun: Sequence[Found], untold: Container[tuple[str, str]]
) -> list[Found]:
    """What is to be done once more: the rules that wait, and copies of what the broker refused, which nobody has told;
    of what was overrun nothing but what must be taken back."""
    waiting: dict[str, set[str]] = {}
    for fate in fates:
        rules = {*fate.wait.rules, *fate.copies_of(untold)}
        if rules:
            waiting.setdefault(record_of(fate.wait.owner), set()).update(rules)
    late = {found.owner for found in overrun}
    again = [each.found for each in placed.plans if each.found.owner in waiting or each.found.owner in late]
    return [
        replace(each, settled=frozenset(each.rules) - waiting.get(each.owner, set()), overrun=each.owner in late)
        for each in again
    ]
