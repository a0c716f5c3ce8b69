"""A worker that was frozen publishes late: behind what others have said of its article meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from schemas.alert import AlertCause
from schemas.envelope import Outgoing
from tests.unit.pipeline_world import RULE, STORY, Store, World
from tests.unit.test_pipeline_versions import ELSEWHERE, KILL, OTHER_NEWS, kinds, on
from workers.streams import MemoryOutbox

SAME_VERSION = {**STORY, "status": "withheld", "version": 1}
NO_VERSION = {**STORY, "status": "canceled"}


class Frozen(MemoryOutbox):
    """Its worker sleeps until its lease is over and others have done what they do; then it publishes."""

    def __init__(self, world: World, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._world = world
        self._meanwhile = meanwhile

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        store = self._world.store
        self._world.pipeline._outbox = store.outbox
        store.now_ms += 3_000
        await self._meanwhile()
        return await store.outbox.publish(messages)


def two() -> tuple[World, World]:
    store = Store()
    return World(RULE, store=store), World(RULE, store=store)


@pytest.mark.parametrize(
    ("second", "cause"),
    [
        pytest.param(KILL, AlertCause.CANCELED, id="killed by a newer version"),
        pytest.param(SAME_VERSION, AlertCause.WITHHELD, id="the same version withheld"),
        pytest.param(NO_VERSION, AlertCause.CANCELED, id="a kill without a version"),
        pytest.param(OTHER_NEWS, AlertCause.NO_LONGER_MATCHES, id="no longer matches"),
    ],
)
async def test_what_a_frozen_worker_tells_behind_the_word_that_ends_it_is_taken_back_by_itself(
    second: dict[str, object], cause: AlertCause
) -> None:
    zombie, other = two()
    zombie.pipeline._outbox = Frozen(zombie, lambda: other.run(second, first_offset=ELSEWHERE))
    await zombie.run(STORY)
    assert kinds(zombie) == on(zombie, "desk") == on(zombie, "east") == ["created", "retracted"]
    assert (zombie.alerts[1].cause, zombie.alerts[1].previous) == (cause, zombie.alerts[0].id)
    await zombie.run(STORY)  # as after a crash: nothing more is said
    assert kinds(zombie) == ["created", "retracted"]


async def test_what_a_frozen_worker_tells_behind_another_version_that_matches_is_taken_back_by_nobody() -> None:
    zombie, other = two()
    newer = {**STORY, "version": 2, "body": "It was signed on Tuesday."}
    zombie.pipeline._outbox = Frozen(zombie, lambda: other.run(newer, first_offset=ELSEWHERE))
    await zombie.run(STORY)
    assert [(each.kind, each.article.version) for each in zombie.alerts] == [("created", 2), ("created", 1)]


async def test_what_a_frozen_worker_repeats_behind_a_retraction_is_the_same_alert_that_was_retracted() -> None:
    """Its record was read again elsewhere, told and taken back: whoever knows alerts by their ids passes it over."""
    zombie, other = two()

    async def meanwhile() -> None:
        await other.run(STORY)
        await other.run(KILL, first_offset=ELSEWHERE)

    zombie.pipeline._outbox = Frozen(zombie, meanwhile)
    await zombie.run(STORY)
    first, retraction, repeat = zombie.sent("alerts")
    assert kinds(zombie) == ["created", "retracted", "created"]
    assert (repeat.value, retraction.value != first.value) == (first.value, True)


async def test_a_record_that_is_read_again_behind_a_newer_version_takes_nothing_back() -> None:
    """It was told in its time and the rule still says yes: that its record comes again is no news."""
    world = World(RULE)
    await world.run(STORY)
    await world.run({**STORY, "version": 2, "body": "It was signed on Tuesday."}, first_offset=1)
    await world.run(STORY)
    assert kinds(world) == ["created"]
