"""Channels that pick alerts whose rules do not name them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from schemas.channel import Channel, Picks
from tests.unit.pipeline_world import RULE, STORY, World

pytestmark = pytest.mark.asyncio

TAGGED = RULE.model_copy(update={"tags": ("asia",)})
ASIA = Channel(id="asia", picks=Picks(tags=("asia",)))


async def test_a_channel_that_picks_gets_the_alert_beside_those_that_are_named() -> None:
    world = World(TAGGED)
    world.channels.put(ASIA)
    await world.run(STORY)
    (alert,) = world.alerts
    assert (alert.channels, alert.channels_unknown) == (("desk", "east", "asia"), ())
    assert [each.value for each in world.sent("alerts.asia")] == [each.value for each in world.sent("alerts")]


async def test_one_that_picks_and_has_no_topic_counts_as_one_that_is_named() -> None:
    world = World(TAGGED)
    world.channels.put(ASIA)
    world.outbox.absent.add("alerts.asia")
    await world.run(STORY)
    (alert,) = world.alerts
    assert (alert.channels, alert.channels_unknown) == (("desk", "east"), ("asia",))
    assert not world.sent("alerts.asia")


async def test_one_that_comes_while_topics_are_asked_for_is_not_written_to_unasked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(TAGGED)

    async def missing(topics: Sequence[str]) -> frozenset[str]:
        world.channels.put(ASIA)
        return frozenset()

    monkeypatch.setattr(world.outbox, "missing", missing)
    await world.run(STORY)
    (alert,) = world.alerts
    assert (alert.channels, alert.channels_unknown) == (("desk", "east"), ("asia",))
    assert not world.sent("alerts.asia")


async def test_what_follows_on_an_alert_goes_to_those_that_picked_it_though_they_pick_no_more() -> None:
    world = World(TAGGED)
    world.channels.put(ASIA)
    await world.run(STORY)
    world.channels.put(Channel(id="asia"))
    await world.run({**STORY, "version": 2, "status": "canceled"}, first_offset=1)
    assert [alert.channels for alert in world.alerts] == [("desk", "east", "asia")] * 2
