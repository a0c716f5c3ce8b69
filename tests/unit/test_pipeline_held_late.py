"""A worker that was frozen writes late to `held`: behind what others hold of its article meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RULE, STORY, Store, World
from tests.unit.test_pipeline_embargo import HELD, KILL, LATER, held, let_out, reasons
from tests.unit.test_pipeline_versions import ELSEWHERE
from tests.unit.test_pipeline_zombies import Frozen, two
from workers.embargo import Calendar, release

CORRECTED = {**LATER, "is_correction": True}
PUBLIC = {**STORY, "version": 2, "body": "It is public."}


def versions(world: World) -> list[int]:
    """Of what a worker publishes when all is due."""
    return [int(dict(each.headers)["version"] or b"") for each in held(world)]


def stands(world: World) -> list[bytes]:
    """The keys that compaction leaves."""
    latest = {each.key: each.value for each in world.sent("held")}
    return [key for key, value in latest.items() if value is not None]


@pytest.mark.parametrize("late", ["the tombstone of", "the article in"])
async def test_what_it_writes_of_an_older_version_leaves_the_newer_one(late: str) -> None:
    zombie, other = two()
    if late == "the tombstone of":
        await other.run(HELD)
    first = held(other)
    zombie.pipeline._outbox = Frozen(zombie, lambda: other.run(CORRECTED, first_offset=ELSEWHERE))
    await (let_out(zombie, first) if first else zombie.run(HELD))
    assert versions(other) == [2]
    assert stands(other) == [b"a:1\n2"], "the older one is let go"
    await let_out(other, held(other), 200)
    assert other.alerts[-1].article.version == 2
    assert stands(other) == []


@pytest.mark.parametrize("newer", [pytest.param(KILL, id="a kill"), pytest.param(PUBLIC, id="a public version")])
async def test_what_it_holds_behind_the_word_that_ends_it_is_let_go_by_itself(newer: dict[str, object]) -> None:
    zombie, other = two()
    zombie.pipeline._outbox = Frozen(zombie, lambda: other.run(newer, first_offset=ELSEWHERE))
    await zombie.run(HELD)
    assert (versions(other), stands(other)) == ([], [])
    assert [each.article.version for each in other.alerts] == ([] if newer is KILL else [2])


@pytest.mark.parametrize("newer", [pytest.param(KILL, id="a kill"), pytest.param(PUBLIC, id="a public version")])
async def test_what_it_holds_before_it_dies_is_let_go_when_its_record_is_read_again(
    newer: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    zombie, other = two()
    zombie.pipeline._outbox = Frozen(zombie, lambda: other.run(newer, first_offset=ELSEWHERE))

    async def dies(*_: object) -> list[bool]:
        raise ConnectionError

    monkeypatch.setattr(zombie.pipeline._placer._memory, "leave", dies)
    with pytest.raises(ConnectionError):
        await zombie.run(HELD)
    assert stands(other) == [b"a:1\n1"]
    await other.run(HELD)
    assert stands(other) == []


async def test_what_nobody_let_go_is_found_late_when_it_is_due() -> None:
    world = World(RULE)
    await world.run(HELD)
    first = held(world)
    await world.run(PUBLIC, first_offset=1)
    await let_out(world, first)
    assert [each.article.version for each in world.alerts] == [2]
    assert reasons(world)[-1] is HeldReason.SUPERSEDED


async def test_a_kill_of_what_redis_forgot_to_be_held_lets_it_go_at_once() -> None:
    """An embargo may outlast what Redis remembers of it; the kill then names a version that nobody holds."""
    world = World(RULE)
    await world.run(HELD)
    world.store.told._pages.clear()  # as keys do that are not asked for during `told_days`
    await world.run(KILL, first_offset=1)
    calendar = Calendar()
    records = [
        Incoming("held", 0, at, 0, each.key, each.value, each.headers) for at, each in enumerate(world.sent("held"))
    ]
    for each in records:
        calendar.read(each)
    (due,) = calendar.due(0, 100)
    await let_out(world, [records[due.offset]])
    assert (world.alerts, stands(world)) == ([], [])


async def test_what_is_released_too_early_is_held_again() -> None:
    world = World(RULE)
    await world.run(HELD)
    (one,) = held(world)
    out = release(one)
    await world.pipeline.run([Incoming("articles", 1, 9, 1_777_636_800_001, out.key, out.value, out.headers)])
    assert (world.alerts, versions(world)) == ([], [1])


@pytest.mark.parametrize("then", ["its time has come", "a kill came"])
async def test_what_an_earlier_release_held_under_the_uri_alone_is_told_and_let_go(then: str) -> None:
    store = Store()
    world = World(RULE, store=store)
    await world.run(HELD)
    world.outbox.topics["held"] = [replace(each, key=b"a:1") for each in world.sent("held")]
    if then == "a kill came":
        await world.run(KILL, first_offset=1)
        assert held(world) != [], "at once, to be let go"
    await let_out(world, held(world))
    assert len(world.alerts) == (then == "its time has come")
    assert (versions(world), stands(world)) == ([], [])


async def test_a_version_that_slept_counts_as_older_when_it_is_found_again() -> None:
    zombie, other = two()
    zombie.pipeline._outbox = Frozen(zombie, lambda: other.run(LATER, first_offset=ELSEWHERE))
    await zombie.run(HELD)
    other.lose_redis()
    await other.run(HELD, first_offset=7)
    assert reasons(other)[-1] is HeldReason.SUPERSEDED
    assert stands(other) == [b"a:1\n2"]
