"""The sentence, on the twins in memory: what is told, what is held, what a repeat does."""

from __future__ import annotations

import pytest

from schemas.reasons import HeldReason, RefusalReason
from tests.unit.pipeline_world import RULE, STORY, World
from workers.errors import Unavailable
from workers.pipeline import Step


async def test_a_match_is_told_on_the_topic_of_all_alerts_and_on_each_channel() -> None:
    world = World(RULE)
    tally = await world.run(STORY)
    (alert,) = world.alerts
    assert (alert.rule.id, alert.article.uri, alert.channels) == ("dprk", "a:1", ("desk", "east"))
    assert alert.rule.query == 'russia AND "north korea" AND defence'
    assert [each.value for each in world.sent("alerts.desk")] == [each.value for each in world.sent("alerts")]
    assert [each.value for each in world.sent("alerts.east")] == [each.value for each in world.sent("alerts")]
    assert (tally.articles, tally.matches, tally.alerts) == (1, 1, 1)


async def test_the_evidence_names_the_places_in_the_text_as_published() -> None:
    world = World(RULE)
    await world.run(STORY)
    evidence = world.alerts[0].evidence
    assert [STORY[hit.field][hit.start : hit.end] for hit in evidence.hits] == ["Russia", "North Korea", "defence"]
    assert "[[Russia]] and [[North Korea]] sign a [[defence]] pact" in evidence.excerpt


async def test_the_steps_are_passed_in_their_order() -> None:
    world = World(RULE)
    await world.run(STORY)
    assert world.steps == [step for step in Step if step is not Step.COMMITTED]


async def test_the_same_story_again_is_one_decision_and_no_alert() -> None:
    world = World(RULE)
    await world.run(STORY)
    await world.run(STORY, first_offset=1)
    assert len(world.alerts) == 1
    (decision,) = world.decisions
    assert decision.reason is HeldReason.SEEN_ALREADY
    assert decision.alert_id == world.alerts[0].id
    assert decision.record == "articles/0/1"
    assert "articles/0/0" in decision.detail


async def test_the_same_story_twice_in_one_batch_is_told_once() -> None:
    world = World(RULE)
    await world.run(STORY, STORY)
    assert (len(world.alerts), [each.reason for each in world.decisions]) == (1, [HeldReason.SEEN_ALREADY])


async def test_a_batch_read_again_after_its_confirmation_says_nothing_more() -> None:
    world = World(RULE)
    await world.run(STORY)
    await world.run(STORY)
    assert (len(world.alerts), len(world.decisions)) == (1, 0)


async def test_a_batch_read_again_before_its_confirmation_repeats_the_same_id_and_bytes() -> None:
    world = World(RULE)

    def fail_at(step: Step) -> None:
        if step is Step.PUBLISHED and not world.decisions and len(world.alerts) == 1:
            raise Unavailable("the store is away")

    world.pipeline._passed = fail_at
    with pytest.raises(Unavailable):
        await world.run(STORY)
    await world.run(STORY)
    first, second = world.sent("alerts")
    assert (first.key, first.value) == (second.key, second.value)
    assert not world.decisions


async def test_after_the_window_the_story_is_told_again() -> None:
    world = World(RULE.model_copy(update={"dedup_window_s": 60}))
    await world.run(STORY)
    world.now_ms += 60_001
    await world.run(STORY, first_offset=1)
    assert len(world.alerts) == 2


async def test_a_story_that_another_worker_holds_is_told_when_its_lease_is_over() -> None:
    world = World(RULE)
    dead = World(RULE, store=world.store)

    def die(step: Step) -> None:
        if step is Step.CLAIMED:
            raise KeyboardInterrupt

    dead.pipeline._passed = die
    with pytest.raises(KeyboardInterrupt):
        await dead.run(STORY, first_offset=7)
    began_ms = world.now_ms
    await world.run(STORY)
    assert len(world.alerts) == 1
    assert world.now_ms - began_ms >= 2_000


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"status": "canceled"}, HeldReason.NOT_USABLE, id="canceled"),
        pytest.param({"status": "withheld"}, HeldReason.NOT_USABLE, id="withheld"),
        pytest.param({"embargoed_until": "2999-01-01T00:00:00Z"}, HeldReason.EMBARGOED, id="under-embargo"),
    ],
)
async def test_an_article_that_may_not_be_told_of_is_a_decision(change: dict[str, str], reason: HeldReason) -> None:
    world = World(RULE)
    await world.run({**STORY, **change})
    assert (len(world.alerts), [each.reason for each in world.decisions]) == (0, [reason])


async def test_an_article_that_cannot_be_read_is_a_dead_letter_and_the_next_one_is_told() -> None:
    world = World(RULE)
    tally = await world.run(b"{not json", STORY)
    (letter,) = world.letters
    assert (letter.reason, letter.value, letter.offset) == (RefusalReason.NOT_JSON, b"{not json", 0)
    assert world.sent("dead-letters")[0].key == b"articles/0/0"
    assert len(world.alerts) == 1
    assert tally.letters == {RefusalReason.NOT_JSON: 1}


async def test_a_channel_without_a_record_is_named_in_the_alert_and_nothing_is_sent_there() -> None:
    world = World(RULE)
    world.channels.drop("east")
    await world.run(STORY)
    (alert,) = world.alerts
    assert (alert.channels, alert.channels_unknown) == (("desk",), ("east",))
    assert not world.sent("alerts.east")


async def test_an_alert_that_the_broker_refuses_for_its_size_is_a_decision() -> None:
    world = World(RULE, max_bytes=9_000)
    tally = await world.run({**STORY, "blob": "x" * 12_000})
    assert not world.alerts
    (decision,) = world.decisions
    assert (decision.reason, decision.rule.id) == (HeldReason.TOO_LARGE, "dprk")
    assert (tally.alerts, dict(tally.held)) == (0, {HeldReason.TOO_LARGE: 1})


async def test_a_rule_that_is_not_live_says_nothing() -> None:
    world = World(RULE.model_copy(update={"status": "paused"}))
    await world.run(STORY)
    assert (world.alerts, world.decisions) == ([], [])


async def test_unknown_fields_of_an_article_are_passed_on_up_to_the_limit() -> None:
    world = World(RULE)
    await world.run({**STORY, "desk_note": {"by": "li"}}, {**STORY, "uri": "a:2", "lead": "More", "blob": "x" * 20_000})
    small, large = world.alerts
    assert (small.article.extra, small.article.extra_omitted) == ({"desk_note": {"by": "li"}}, False)
    assert (large.article.extra, large.article.extra_omitted) == ({}, True)
