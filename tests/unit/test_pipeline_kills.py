"""A kill that comes before what it kills, also when Redis is lost between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.envelope import Outgoing
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RECEIVED_MS, RULE, STORY, Store, World, records
from tests.unit.test_pipeline_embargo import HELD, held, let_out, reasons
from tests.unit.test_pipeline_versions import ELSEWHERE
from tests.unit.test_pipeline_zombies import Frozen, two
from workers.pipeline import Step

KILL = {**STORY, "version": 2, "status": "canceled"}
RAIN = {"title": "Rain", "body": "Rain."}


def version(number: int, **more: Any) -> dict[str, Any]:
    return {**STORY, "version": number, **more}


@pytest.mark.parametrize(
    ("kill", "late"),
    [
        pytest.param(KILL, STORY, id="an older version"),
        pytest.param(KILL, version(2), id="the version that was killed"),
        pytest.param({**KILL, "status": "withheld"}, STORY, id="withheld"),
        pytest.param({**STORY, "status": "canceled"}, STORY, id="a kill that names no version"),
        pytest.param({**KILL, **RAIN}, STORY, id="a kill that no rule says yes to"),
    ],
)
@pytest.mark.parametrize("lost", [False, True], ids=["redis is there", "redis is lost"])
async def test_a_kill_of_which_nobody_was_told_wins_over_what_comes_late(
    kill: dict[str, Any], late: dict[str, Any], lost: bool
) -> None:
    world = World(RULE)
    await world.run(kill)
    if lost:
        world.lose_redis()
    await world.run(late, first_offset=ELSEWHERE)
    assert world.alerts == []
    assert len(world.decisions) == 1 + (kill["title"] == STORY["title"]), "one for each record that matches"


ALL = {**STORY, "status": "canceled"}
AN_HOUR_MS = 3_600_000


async def comes(world: World, value: dict[str, Any], received_ms: int, partition: int = 1, offset: int = 1) -> None:
    """One article record, at its time. World.run() puts its own on partition 0."""
    (record,) = records([value], offset)
    await world.pipeline.run([replace(record, timestamp_ms=received_ms, partition=partition)])


NOON, BEFORE = "2026-05-01T12:00:00Z", "2026-05-01T11:59:59.999Z"


@pytest.mark.parametrize(
    ("kill", "late", "came_ms"),
    [
        pytest.param({}, {}, -1, id="by the times of their records"),
        pytest.param({"updated": BEFORE}, {"updated": NOON}, -1, id="by those, whatever the source says"),
        pytest.param({"updated": NOON}, {"updated": BEFORE}, AN_HOUR_MS, id="as the source says"),
        pytest.param({}, {"embargoed_until": "2999-01-01T00:00:00Z"}, -1, id="under embargo"),
    ],
)
@pytest.mark.parametrize("lost", [False, True], ids=["redis is there", "redis is lost"])
async def test_a_kill_that_names_no_version_wins_over_any_that_was_written_before_it(
    kill: dict[str, Any], late: dict[str, Any], came_ms: int, lost: bool
) -> None:
    world = World(RULE)
    await world.run({**ALL, **kill})
    if lost:
        world.lose_redis()
    for _ in range(2):  # the second time as after a crash
        await comes(world, version(2, **late), RECEIVED_MS + came_ms)
        assert (world.alerts, held(world)) == ([], [])
        assert set(reasons(world)) == {HeldReason.NOT_USABLE}
        assert (
            world.decisions[-1].detail == "it was taken back by the article record articles/0/0, with all before that"
        )
    assert len({each.id for each in world.decisions}) == 2


@pytest.mark.parametrize(
    ("kill", "later", "came_ms", "partition"),
    [
        pytest.param({}, {}, 0, 1, id="by the time of its record"),
        pytest.param({}, {}, -AN_HOUR_MS, 0, id="by its place, though its producer's clock is behind"),
        pytest.param({}, {}, -RECEIVED_MS - 1, 1, id="nobody knows, as its record has no time"),
        pytest.param({"updated": NOON}, {"updated": NOON}, 1, 1, id="as the source says"),
        pytest.param({}, {"updated": BEFORE}, 1, 1, id="the source's time of the kill is unknown"),
        pytest.param({"updated": NOON}, {"published": BEFORE}, 1, 1, id="whenever the first version was published"),
    ],
)
@pytest.mark.parametrize("lost", [False, True], ids=["redis is there", "redis is lost"])
async def test_what_was_written_behind_a_kill_that_names_no_version_is_news(
    kill: dict[str, Any], later: dict[str, Any], came_ms: int, partition: int, lost: bool
) -> None:
    world = World(RULE)
    await world.run({**ALL, **kill})
    if lost:
        world.lose_redis()
    await comes(world, version(2, **later), RECEIVED_MS + came_ms, partition)
    assert [each.article.version for each in world.alerts] == [2]


async def test_what_was_held_behind_a_kill_that_names_no_version_is_told_in_its_time() -> None:
    world = World(RULE)
    await world.run(ALL)
    await comes(world, {**HELD, "version": 2}, RECEIVED_MS - 1, partition=0)
    await let_out(world, held(world))
    assert [each.article.version for each in world.alerts] == [2]


@pytest.mark.parametrize("lost", [False, True], ids=["redis is there", "redis is lost"])
async def test_of_kills_that_name_no_version_the_latest_counts(lost: bool) -> None:
    world = World(RULE)
    await comes(world, ALL, RECEIVED_MS + 2)
    await comes(world, ALL, RECEIVED_MS, 2)
    if lost:
        world.lose_redis()
    await comes(world, version(2), RECEIVED_MS + 1, 3)
    assert world.alerts == []


async def test_a_kill_that_names_its_version_means_no_newer_one() -> None:
    world = World(RULE)
    await world.run(KILL)
    await comes(world, version(3), RECEIVED_MS - 1)
    assert [each.article.version for each in world.alerts] == [3]


async def test_what_a_frozen_worker_tells_behind_a_kill_that_names_no_version_is_taken_back_by_itself() -> None:
    zombie, other = two()
    zombie.pipeline._outbox = Frozen(zombie, lambda: comes(other, ALL, RECEIVED_MS + 1))
    await zombie.run(version(2))
    await zombie.run(version(2))
    assert [str(each.kind) for each in other.alerts] == ["created", "retracted"]
    await comes(other, version(2), RECEIVED_MS, partition=2)
    assert len(other.alerts) == 2, "nor is a copy of it told again"


async def test_a_kill_that_names_no_version_ends_what_redis_forgot_to_be_held() -> None:
    world = World(RULE)
    await world.run({**HELD, "version": 3})
    world.store.told._pages.clear()
    await comes(world, ALL, RECEIVED_MS + 1)
    assert (world.sent("held")[-1].key, world.sent("held")[-1].value) == (b"a:1", None), "it is looked at at once"
    await let_out(world, held(world))
    assert (world.alerts, held(world)) == ([], [])
    assert reasons(world)[-1] is HeldReason.NOT_USABLE


async def test_a_version_that_is_newer_than_the_kill_is_told_when_redis_is_lost() -> None:
    world = World(RULE)
    await world.run(KILL)
    world.lose_redis()
    await world.run(version(3), first_offset=1)
    assert [each.article.version for each in world.alerts] == [3]


async def test_a_kill_of_what_is_held_outlives_redis_and_so_does_what_is_held_behind_it() -> None:
    world = World(RULE)
    await world.run(HELD, KILL, {**HELD, "version": 3})
    world.lose_redis()
    await world.run(version(2), first_offset=3)
    assert reasons(world)[-1] is HeldReason.NOT_USABLE
    await let_out(world, held(world))
    assert [each.article.version for each in world.alerts] == [3]


async def test_a_kill_that_comes_behind_a_newer_version_is_known_when_that_version_is_not() -> None:
    world = World(RULE)
    await world.run(version(3, **RAIN), KILL)
    world.lose_redis()
    await world.run(version(2), first_offset=2)
    assert (world.alerts, reasons(world)[-1]) == ([], HeldReason.NOT_USABLE)


async def test_a_second_kill_that_takes_nothing_back_any_more_is_known_too() -> None:
    world = World(RULE)
    await world.run(STORY, KILL, version(3, status="canceled"))
    world.lose_redis()
    await world.run(version(3), first_offset=3)
    assert [str(each.kind) for each in world.alerts] == ["created", "retracted"]


async def test_a_kill_whose_worker_died_before_it_could_remember_it_is_found_on_the_topic() -> None:
    store = Store()
    dying, other = World(RULE, store=store), World(RULE, store=store)

    class Died(Exception):
        pass

    def die(step: Step) -> None:
        if step is Step.PUBLISHED:
            raise Died

    dying.pipeline._passed = die
    with pytest.raises(Died):
        await dying.run(KILL)
    store.now_ms += 3_000  # its lease is over
    await other.run(STORY, first_offset=ELSEWHERE)
    assert (other.alerts, reasons(other)[-1]) == ([], HeldReason.SUPERSEDED)


async def test_each_kill_is_one_small_record_and_nothing_else_is() -> None:
    world = World(RULE)
    await world.run({**KILL, "body": STORY["body"] * 100}, STORY, version(3), HELD)
    (record,) = world.sent("kills")
    headers = (("record", b"articles/0/0@1777636800000"), ("for-version", b"2"))
    assert record == Outgoing("kills", b"a:1", b"canceled", headers)
