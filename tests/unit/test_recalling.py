"""Who was told, as the topics tell it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from schemas.alert import AlertKind
from schemas.article import ArticleStatus
from schemas.envelope import Incoming, Outgoing
from tests.unit.pipeline_world import RULE, STORY, World
from workers.dedup import Known, Latest, Sweep, Visit
from workers.dedup.told_memory import MemoryTold
from workers.recalling import Recalling, killed, recall

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


@pytest.mark.parametrize(
    "foreign",
    [
        Incoming("held", 0, 0, 0, b"\xff", None),
        Incoming("held", 0, 0, 0, b"\xff", b"x", (("due-ms", b"1"), ("version", b"1"))),
        Incoming("held", 0, 0, 0, b"u", b"x", (("due-ms", b"1"), ("version", b"9" * 5_000))),
    ],
    ids=["a key that is no text", "held under such a key", "a version of thousands of digits"],
)
def test_what_others_put_among_what_is_held_is_passed_over(foreign: Incoming) -> None:
    assert recall([foreign]) == {}


@pytest.mark.parametrize("version", ["²".encode(), b"9" * 5_000, b"-1"])
async def test_a_version_in_a_header_that_others_wrote_does_not_count(version: bytes) -> None:
    (record,), known = await told(STORY)
    foreign = replace(record, headers=tuple((n, version if n == "for-version" else v) for n, v in record.headers))
    assert recall([foreign]) == {"a:1": known}


async def test_channels_in_a_header_that_others_wrote_count_as_far_as_they_may_be_called_so() -> None:
    (record,), _ = await told(STORY)
    foreign = replace(record, headers=(*record.headers, ("channels", b"north,/etc,\xff," + b"n" * 5_000)))
    assert recall([foreign])["a:1"].tellings["dprk"].channels == ("north", "desk", "east")


def test_what_is_no_alert_and_what_is_no_longer_held_is_passed_over() -> None:
    held = Incoming("held", 0, 0, 0, b"u", b"x", (("due-ms", b"1"), ("version", b"3")))
    gone = Incoming("held", 0, 1, 0, b"u", None)
    assert recall([Incoming("alerts", 0, 0, 0, b"a", b"no alert"), gone]) == {}
    assert recall([held]) == {"u": Known(held=3)}
    assert recall([held, gone]) == {"u": Known()}


def test_of_versions_that_are_held_the_newest_counts_and_each_has_its_own_tombstone() -> None:
    older, newer = (
        Incoming("held", 0, at, 0, b"u\n%d" % at, b"x", (("due-ms", b"1"), ("version", b"%d" % at))) for at in (2, 3)
    )
    assert recall([newer, older]) == recall([older, newer]) == {"u": Known(held=3)}
    assert recall([older, newer, replace(older, value=None, headers=())]) == {"u": Known(held=3)}
    assert recall([newer, replace(newer, value=None, headers=())]) == {"u": Known()}


KILLED = Latest(2, ArticleStatus.CANCELED, "articles/0/7@1")


def test_kills_are_found_by_their_uri_and_the_latest_counts() -> None:
    older = Latest(1, ArticleStatus.WITHHELD, "articles/0/9@1")
    records = as_read([killed("a:1", KILLED), killed("a:1", older), killed("b:\ud800", older)])
    assert recall(records) == {"a:1": Known(KILLED), "b:\ud800": Known(older)}


def test_of_kills_that_name_no_version_the_latest_is_found_whatever_version_it_is_known_by() -> None:
    first, second = (Sweep(at_ms, updated_ms, KILLED.status, KILLED.owner) for at_ms, updated_ms in ((8, 5), (9, None)))
    for kills in ([first, second, None], [second, first], [None, second]):
        assert recall(as_read([killed("a:1", KILLED, each) for each in kills])) == {"a:1": Known(KILLED, sweep=second)}
    assert recall(as_read([killed("a:1", KILLED, first)]))["a:1"].sweep == first


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


class Topics:
    """What stands on the topics; while they are read the first time, something happens to the memory."""

    def __init__(self, records: Sequence[Incoming], happens: Callable[[], object]) -> None:
        self._records = records
        self._happens = happens
        self.read = 0

    async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        self.read += 1
        for each in list(self._records):
            yield [each]
            if self.read == 1:
                self._happens()


async def test_a_memory_that_is_lost_while_it_is_filled_is_filled_again() -> None:
    records, known = await told(STORY)
    memory = MemoryTold(lambda: 0, lease_ms=1_000)
    memory.forget()
    topics = Topics(records, memory.forget)
    (entry,) = await Recalling(memory, topics, lambda: None).enter([Visit("a:1", "articles/0/9@1")])
    assert (entry.known, topics.read) == (known, 2)


async def test_a_memory_that_is_lost_while_the_doubt_about_a_dead_worker_is_cleared_is_filled_again() -> None:
    records, known = await told(STORY)
    now_ms = [0]
    memory = MemoryTold(lambda: now_ms[0], lease_ms=1_000)
    await memory.enter([Visit("a:1", "articles/1/1@1")])
    now_ms[0] = 2_000
    topics = Topics(records, memory.forget)
    (entry,) = await Recalling(memory, topics, lambda: None).enter([Visit("a:1", "articles/0/9@1")])
    assert (entry.known, entry.doubt_ms) == (known, None)


async def test_the_doubt_about_one_that_lapses_while_others_are_cleared_is_cleared_too() -> None:
    """Two dead workers, of which the second one's lease is over only while what the first told is looked for."""
    records, known = await told(STORY)
    now_ms = [0]
    memory = MemoryTold(lambda: now_ms[0], lease_ms=1_000)
    await memory.enter([Visit("b:1", "articles/1/1@1")])
    now_ms[0] = 900
    await memory.enter([Visit("a:1", "articles/1/2@1")])
    now_ms[0] = 1_500
    stands = [Incoming("alerts", 0, 0, 0, b"c:1", b"no alert")]

    def lapses() -> None:
        now_ms[0] = 2_000
        stands.extend(records)

    topics = Topics(stands, lapses)
    visits = [Visit("a:1", "articles/0/9@1"), Visit("b:1", "articles/0/8@1")]
    first, second = await Recalling(memory, topics, lambda: None).enter(visits)
    assert (first.known, second.known) == (known, Known())
