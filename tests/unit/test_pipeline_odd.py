"""The sentence where something is odd: leftovers of a crash, what the broker refuses, strange records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas import Rule, WordList
from schemas.alert import AlertKind
from schemas.envelope import Outgoing
from schemas.reasons import HeldReason
from schemas.rule import Updates
from tests.unit.pipeline_world import RULE, STORY, World, records
from workers.errors import Broken, Unavailable
from workers.pipeline import Step


async def test_a_claim_left_by_a_record_that_no_longer_matches_holds_nothing_back() -> None:
    """Record 0 claimed the rule and died; the rule was edited; in the replay only record 1 matches it."""
    other = Rule(id="pact", query="pact")
    world = World(RULE, other)

    def die(step: Step) -> None:
        if step is Step.CLAIMED:
            raise KeyboardInterrupt

    world.pipeline._passed = die
    second = {**STORY, "body": "Signed in Pyongyang."}
    with pytest.raises(KeyboardInterrupt):
        await world.run(STORY)
    world.pipeline._passed = world.steps.append
    world.book.put_rule(RULE.model_copy(update={"query": "Pyongyang AND defence"}))
    await world.run(STORY, second)
    assert sorted((each.rule.id, each.article.uri) for each in world.alerts) == [("dprk", "a:1"), ("pact", "a:1")]


async def test_a_claim_left_by_a_record_of_the_batch_is_given_back_and_nothing_waits() -> None:
    """As above, but the later record of the same story matches the edited rule."""
    world = World(RULE)

    def die(step: Step) -> None:
        if step is Step.CLAIMED:
            raise KeyboardInterrupt

    world.pipeline._passed = die
    second = {**STORY, "title": "Pyongyang speaks of defence"}
    third = {"uri": "b:2", "title": "Pyongyang, defence"}
    with pytest.raises(KeyboardInterrupt):
        await world.run(STORY)
    world.pipeline._passed = world.steps.append
    world.book.put_rule(RULE.model_copy(update={"query": "Pyongyang AND defence"}))
    before_ms = world.now_ms
    await world.run(STORY, second, third)
    assert [each.article.uri for each in world.alerts] == ["a:1", "b:2"]
    assert world.now_ms == before_ms


async def test_a_story_whose_alert_was_too_large_is_told_by_its_next_version() -> None:
    world = World(RULE, max_bytes=9_000)
    await world.run({**STORY, "blob": "x" * 12_000})
    await world.run({**STORY, "version": 2}, first_offset=1)
    assert [each.article.version for each in world.alerts] == [2]
    assert [each.reason for each in world.decisions] == [HeldReason.TOO_LARGE]


async def test_a_channel_without_a_topic_holds_up_no_other_and_is_named() -> None:
    world = World(RULE)
    world.outbox.absent.add("alerts.east")
    await world.run(STORY)
    (alert,) = world.alerts
    assert (alert.channels, alert.channels_unknown) == (("desk",), ("east",))
    assert world.sent("alerts.east") == []


async def test_a_list_of_thousands_in_a_phrase_makes_no_large_alert() -> None:
    world = World()
    world.book.put_list(WordList(id="firms", entries=tuple(f'"firm{n} holding"' for n in range(3000))))
    world.book.put_rule(Rule(id="f", query="@firms sanctions"))
    await world.run({"uri": "f:1", "title": "t", "body": " ".join(f"Firm{n} Holding sanctions." for n in range(50))})
    (message,) = world.sent("alerts")
    assert len(message.value or b"") < 30_000
    assert len(world.alerts[0].evidence.hits) == 50


@pytest.mark.parametrize("timestamp_ms", [-5, 1_777_636_800_000_000, 2**62], ids=["before 1970", "microseconds", "far"])
async def test_a_record_with_an_odd_timestamp_is_told_held_and_buried_like_others(timestamp_ms: int) -> None:
    world = World(RULE)
    odd = [replace(record, timestamp_ms=timestamp_ms) for record in records([STORY, STORY, b"{"], 0)]
    await world.pipeline.run(odd)
    assert (len(world.alerts), len(world.decisions), len(world.letters)) == (1, 1, 1)


async def test_a_dead_letter_that_the_broker_refuses_is_told_without_what_it_held() -> None:
    world = World(max_bytes=3_000)
    await world.run(b"x" * 5_000)
    (letter,) = world.letters
    assert (letter.reason, letter.value, letter.size_bytes, letter.truncated) == ("not_json", None, 5_000, True)


async def test_a_dead_letter_keeps_a_key_and_headers_of_any_size_in_bounds() -> None:
    world = World()
    poison = replace(records([b"{"], 0)[0], key=b"k" * 2_000_000, headers=(("a", b"1"), ("b", b"h" * 2_000_000)))
    await world.pipeline.run([poison])
    (letter,) = world.letters
    assert (letter.value, len(letter.key or b""), letter.truncated) == (b"{", 65_536, True)
    assert [each.name for each in letter.headers] == ["a"]


async def test_a_decision_that_the_broker_refuses_stops_the_worker() -> None:
    world = World(RULE, max_bytes=300)
    with pytest.raises(Broken, match="topics list"):
        await world.run(STORY)


BIG = {**STORY, "more": "x" * 9_000}
COPY = {**STORY, "uri": "copy:1", "source": "Copyist"}


@pytest.mark.parametrize("copy", [COPY, STORY], ids=["of another source", "the same article again"])
async def test_a_copy_of_what_the_broker_refuses_is_told_itself_and_nothing_names_what_never_was(
    copy: dict[str, object],
) -> None:
    world = World(RULE, max_bytes=8_000)
    tally = await world.run(BIG, copy)
    assert [each.article.uri for each in world.alerts] == [copy["uri"]]
    assert [(each.article.uri, each.reason) for each in world.decisions] == [(STORY["uri"], HeldReason.TOO_LARGE)]
    assert (tally.alerts, dict(tally.held)) == (1, {HeldReason.TOO_LARGE: 1})


async def test_no_alert_on_more_sources_follows_on_one_that_the_broker_refuses() -> None:
    world = World(RULE.model_copy(update={"updates": Updates.SOURCES}), max_bytes=8_000)
    await world.run({**BIG, "source": "First"}, COPY, {**COPY, "uri": "copy:2", "source": "Third"})
    told = {each.id for each in world.alerts}
    assert {each.previous for each in world.alerts} <= told | {None}
    assert {each.alert_id for each in world.decisions} <= told | {None}
    assert [each.kind for each in world.alerts][:1] == [AlertKind.CREATED]


async def test_of_many_copies_the_first_that_the_broker_takes_is_told_and_the_others_name_it() -> None:
    world = World(RULE, max_bytes=8_000)
    await world.run(BIG, {**BIG, "uri": "copy:0"}, COPY, {**COPY, "uri": "copy:2"})
    (alert,) = world.alerts
    assert alert.article.uri == "copy:1"
    said = {each.article.uri: (each.reason, each.alert_id) for each in world.decisions}
    large = (HeldReason.TOO_LARGE, None)
    assert said == {"a:1": large, "copy:0": large, "copy:2": (HeldReason.SAME_STORY, alert.id)}
    assert len(world.decisions) == 3


async def test_a_worker_that_dies_between_an_alert_and_what_names_it_says_the_same_when_it_comes_back() -> None:
    world = World(RULE)
    publish, sent = world.outbox.publish, list[int]()

    async def dying(messages: Sequence[Outgoing]) -> list[Outgoing]:
        if sent:
            raise Unavailable("dead")
        sent.append(len(messages))
        return await publish(messages)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.outbox, "publish", dying)
        with pytest.raises(Unavailable):
            await world.run(STORY, COPY)
    assert (len(world.alerts), world.decisions) == (1, [])
    await world.run(STORY, COPY)
    assert len({each.id for each in world.alerts}) == 1
    assert [(each.article.uri, each.alert_id) for each in world.decisions] == [("copy:1", world.alerts[0].id)]


async def test_copies_that_the_broker_refuses_too_are_each_told_as_a_decision() -> None:
    world = World(RULE, max_bytes=8_000)
    await world.run(BIG, {**BIG, "uri": "copy:1"})
    assert world.alerts == []
    said = [(each.article.uri, each.reason) for each in world.decisions]
    assert said == [(STORY["uri"], HeldReason.TOO_LARGE), ("copy:1", HeldReason.TOO_LARGE)]


async def test_alerts_keep_their_order_where_one_names_another_of_its_batch() -> None:
    world = World(RULE.model_copy(update={"updates": Updates.SOURCES}))
    other = {**STORY, "uri": "b:1", "title": "Russia tells North Korea of defence and grain"}
    copies = [{**COPY, "uri": f"copy:{number}", "source": f"Source {number}"} for number in (2, 3)]
    await world.run({**STORY, "source": "First"}, *copies, other)
    assert [(each.kind, each.article.uri) for each in world.alerts] == [
        (AlertKind.CREATED, STORY["uri"]),
        (AlertKind.UPDATED, "copy:3"),
        (AlertKind.CREATED, "b:1"),
    ]
    assert [each.value for each in world.sent("alerts.desk")] == [each.value for each in world.sent("alerts")]
