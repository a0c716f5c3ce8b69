"""Versions, corrections, kills: what was told is taken back or put right, for those who were told and nobody else."""

from __future__ import annotations

import pytest

from schemas import Rule
from schemas.alert import Alert, AlertCause, AlertKind
from schemas.reasons import HeldReason
from schemas.rule import Dedup, Updates
from tests.unit.pipeline_world import RULE, STORY, World

SECOND = {**STORY, "version": 2}
OTHER_NEWS = {**SECOND, "title": "Rain in Pyongyang", "body": "It rained."}
KILL = {**SECOND, "status": "canceled"}
CORRECTION = {**SECOND, "is_correction": True, "body": "It was signed on Tuesday."}
ELSEWHERE = 900  # offsets of a partition that another worker reads


def kinds(world: World) -> list[str]:
    return [str(each.kind) for each in world.alerts]


def reasons(world: World) -> list[HeldReason]:
    return [each.reason for each in world.decisions]


def on(world: World, channel: str) -> list[str]:
    return [str(Alert.model_validate_json(each.value or b"").kind) for each in world.sent(f"alerts.{channel}")]


@pytest.mark.parametrize(
    ("second", "kind", "cause"),
    [
        pytest.param(KILL, AlertKind.RETRACTED, AlertCause.CANCELED, id="canceled"),
        pytest.param({**SECOND, "status": "withheld"}, AlertKind.RETRACTED, AlertCause.WITHHELD, id="withheld"),
        pytest.param(
            {**STORY, "status": "canceled"}, AlertKind.RETRACTED, AlertCause.CANCELED, id="a kill without a version"
        ),
        pytest.param(
            {"uri": "a:1", "version": 2, "title": "gone", "status": "canceled"},
            *(AlertKind.RETRACTED, AlertCause.CANCELED),
            id="a kill with other words",
        ),
        pytest.param(OTHER_NEWS, AlertKind.RETRACTED, AlertCause.NO_LONGER_MATCHES, id="no longer matches"),
        pytest.param(CORRECTION, AlertKind.CORRECTED, AlertCause.CORRECTION, id="correction"),
    ],
)
@pytest.mark.parametrize("batches", ["one batch", "two batches", "another worker"])
async def test_what_follows_goes_to_exactly_the_channels_that_got_the_alert(
    second: dict[str, object], kind: AlertKind, cause: AlertCause, batches: str
) -> None:
    world = World(RULE)
    worker = World(RULE, store=world.store) if batches == "another worker" else world
    if batches == "one batch":
        await world.run(STORY, second)
    else:
        await world.run(STORY)
        for each in (world, worker):  # the rule's channels are others by now
            each.book.put_rule(RULE.model_copy(update={"channels": ("west",)}))
        await worker.run(second, first_offset=ELSEWHERE)
    first, follow = world.alerts
    assert (follow.kind, follow.cause, follow.previous) == (kind, cause, first.id)
    assert follow.channels == first.channels == ("desk", "east")
    assert on(world, "desk") == on(world, "east") == ["created", kind]
    assert world.sent("alerts.west") == []
    assert reasons(world) == []
    assert follow.id != first.id


async def test_a_retraction_has_no_evidence_and_names_the_version_that_took_it_back() -> None:
    world = World(RULE)
    await world.run(STORY, OTHER_NEWS)
    retracted = world.alerts[1]
    assert (retracted.article.version, retracted.evidence.hits, retracted.evidence.excerpt) == (2, (), "")
    assert retracted.story == world.alerts[0].story


async def test_a_correction_has_the_evidence_of_the_new_version() -> None:
    world = World(RULE)
    await world.run(STORY, {**CORRECTION, "title": "Defence: Russia, North Korea"})
    assert "[[Defence]]: [[Russia]]" in world.alerts[1].evidence.excerpt


async def test_a_retraction_comes_however_long_the_window_is_over() -> None:
    world = World(RULE.model_copy(update={"dedup_window_s": 60}))
    await world.run(STORY)
    world.now_ms += 29 * 86_400_000
    await world.run(KILL, first_offset=1)
    assert kinds(world) == ["created", "retracted"]


