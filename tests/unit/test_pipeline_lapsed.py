"""A worker died between its claim and its confirmation, and its lease is over before its record is read again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from schemas import Rule
from schemas.alert import AlertKind
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from tests.unit.pipeline_world import RULE, STORY, Store, World
from tests.unit.test_pipeline_remembers import STEPS, fail_at
from tests.unit.test_pipeline_versions import ELSEWHERE, KILL, SECOND, kinds, on, reasons
from workers.pipeline import Step

COPY = {**STORY, "uri": "b:1", "source": "Other Wire"}
LEASE_OVER_MS = 2_001


class Watched(Store):
    """Counts how often the topics are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read_from: list[int] = []

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        self.read_from.append(time_ms)
        async for piece in super().since(topics, time_ms):
            yield piece


def two(*rules: Rule) -> tuple[World, World, Watched]:
    """A worker that shall die, and another."""
    store = Watched()
    return World(*rules, store=store), World(*rules, store=store), store


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name.lower())
async def test_a_copy_at_another_worker_tells_nothing_twice_whatever_the_dead_one_had_done(step: Step) -> None:
    dead, other, store = two(RULE)
    await fail_at(dead, step, STORY, first_offset=0)
    store.now_ms += LEASE_OVER_MS
    told = len(dead.alerts)
    await other.run(COPY, first_offset=ELSEWHERE)
    await dead.run(STORY)  # at last its record is read again
    assert {each.id for each in other.alerts} == {other.alerts[0].id}
    assert other.alerts[0].article.uri == ("a:1" if told else "b:1")
    assert [(each.reason, each.alert_id) for each in other.decisions] == [(HeldReason.SAME_STORY, other.alerts[0].id)]
    assert len(other.alerts) == 1


async def test_the_topics_are_read_once_for_all_that_lapsed_and_never_without_need() -> None:
    rain = Rule(id="rain", query="pact", channels=("desk",))
    dead, other, store = two(RULE, rain)
    other_story = {"uri": "a:2", "title": "Another pact: Russia, North Korea, defence"}
    await fail_at(dead, Step.PUBLISHED, STORY, other_story, first_offset=0)
    store.now_ms += LEASE_OVER_MS
    await other.run(COPY, {**other_story, "uri": "b:2"}, first_offset=ELSEWHERE)
    assert store.read_from == [400_000], "from ten minutes before the claims on"
    await other.run({**COPY, "uri": "c:1"}, {"uri": "c:2", "title": "No news"}, first_offset=ELSEWHERE + 2)
    assert len(store.read_from) == 1
    assert len(other.alerts) == 4


async def test_what_the_dead_one_told_is_remembered_so_that_it_can_be_taken_back() -> None:
    """Its record comes again and finds its claim confirmed: it says nothing more, and must not forget whom it told."""
    dead, other, store = two(RULE)
    await fail_at(dead, Step.PUBLISHED, STORY, first_offset=0)
    store.now_ms += LEASE_OVER_MS
    await other.run(COPY, first_offset=ELSEWHERE)
    await dead.run(STORY)
    await other.run(KILL, first_offset=ELSEWHERE + 1)
    assert kinds(other) == ["created", "retracted"]
    assert on(other, "desk") == on(other, "east") == ["created", "retracted"]


async def test_what_the_dead_one_told_and_another_took_back_holds_no_copy() -> None:
    """The retraction is on the topic, and the worker that sent it died before it gave the story back."""
    dead, other, store = two(RULE)
    await fail_at(dead, Step.PUBLISHED, STORY, first_offset=0)
    store.now_ms += LEASE_OVER_MS
    await fail_at(dead, Step.PUBLISHED, KILL, first_offset=5)
    store.now_ms += LEASE_OVER_MS
    await other.run(COPY, first_offset=ELSEWHERE)
    assert [(each.kind, each.article.uri) for each in other.alerts] == [
        (AlertKind.CREATED, "a:1"),
        (AlertKind.RETRACTED, "a:1"),
        (AlertKind.CREATED, "b:1"),
    ]


async def test_a_new_version_of_the_article_itself_finds_what_the_dead_one_told() -> None:
    dead, other, store = two(RULE)
    await fail_at(dead, Step.PUBLISHED, STORY, first_offset=0)
    store.now_ms += LEASE_OVER_MS
    await other.run({**SECOND, "body": "More."}, first_offset=ELSEWHERE)
    assert (kinds(other), reasons(other)) == (["created"], [HeldReason.SEEN_ALREADY])


async def test_in_one_batch_with_the_record_of_the_dead_one_the_copy_is_held() -> None:
    dead, other, store = two(RULE)
    await fail_at(dead, Step.PUBLISHED, COPY, STORY, first_offset=0)  # COPY tells
    store.now_ms += LEASE_OVER_MS
    again = {**STORY, "uri": "c:1"}
    await other.run(COPY, again, first_offset=0)
    assert {each.id for each in other.alerts} == {other.alerts[0].id}
    assert [each.article.uri for each in other.decisions] == ["a:1", "c:1"]
