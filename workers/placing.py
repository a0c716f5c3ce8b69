"""Which version is it, of which story? Asks what is remembered, plans, and asks for the stories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from schemas.alert import AlertKind
from schemas.envelope import Incoming
from schemas.rule import Dedup
from workers.dedup import Departure, Entry, Known, Placement, Stories, Telling, Visit
from workers.fates import Match, owner_of
from workers.planning import plan
from workers.plans import Found, Plan
from workers.rules.book import Book, LiveRule
from workers.thinking import Think, each_in_turn


class Memory(Protocol):
    """What is remembered, whole: see Told and Recalling."""

    async def enter(self, visits: Sequence[Visit]) -> list[Entry]:
        """See Told.enter; never raises Forgotten."""
        ...

    async def leave(self, departures: Sequence[Departure]) -> list[bool]:
        """See Told.leave."""
        ...

    async def witness(self, claims: Collection[tuple[str, str]], since_ms: int) -> Collection[tuple[str, str]]:
        """Which of these (owner of a claim, rule id) have told since then, as the topic `alerts` has it."""
        ...


@dataclass(slots=True)
class Placed:
    """What is at work now, and what waits because another record is at work on its uri."""

    visits: dict[str, Visit] = field(default_factory=dict)  # by uri
    known: dict[str, Known] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)  # to be claimed
    busy: list[Found] = field(default_factory=list)

    def put_off(self, behind: Callable[[Incoming], bool]) -> list[Departure]:
        """Take out the records that must come later; hands back how their uris are to be left, with nothing told."""
        later = [each for each in self.plans if behind(each.found.record)]
        self.plans = [each for each in self.plans if not behind(each.found.record)]
        self.matches = [each for each in self.matches if not behind(each.record)]
        self.busy += [each.found for each in later]
        stay = {each.found.article.uri for each in self.plans}
        uris = dict.fromkeys(each.found.article.uri for each in later)
        return [Departure(self.visits.pop(uri)) for uri in uris if uri not in stay]

    def departures(self, told: Mapping[tuple[str, str], Telling]) -> list[Departure]:
        """What to remember, one a uri; `told` by record and rule id."""
        made: dict[str, Departure] = {}
        by_record: dict[str, dict[str, Telling]] = {}
        for (owner, rule_id), telling in told.items():
            by_record.setdefault(owner, {})[rule_id] = telling
        for each in self.plans:
            found = each.found
            visit = self.visits[found.article.uri]
            departure = each.departure(visit, by_record.get(found.owner, {}))
            before = made.get(visit.uri)
            made[visit.uri] = departure if before is None else _both(before, departure)
        return list(made.values())

    def before(self, uri: str) -> dict[str, tuple[str, ...]]:
        """By rule id, who got an alert that stands: told again after the window, a retraction must reach them too."""
        tellings = self.known[uri].tellings.items()
        return {rule_id: told.channels for rule_id, told in tellings if told.kind is not AlertKind.RETRACTED}


class Placer:
    """Asks; keeps nothing of a batch."""

    def __init__(self, memory: Memory, stories: Stories, book: Book, think: Think) -> None:
        self._memory = memory
        self.witness = memory.witness
        self._stories = stories
        self._book = book
        self._think = think

    async def place(self, found: Sequence[Found], batch: Sequence[Incoming]) -> Placed:
        """Enter each uri, plan, place. What is entered must be left with `leave`, or its lease runs out."""
        placed = Placed()
        for each in found:
            placed.visits.setdefault(each.article.uri, Visit(each.article.uri, each.owner))
        entries = await self._enter(placed.visits, batch)

        def make(each: Found) -> None:
            known = entries[each.article.uri].known
            if known is None:
                placed.busy.append(each)
            else:
                placed.known[each.article.uri] = known
                placed.plans.append(plan(each, known, self._book.find))

        await each_in_turn(self._think, found, make)
        await self.put_off(placed, behind(each.record for each in placed.busy))
        await self._place(placed)
        return placed

    async def put_off(self, placed: Placed, those: Callable[[Incoming], bool]) -> None:
        """Leave what must come later, so that nobody waits for it meanwhile."""
        departures = placed.put_off(those)
        if departures:
            await self._memory.leave(departures)

    async def _enter(self, visits: Mapping[str, Visit], batch: Sequence[Incoming]) -> dict[str, Entry]:
        """By uri. What a record of this batch held when a worker died, and does not ask for now, is not waited for."""
        if not visits:
            return {}
        entries = dict(zip(visits, await self._memory.enter(list(visits.values())), strict=True))
        busy = {uri: entry.holder for uri, entry in entries.items() if entry.known is None}
        ours = {owner_of(record) for record in batch} if busy else set()
        again = [replace(visits[uri], instead_of=holder) for uri, holder in busy.items() if holder in ours]
        if again:
            entries |= zip((each.uri for each in again), await self._memory.enter(again), strict=True)
        return entries

    async def _place(self, placed: Placed) -> None:
        asking = [each for each in placed.plans if _of(each, Dedup.STORY)]
        traits = [each.traits for each in asking if each.traits is not None]
        placements: list[Placement] = await self._stories.place(traits) if traits else []
        by_plan = {id(each): placement for each, placement in zip(asking, placements, strict=True)}
        for each in placed.plans:
            found = each.found
            for rules, placement in ((_of(each, Dedup.STORY), by_plan.get(id(each))), (_of(each, Dedup.ARTICLE), None)):
                if rules:
                    match = Match.of(found.record, found.article, rules, placement, each.words)
                    placed.matches.append(replace(match, before=placed.before(found.article.uri)))

    async def leave(self, placed: Placed, told: Mapping[tuple[str, str], Telling]) -> list[Found]:
        """Remember, and let others enter. Hands back what must be looked at again: another went ahead meanwhile."""
        departures = placed.departures(told)
        alone = await self._memory.leave(departures) if departures else []
        overrun = {each.visit.uri for each, was_alone in zip(departures, alone, strict=True) if not was_alone}
        return [each.found for each in placed.plans if each.found.article.uri in overrun]


def behind(waiting: Iterable[Incoming]) -> Callable[[Incoming], bool]:
    """Whether a record stands behind one that waits, on its partition: it may not be told before."""
    first: dict[int, int] = {}
    for record in waiting:
        first[record.partition] = min(record.offset, first.get(record.partition, record.offset))
    return lambda record: record.offset > first.get(record.partition, record.offset)


def _of(each: Plan, dedup: Dedup) -> dict[str, LiveRule]:
    return {rule_id: live for rule_id, live in each.claim.items() if live.rule.dedup is dedup}


def _both(first: Departure, second: Departure) -> Departure:
    """Of several plain records of one uri: the first that has something to say of it says it."""
    return Departure(
        first.visit,
        first.latest or second.latest,
        None,
        first.held_changed or second.held_changed,
        {**first.tellings, **second.tellings},
    )
