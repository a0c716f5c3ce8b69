"""Alerts of one partition keep their order also where one of them must wait for another worker."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from schemas import Rule
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RULE, STORY, World, records
from workers.pipeline import Step
from workers.tally import Tally

BEFORE = {**STORY, "uri": "b:1", "title": "Russia and North Korea sign a defence treaty"}
BEHIND = {**STORY, "uri": "b:2", "title": "Russia tells North Korea of defence and grain"}
COPY = {**STORY, "uri": "copy:1"}


async def dies_at(step: Step, world: World, article: Mapping[str, object]) -> None:
    """Another worker, which holds the article's story, or its uri, until its lease is over."""
    dead = World(RULE, store=world.store)

    def die(passed: Step) -> None:
        if passed is step:
            raise KeyboardInterrupt

    dead.pipeline._passed = die
    with pytest.raises(KeyboardInterrupt):
        await dead.run(article, first_offset=70)


@pytest.mark.parametrize(
    ("held", "waits"), [pytest.param(STORY, COPY, id="its story"), pytest.param(STORY, STORY, id="its uri")]
)
@pytest.mark.parametrize("step", [Step.PLACED, Step.CLAIMED])
async def test_what_stands_behind_one_that_waits_is_told_behind_it(
    held: Mapping[str, object], waits: Mapping[str, object], step: Step
) -> None:
    world = World(RULE)
    await dies_at(step, world, held)
    await world.run(BEFORE, waits, BEHIND)
    assert [each.article.uri for each in world.alerts] == ["b:1", waits["uri"], "b:2"]


async def test_another_partition_does_not_wait() -> None:
    world = World(RULE)
    await dies_at(Step.CLAIMED, world, STORY)
    waiting, behind = records([COPY, BEHIND], 0)
    elsewhere = Incoming("articles", 1, 5, 0, b"b:1", records([BEFORE], 0)[0].value)
    await world.pipeline.run([waiting, behind, elsewhere])
    assert [each.article.uri for each in world.alerts] == ["b:1", "copy:1", "b:2"]


async def test_a_copy_of_what_is_put_off_is_told_when_that_is_killed_meanwhile() -> None:
    """What is put off holds its story for nobody: it may never be told."""
    world = World(RULE)
    await dies_at(Step.CLAIMED, world, STORY)
    waiting, behind = records([COPY, BEHIND], 0)
    copy = Incoming("articles", 1, 5, 0, b"b:3", records([{**BEHIND, "uri": "b:3"}], 0)[0].value)
    kill = Incoming("articles", 2, 5, 0, b"b:2", records([{**BEHIND, "status": "canceled"}], 0)[0].value)
    other, asleep, killed = World(RULE, store=world.store), world.pipeline._sleep, list[Tally]()

    async def meanwhile(seconds: float) -> None:
        if not killed:
            killed.append(await other.pipeline.run([kill]))
        await asleep(seconds)

    world.pipeline._sleep = meanwhile
    await world.pipeline.run([waiting, behind, copy])
    assert sorted(each.article.uri for each in world.alerts) == ["b:3", "copy:1"]
    assert [each.reason for each in world.decisions] == [HeldReason.NOT_USABLE] * 2


async def test_a_rule_that_need_not_wait_is_told_at_once_and_keeps_the_order_too() -> None:
    world = World(RULE, Rule(id="treaty", query="treaty OR grain", channels=("east",)))
    await dies_at(Step.CLAIMED, world, STORY)
    await world.run(COPY, BEHIND, BEFORE)
    told = [(each.rule.id, each.article.uri) for each in world.alerts]
    assert [uri for rule, uri in told if rule == RULE.id] == ["copy:1", "b:2", "b:1"]
    assert [uri for rule, uri in told if rule == "treaty"] == ["b:2", "b:1"]


async def test_what_is_put_off_holds_up_no_other_worker() -> None:
    world = World(RULE)
    await dies_at(Step.CLAIMED, world, STORY)
    other = World(RULE, store=world.store)
    asleep = world.pipeline._sleep
    told_meanwhile: list[Tally] = []

    async def meanwhile(seconds: float) -> None:
        if not told_meanwhile:
            told_meanwhile.append(await other.run(BEHIND, first_offset=40))
        await asleep(seconds)

    world.pipeline._sleep = meanwhile
    await world.run(COPY, BEHIND)
    assert told_meanwhile[0].alerts == 1
    assert [each.article.uri for each in world.alerts] == ["b:2", "copy:1"]
