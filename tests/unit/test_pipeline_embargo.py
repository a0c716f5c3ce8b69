"""Articles under embargo: held, and told of when their time has come, unless something newer came meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.envelope import Incoming, moment
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RECEIVED_MS, RULE, STORY, World, records
from workers.embargo import Calendar, release

UNTIL = moment(RECEIVED_MS) + timedelta(hours=1)
DUE_MS = RECEIVED_MS + 3_600_000
HELD = {**STORY, "embargoed_until": UNTIL.isoformat()}
LATER = {**STORY, "version": 2, "embargoed_until": (UNTIL + timedelta(hours=1)).isoformat()}
KILL = {**STORY, "version": 2, "status": "canceled"}


def held(world: World) -> list[Incoming]:
    """What a worker publishes when all is due."""
    calendar = Calendar()
    stands = [
        Incoming("held", 0, at, 0, each.key, each.value, each.headers) for at, each in enumerate(world.sent("held"))
    ]
    for each in stands:
        calendar.read(each)
    return [stands[due.offset] for due in calendar.due(DUE_MS + 86_400_000, 100)]


async def let_out(world: World, what: list[Incoming], offset: int = 100) -> None:
    """Its records on `articles`, and the batch of them."""
    for number, each in enumerate(what):
        out = release(each)
        await world.pipeline.run(
            [Incoming("articles", 1, offset + number, DUE_MS + 7_200_000, out.key, out.value, out.headers)]
        )


def reasons(world: World) -> list[HeldReason]:
    return [each.reason for each in world.decisions]


async def test_an_article_under_embargo_is_held_and_told_when_its_time_has_come() -> None:
    world = World(RULE)
    await world.run(HELD)
    assert (world.alerts, reasons(world)) == ([], [HeldReason.EMBARGOED])
    await let_out(world, held(world))
    assert [each.article.uri for each in world.alerts] == ["a:1"]
    assert held(world) == [], "it is let go once it is told of"


@pytest.mark.parametrize(
    ("until", "said"),
    [
        pytest.param("2999-01-01T00:00:00Z", "2999-01-01 00:00:00 UTC", id="utc"),
        pytest.param("2999-01-01T09:00:00+09:00", "2999-01-01 09:00:00 +09:00", id="as the source says it"),
        pytest.param("9999-12-31T23:59:59-12:00", "9999-12-31 23:59:59 -12:00", id="no such time in utc"),
    ],
)
async def test_a_decision_says_until_when_it_is_held_as_other_times_are_said(until: str, said: str) -> None:
    world = World(RULE)
    await world.run({**STORY, "embargoed_until": until})
    assert [each.detail for each in world.decisions] == [f"under embargo until {said}; it is held, and matched then"]


async def test_it_is_matched_with_the_rules_of_that_time() -> None:
    world = World()
    await world.run(HELD)
    assert world.decisions == []
    world.book.put_rule(RULE)
    await let_out(world, held(world))
    assert [each.rule.id for each in world.alerts] == ["dprk"]


@pytest.mark.parametrize("redis", ["there", "lost before", "lost behind"])
async def test_a_kill_while_it_is_held_cancels_it(redis: str) -> None:
    world = World(RULE)
    await world.run(HELD)
    released = held(world)
    if redis == "lost before":
        world.lose_redis()
    await world.run(KILL, first_offset=1)
    assert held(world) == []
    if redis == "lost behind":
        world.lose_redis()
        return  # the topic says it all: there is nothing to be released
    await let_out(world, released)
    assert world.alerts == []
    assert reasons(world)[-1] is HeldReason.SUPERSEDED


@pytest.mark.parametrize("lost", [False, True], ids=["redis is there", "redis is lost"])
async def test_a_new_version_while_it_is_held_takes_its_place(lost: bool) -> None:
    world = World(RULE)
    await world.run(HELD)
    released = held(world)
    if lost:
        world.lose_redis()
    await world.run({**STORY, "version": 2, "body": "It is public."}, first_offset=1)
    assert held(world) == []
    await let_out(world, released)
    assert [each.article.version for each in world.alerts] == [2]
    assert reasons(world)[-1] is HeldReason.SUPERSEDED


@pytest.mark.parametrize("lost", [False, True], ids=["redis is there", "redis is lost"])
async def test_a_new_version_under_a_later_embargo_takes_its_place_and_its_time(lost: bool) -> None:
    world = World(RULE)
    await world.run(HELD)
    released = held(world)
    await world.run(LATER, first_offset=1)
    if lost:
        world.lose_redis()
    await let_out(world, released)  # it was on its way already
    assert world.alerts == []
    (second,) = held(world)
    await let_out(world, [second], 200)
    assert [each.article.version for each in world.alerts] == [2]
    assert held(world) == []


async def test_an_older_version_under_embargo_does_not_take_the_place_of_a_newer_one() -> None:
    world = World(RULE)
    await world.run(LATER, HELD)
    assert reasons(world) == [HeldReason.EMBARGOED, HeldReason.SUPERSEDED]
    assert [dict(each.headers)["version"] for each in held(world)] == [b"2"]


async def test_a_kill_of_an_older_version_leaves_what_is_held() -> None:
    world = World(RULE)
    await world.run(STORY, LATER, {**STORY, "version": 1, "status": "canceled"})
    assert [str(each.kind) for each in world.alerts] == ["created", "retracted"]
    assert len(held(world)) == 1


async def test_a_kill_that_names_no_version_cancels_what_is_held() -> None:
    world = World(RULE)
    await world.run(LATER, {**STORY, "status": "canceled"})
    assert held(world) == []


async def test_a_version_under_embargo_leaves_what_was_told_until_its_time() -> None:
    world = World(RULE)
    await world.run(STORY, {**LATER, "title": "Rain", "body": "Rain."})
    assert [str(each.kind) for each in world.alerts] == ["created"]
    await let_out(world, held(world))
    assert [str(each.kind) for each in world.alerts] == ["created", "retracted"]


async def test_a_second_publication_is_a_repeat() -> None:
    world = World(RULE)
    await world.run(HELD)
    (one,) = held(world)
    await let_out(world, [one, one])
    assert len(world.alerts) == 1
    assert reasons(world) == [HeldReason.EMBARGOED, HeldReason.SEEN_ALREADY]


async def test_a_kill_that_came_first_keeps_an_article_from_being_held() -> None:
    world = World(RULE)
    await world.run({**STORY, "status": "canceled"}, HELD)
    assert held(world) == []
    assert reasons(world) == [HeldReason.NOT_USABLE] * 2


async def test_an_embargo_that_is_over_when_the_article_comes_holds_nothing() -> None:
    world = World(RULE)
    (record,) = records([HELD], 0)
    await world.pipeline.run([replace(record, timestamp_ms=DUE_MS)])
    assert (len(world.alerts), world.sent("held")) == (1, [])