async def test_those_who_were_told_twice_after_the_window_are_all_reached() -> None:
    world = World(RULE.model_copy(update={"dedup_window_s": 60, "channels": ("desk",)}))
    await world.run(STORY)
    world.now_ms += 61_000
    world.book.put_rule(RULE.model_copy(update={"channels": ("east",)}))
    await world.run(STORY, first_offset=1)
    await world.run(KILL, first_offset=2)
    assert on(world, "desk") == ["created", "retracted"]
    assert on(world, "east") == ["created", "retracted"]


async def test_a_rule_that_is_gone_is_retracted_by_what_is_remembered_of_it() -> None:
    world = World(RULE.model_copy(update={"name": "Pacts", "version": 4}))
    await world.run(STORY)
    world.book.drop_rule("dprk")
    await world.run(KILL, first_offset=1)
    rule = world.alerts[1].rule
    assert (rule.id, rule.name, rule.version, rule.query) == ("dprk", "Pacts", 4, "")


async def test_a_rule_that_is_not_live_any_more_has_no_word_on_a_new_version() -> None:
    world = World(RULE)
    await world.run(STORY)
    world.book.put_rule(RULE.model_copy(update={"status": "paused"}))
    await world.run(OTHER_NEWS, first_offset=1)
    assert kinds(world) == ["created"]


async def test_rules_that_told_nothing_have_nothing_to_take_back() -> None:
    world = World(RULE, Rule(id="rain", query="rained", channels=("west",)))
    await world.run(STORY, KILL)
    assert [(each.rule.id, each.kind) for each in world.alerts] == [("dprk", "created"), ("dprk", "retracted")]


async def test_a_second_kill_takes_nothing_back_and_is_a_decision() -> None:
    world = World(RULE)
    await world.run(STORY, KILL, {**KILL, "version": 3})
    assert kinds(world) == ["created", "retracted"]
    assert reasons(world) == [HeldReason.NOT_USABLE]


async def test_an_older_version_that_comes_late_changes_nothing() -> None:
    world = World(RULE)
    await world.run({**SECOND, "body": "New."}, STORY)
    await world.run({**STORY, "status": "canceled", "version": 1}, first_offset=ELSEWHERE)
    assert kinds(world) == ["created"]
    assert reasons(world) == [HeldReason.SUPERSEDED] * 2
    assert world.alerts[0].article.version == 2


async def test_an_older_version_is_late_also_where_the_newer_one_matched_nothing() -> None:
    world = World(RULE)
    await world.run(OTHER_NEWS, STORY)
    assert (kinds(world), reasons(world)) == ([], [HeldReason.SUPERSEDED])


async def test_the_same_version_again_is_a_repeat() -> None:
    world = World(RULE.model_copy(update={"updates": Updates.VERSIONS}))
    await world.run(STORY, CORRECTION, CORRECTION, {**CORRECTION, "body": "Other words."})
    assert kinds(world) == ["created", "corrected"]
    assert reasons(world) == [HeldReason.SEEN_ALREADY] * 2


@pytest.mark.parametrize("kill", [KILL, {**STORY, "status": "canceled"}], ids=["version 2", "no version"])
async def test_a_kill_that_comes_before_its_article_wins(kill: dict[str, object]) -> None:
    world = World(RULE)
    await world.run(kill)
    await World(RULE, store=world.store).run(STORY, first_offset=ELSEWHERE)
    assert world.alerts == []
    reason = HeldReason.SUPERSEDED if "version" in kill else HeldReason.NOT_USABLE
    assert reasons(world) == [HeldReason.NOT_USABLE, reason]


async def test_a_version_behind_a_kill_is_told_with_an_id_of_its_own() -> None:
    """Whoever knows alerts by their ids must not take it for the one that was taken back."""
    world = World(RULE)
    await world.run(STORY, KILL, {**STORY, "version": 3})
    first, _, third = world.alerts
    assert (third.kind, third.article.version) == ("created", 3)
    assert third.id != first.id


