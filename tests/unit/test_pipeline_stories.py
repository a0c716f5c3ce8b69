"""Stories in the sentence: one alert, decisions that say whose copy it is, and updates when many sources have it."""

from __future__ import annotations

import pytest

from schemas.alert import AlertCause
from schemas.reasons import HeldReason
from schemas.rule import Dedup, Updates
from tests.unit.pipeline_world import RULE, STORY, World

HOUR_MS = 3_600_000


def copies(first: int, last: int, source: str = "Wire {}") -> list[dict[str, object]]:
    return [{**STORY, "uri": f"c:{number}", "source": source.format(number)} for number in range(first, last + 1)]


async def test_a_copy_is_a_decision_that_names_the_first_article_its_source_and_the_likeness() -> None:
    world = World(RULE)
    await world.run(*copies(1, 2))
    (decision,) = world.decisions
    assert decision.reason is HeldReason.SAME_STORY
    assert (decision.first_uri, decision.likeness, decision.alert_id) == ("c:1", 1.0, world.alerts[0].id)
    assert "c:1" in decision.detail
    assert "wire 1" in decision.detail
    assert decision.story == world.alerts[0].story


async def test_the_same_article_again_is_no_copy() -> None:
    world = World(RULE)
    await world.run(*copies(1, 1), *copies(1, 1))
    assert [each.reason for each in world.decisions] == [HeldReason.SEEN_ALREADY]


async def test_a_rule_that_tells_of_each_article_tells_of_copies_too() -> None:
    world = World(RULE, RULE.model_copy(update={"id": "each", "dedup": Dedup.ARTICLE}))
    await world.run(*copies(1, 3))
    told = [each.rule.id for each in world.alerts]
    assert (told.count("each"), told.count("dprk")) == (3, 1)
    assert len({each.id for each in world.alerts}) == 4


@pytest.mark.parametrize("updates", [Updates.NONE, Updates.SOURCES])
async def test_a_story_that_reaches_3_10_and_30_sources_is_told_again_if_the_rule_wants_it(updates: Updates) -> None:
    world = World(RULE.model_copy(update={"updates": updates}))
    await world.run(*copies(1, 20))
    await world.run(*copies(21, 40), first_offset=20)
    await world.run(*copies(50, 60, "Wire 1"), first_offset=40)
    updated = [each for each in world.alerts if each.kind == "updated"]
    if updates is Updates.NONE:
        assert updated == []
        return
    assert [each.sources for each in updated] == [3, 10, 30]
    assert {each.cause for each in updated} == {AlertCause.SOURCES}
    assert {each.previous for each in updated} == {world.alerts[0].id}
    assert len({each.id for each in updated}) == 3
    assert len(world.alerts) + len(world.decisions) == 51, "each match is one of both"


async def test_an_update_read_again_has_the_same_bytes() -> None:
    world = World(RULE.model_copy(update={"updates": Updates.SOURCES}))
    await world.run(*copies(1, 3))
    await world.run(*copies(1, 3))
    assert len({each.value for each in world.sent("alerts")}) == 2


async def test_a_copy_begins_the_silence_anew_and_a_repeat_for_a_rule_of_articles_does_not() -> None:
    window = {"dedup_window_s": 3600}
    world = World(
        RULE.model_copy(update=window), RULE.model_copy(update={**window, "id": "each", "dedup": Dedup.ARTICLE})
    )
    await world.run(STORY)
    world.now_ms += HOUR_MS - 60_000
    await world.run(*copies(1, 1), STORY, first_offset=1)
    world.now_ms += HOUR_MS - 60_000
    await world.run(STORY, first_offset=3)
    assert [each.rule.id for each in world.alerts if each.article.uri == "a:1"] == ["dprk", "each", "each"]
