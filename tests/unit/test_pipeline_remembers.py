"""What was told stays known: over crashes, the loss of Redis, and to several workers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.envelope import Outgoing
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RULE, STORY, SameWords, Store, World
from tests.unit.test_pipeline_versions import CORRECTION, ELSEWHERE, KILL, OTHER_NEWS, SECOND, kinds, on, reasons
from workers.errors import Unavailable
from workers.pipeline import Step
from workers.streams import MemoryOutbox


async def test_what_was_told_is_found_again_on_the_topics_when_redis_has_lost_it() -> None:
    world = World(RULE.model_copy(update={"channels": ("desk",)}))
    await world.run(STORY)
    world.lose_redis()
    world.book.put_rule(RULE)
    await world.run(KILL, first_offset=1)
    assert kinds(world) == ["created", "retracted"]
    assert (on(world, "desk"), on(world, "east")) == (["created", "retracted"], [])
    world.lose_redis()
    await world.run(STORY, first_offset=ELSEWHERE)
    assert (kinds(world), reasons(world)) == (["created", "retracted"], [HeldReason.SUPERSEDED])


async def test_a_restart_of_redis_is_noticed_although_something_is_left() -> None:
    world = World(RULE)
    await world.run(STORY)
    saved = dict(world.store.told._pages)
    await world.run({**SECOND, "body": "More."}, first_offset=1)
    world.store.told._pages = {uri: page for uri, page in saved.items() if uri != "a:1"}  # as a snapshot had it
    world.store.told.store = "2"
    await world.run({**KILL, "version": 3}, first_offset=2)
    assert kinds(world)[-1] == "retracted"


@pytest.mark.parametrize("owner", [b"a/b/c", b"articles/0/x@1", b"articles/0/" + b"9" * 5_000 + b"@1"])
async def test_an_alert_that_others_wrote_makes_no_trouble_for_a_version_that_comes_late(owner: bytes) -> None:
    world = World(RULE)
    await world.run({**STORY, "version": 3})
    (alert,) = world.sent("alerts")
    headers = tuple((name, owner if name == "record" else value) for name, value in alert.headers)
    world.outbox.topics["alerts"] = [replace(alert, headers=headers)]
    world.lose_redis()
    await world.run(STORY, first_offset=1)
    assert reasons(world) == [HeldReason.SUPERSEDED]


async def test_articles_that_match_nothing_ask_nothing_of_the_store() -> None:
    world = World(RULE)

    async def fail(asked: Sequence[object]) -> None:
        assert not asked, "the store was asked"

    asked = {
        world.store.told: ("enter", "leave"),
        world.store.claims: ("claim", "confirm", "release", "forget", "prolong"),
        world.store.stories: ("place",),
    }
    for part, names in asked.items():
        for name in names:
            setattr(part, name, fail)
    await world.run({"uri": "x:1", "title": "Nothing of note"})
    with pytest.raises(AssertionError):
        await world.run(STORY)


STEPS = [step for step in Step if step is not Step.COMMITTED]


async def fail_at(world: World, step: Step, *values: object, first_offset: int) -> None:
    """Run a batch that dies at a step."""

    def die(passed: Step) -> None:
        if passed is step:
            raise Unavailable("killed")

    world.pipeline._passed = die
    with pytest.raises(Unavailable):
        await world.run(*values, first_offset=first_offset)
    world.pipeline._passed = world.steps.append


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name.lower())
@pytest.mark.parametrize("second", [KILL, OTHER_NEWS, CORRECTION], ids=["kill", "other news", "correction"])
async def test_a_crash_at_any_step_repeats_the_same_bytes_and_loses_nothing(
    step: Step, second: dict[str, object]
) -> None:
    world = World(RULE)
    await world.run(STORY)
    await fail_at(world, step, second, first_offset=1)
    await world.run(second, first_offset=1)
    values = [each.value for each in world.sent("alerts")]
    assert len(set(values)) == 2
    assert len(values) == (3 if step is Step.PUBLISHED else 2)
    assert reasons(world) == []
    copy = {**STORY, "uri": "b:1", "source": "Other Wire"}
    await world.run(copy, first_offset=2)
    told_again = second is not CORRECTION  # the retraction has given the story back
    assert (len({each.value for each in world.sent("alerts")}) == 3) is told_again


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name.lower())
async def test_a_kill_at_another_worker_reaches_what_a_dead_one_may_have_told(step: Step) -> None:
    """The first worker dies with the alert perhaps on its topic; its record is read again behind the kill."""
    world = World(RULE)
    await fail_at(world, step, STORY, first_offset=0)
    other = World(RULE, store=world.store)
    told = bool(world.alerts)
    await other.run(KILL, first_offset=ELSEWHERE)
    assert kinds(world) == (["created", "retracted"] if told else [])
    await world.run(STORY)
    assert kinds(world) == (["created", "retracted"] if told else [])


async def test_a_kill_waits_for_a_worker_that_is_about_to_tell() -> None:
    """The retraction never overtakes its alert."""
    store = Store()
    slow, other = World(RULE, store=store), World(RULE, store=store)
    order: list[str] = []

    async def other_asks(_: float) -> None:
        order.append("waits")
        if len(order) == 3:
            slow.pipeline._passed = slow.steps.append
            await slow.run(STORY)

    other.pipeline._sleep = other_asks
    await fail_at(slow, Step.CLAIMED, STORY, first_offset=0)
    await other.run(KILL, first_offset=ELSEWHERE)
    assert order == ["waits"] * 3
    assert kinds(other) == ["created", "retracted"]


async def test_a_worker_that_overran_its_lease_takes_back_what_the_kill_could_not_know_of() -> None:
    store = Store()
    slow, other = World(RULE, store=store), World(RULE, store=store)

    class Slow(MemoryOutbox):
        """The lease is over and the kill seen to before it has sent anything."""

        async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
            slow.pipeline._outbox = store.outbox
            store.now_ms += 3_000
            await other.run(KILL, first_offset=ELSEWHERE)
            return await store.outbox.publish(messages)

    slow.pipeline._outbox = Slow()
    await slow.run(STORY)
    assert kinds(slow) == ["created", "retracted"]


@pytest.mark.parametrize("then", [KILL, OTHER_NEWS, CORRECTION], ids=["killed", "no match", "corrected"])
async def test_a_batch_that_is_read_again_when_all_of_it_is_known_decides_nothing_more(then: dict[str, object]) -> None:
    world = World(RULE)
    await world.run(STORY, then)
    before = kinds(world)
    await world.run(STORY, then)
    assert set(kinds(world)) == set(before)
    assert reasons(world) == []


@pytest.mark.parametrize("again", [STORY, {**STORY, "version": 2}], ids=["the same version", "a newer one"])
@pytest.mark.parametrize("lost", [False, True], ids=["Redis stands", "Redis is lost"])
async def test_told_again_after_the_window_to_others_is_taken_back_from_all(
    again: dict[str, object], lost: bool
) -> None:
    world = World(RULE.model_copy(update={"channels": ("desk",)}))
    await world.run(STORY)
    world.now_ms += RULE.dedup_window_s * 1000 + 10
    world.store.stories = SameWords()
    world.pipeline = world.wired()
    world.book.put_rule(RULE.model_copy(update={"channels": ("east",)}))
    await world.run(again, first_offset=1)
    assert (on(world, "desk"), on(world, "east")) == (["created"], ["created"])
    if lost:
        world.lose_redis()
    await world.run({**KILL, "version": 3}, first_offset=2)
    assert (on(world, "desk"), on(world, "east")) == (["created", "retracted"], ["created", "retracted"])