async def test_a_retraction_gives_the_story_to_an_article_of_another_source() -> None:
    world = World(RULE)
    copy = {**STORY, "uri": "b:1", "source": "Other Wire"}
    await world.run(STORY, copy)
    assert reasons(world) == [HeldReason.SAME_STORY]
    await world.run(KILL, first_offset=2)
    await world.run({**copy, "uri": "c:1"}, {**copy, "uri": "d:1"}, first_offset=3)
    created = [each for each in world.alerts if each.kind is AlertKind.CREATED]
    assert [each.article.uri for each in created] == ["a:1", "c:1"]
    assert len({each.id for each in created}) == 2
    assert created[0].story == created[1].story
    assert world.decisions[-1].alert_id == created[1].id


async def test_a_kill_of_an_article_that_did_not_tell_takes_back_no_other() -> None:
    world = World(RULE)
    await world.run(STORY, {**STORY, "uri": "b:1"}, {**STORY, "uri": "b:1", "version": 2, "status": "canceled"})
    assert kinds(world) == ["created"]
    assert reasons(world) == [HeldReason.SAME_STORY, HeldReason.NOT_USABLE]


@pytest.mark.parametrize("updates", list(Updates))
@pytest.mark.parametrize(
    ("body", "changed"), [("It was signed, on Monday!", False), ("It was signed on Tuesday.", True)]
)
async def test_a_new_version_is_an_update_only_if_its_words_change_and_the_rule_wants_it(
    updates: Updates, body: str, changed: bool
) -> None:
    world = World(RULE.model_copy(update={"updates": updates}))
    await world.run(STORY, {**SECOND, "body": body})
    if changed and updates is Updates.VERSIONS:
        assert (kinds(world), reasons(world)) == (["created", "updated"], [])
        assert world.alerts[1].cause is AlertCause.NEW_VERSION
    else:
        assert (kinds(world), reasons(world)) == (["created"], [HeldReason.SEEN_ALREADY])
        assert world.decisions[0].alert_id == world.alerts[0].id


@pytest.mark.parametrize(
    ("second", "kind"),
    [({}, AlertKind.UPDATED), ({"is_correction": True}, AlertKind.CORRECTED), ({"status": "canceled"}, "retracted")],
    ids=["update", "correction", "kill"],
)
async def test_versions_may_be_counted_from_0(second: dict[str, object], kind: str) -> None:
    world = World(RULE.model_copy(update={"updates": Updates.VERSIONS}))
    first = {**STORY, "version": 0}
    await world.run(first, {**STORY, "version": 1, "body": "It was signed on Tuesday.", **second})
    assert kinds(world) == ["created", kind]
    assert world.alerts[1].previous == world.alerts[0].id
    await world.run(first, first_offset=ELSEWHERE)
    assert reasons(world)[-1] in (HeldReason.SUPERSEDED, HeldReason.SEEN_ALREADY)
    assert len(world.alerts) == 2


async def test_each_version_follows_on_the_one_before_it() -> None:
    world = World(RULE.model_copy(update={"updates": Updates.VERSIONS, "dedup": Dedup.ARTICLE}))
    await world.run(*({**STORY, "version": number, "body": f"Part {number}."} for number in (1, 2, 3)))
    await world.run({**KILL, "version": 4}, first_offset=4)
    assert kinds(world) == ["created", "updated", "updated", "retracted"]
    assert [each.previous for each in world.alerts] == [None, *(each.id for each in world.alerts[:-1])]


async def test_a_source_whose_versions_are_times_has_each_article_remembered_once_whether_it_matches_or_not() -> None:
    """docs/decisions/what-was-told.md says what that costs."""
    world = World(RULE)
    rain = {"title": "Rain in Pyongyang", "body": "It rained."}
    await world.run(*({**STORY, **rain, "uri": f"first:{number}"} for number in range(3)))
    assert len(world.store.told) == 0
    at_ms = 1_796_083_200_000
    await world.run(*({**STORY, **rain, "uri": "timed:0", "version": at_ms + number} for number in range(4)))
    await world.run({**STORY, **rain, "uri": "timed:1", "version": at_ms})
    assert (world.alerts, world.decisions, len(world.store.told)) == ([], [], 2)
