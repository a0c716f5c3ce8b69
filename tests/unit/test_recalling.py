"""Who was told, as the topics tell it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from schemas.alert import AlertKind
from schemas.article import ArticleStatus
from schemas.envelope import Incoming, Outgoing
from tests.unit.pipeline_world import RULE, STORY, World
from workers.dedup import Known, Latest
from workers.recalling import killed, recall

KILL = {**STORY, "status": "canceled"}


def as_read(messages: list[Outgoing]) -> list[Incoming]:
    return [Incoming(each.topic, 0, at, 0, each.key, each.value, each.headers) for at, each in enumerate(messages)]


async def told(*articles: Mapping[str, object]) -> tuple[list[Incoming], Known]:
    """The alerts of these articles, and what is remembered of `a:1`."""
    world = World(RULE)
    await world.run(*articles)
    page = world.store.told._pages["a:1"]
    return as_read(world.sent("alerts")), Known(page.latest, page.held, page.tellings)


async def test_the_topics_tell_all_that_is_remembered() -> None:
    for articles in ([STORY], [STORY, {**STORY, "version": 2, "is_correction": True}], [STORY, KILL]):
        records, known = await told(*articles)
        assert recall(records) == {"a:1": known}, articles


async def test_an_alert_repeated_behind_its_retraction_stays_retracted() -> None:
    records, known = await told(STORY, KILL)
    found = recall([*records, records[0]])
    assert found["a:1"].tellings["dprk"].kind is AlertKind.RETRACTED
    assert found == {"a:1": known}


async def test_an_older_version_repeated_behind_a_newer_one_changes_nothing() -> None:
    records, known = await told(STORY, {**STORY, "version": 2, "is_correction": True})
    assert recall([*records, records[0]]) == {"a:1": known}


async def test_alerts_without_our_headers_are_known_as_far_as_they_tell() -> None:
    records, known = await told(STORY, KILL)
    bare = [Incoming("alerts", 0, each.offset, 0, each.key, each.value) for each in records]
    found = recall(bare)["a:1"]
    assert found.latest is not None
    assert (found.latest.version, found.latest.status) == (1, ArticleStatus.CANCELED)
    assert found.tellings["dprk"].channels == known.tellings["dprk"].channels


def test_what_is_no_alert_and_what_is_no_longer_held_is_passed_over() -> None:
    held = Incoming("held", 0, 0, 0, b"u", b"x", (("due-ms", b"1"), ("version", b"3")))
    gone = Incoming("held", 0, 1, 0, b"u", None)
    assert recall([Incoming("alerts", 0, 0, 0, b"a", b"no alert"), gone]) == {}
    assert recall([held]) == {"u": Known(held=3)}
    assert recall([held, gone]) == {"u": Known()}


KILLED = Latest(2, ArticleStatus.CANCELED, "articles/0/7@1")


def test_kills_are_found_by_their_uri_and_the_latest_counts() -> None:
    older = Latest(1, ArticleStatus.WITHHELD, "articles/0/9@1")
    records = as_read([killed("a:1", KILLED), killed("a:1", older), killed("b:\ud800", older)])
    assert recall(records) == {"a:1": Known(KILLED), "b:\ud800": Known(older)}


async def test_a_kill_stands_beside_what_was_told_and_is_no_older_than_its_retraction() -> None:
    records, known = await told(STORY, {**KILL, "version": 2})
    newer = Latest(3, ArticleStatus.WITHHELD, "articles/0/9@1")
    for kills, latest in (([KILLED], KILLED), ([newer], newer), ([newer, KILLED], newer)):
        found = recall([*records, *as_read([killed("a:1", each) for each in kills])])
        assert found == {"a:1": Known(latest, None, known.tellings)}


@pytest.mark.parametrize(
    ("key", "value", "version"),
    [
        pytest.param(b"u", None, b"2", id="a tombstone"),
        pytest.param(b"u", b"usable", b"2", id="no kill"),
        pytest.param(b"u", b"\xff", b"2", id="no status"),
        pytest.param(b"u", b"canceled", b"-2", id="no version"),
        pytest.param(b"u", b"canceled", "²".encode(), id="no number"),
        pytest.param(b"u", b"canceled", b"9" * 5_000, id="a number beyond all"),
        pytest.param(b"\xff", b"canceled", b"2", id="no uri"),
        pytest.param(None, b"canceled", b"2", id="no key"),
    ],
)
def test_what_others_wrote_on_kills_is_passed_over(key: bytes | None, value: bytes | None, version: bytes) -> None:
    assert recall([Incoming("kills", 0, 0, 0, key, value, (("for-version", version),))]) == {}


@pytest.mark.parametrize(
    ("key", "version"),
    [pytest.param(b"\xff", b"2", id="no uri"), pytest.param(b"u", b"9" * 5_000, id="a number beyond all")],
)
def test_what_others_wrote_on_held_is_passed_over(key: bytes, version: bytes) -> None:
    assert recall([Incoming("held", 0, 0, 0, key, b"x", (("due-ms", b"1"), ("version", version)))]) == {}
