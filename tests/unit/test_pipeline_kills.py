"""A kill that comes before what it kills, also when Redis is lost between them."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.envelope import Outgoing
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RULE, STORY, Store, World
from tests.unit.test_pipeline_embargo import HELD, held, let_out, reasons
from tests.unit.test_pipeline_versions import ELSEWHERE
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
