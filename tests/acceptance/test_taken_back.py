"""Kills, corrections and embargoes on a real broker and store: over restarts, crashes and the loss of Redis."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from tests.acceptance.audited import audited
from tests.acceptance.house import House, wait_for
from tests.services import witness
from tests.services.redis import RedisServer
from workers.pipeline import Step

RULE = {"id": "pact", "query": "pact AND defence", "channels": ["desk", "east"]}
PACT = {"uri": "n:1", "title": "A pact on defence", "body": "Both ministers signed it on Monday in the capital."}
KILL = {**PACT, "version": 2, "status": "canceled"}
CORRECTION = {**PACT, "version": 2, "is_correction": True, "body": "Both ministers signed it on Tuesday."}
QUICK = {"match_session_timeout_s": 1.5, "match_heartbeat_interval_s": 0.4, "match_rebalance_timeout_s": 3}


def told(house: House, topic: str = "alerts") -> list[tuple[str, str, int]]:
    """(uri, kind, version) of each alert, once however often it stands there."""
    rows = {row["id"]: row for row in house.rows(topic)}
    return [(row["article"]["uri"], row["kind"], row["article"]["version"]) for row in rows.values()]


def publish_to(house: House, partition: int, articles: Sequence[dict[str, Any]]) -> None:
    """As a source does that does not key by uri."""
    rows = [(None, orjson.dumps(each), ()) for each in articles]
    witness.produce(house.bootstrap, house.prefix + "articles", rows, partition)


def in_s(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def prepared(house: House, *channels: str) -> None:
    house.create_topics(channels or ("desk", "east", "west"))
    house.apply(RULE)


@pytest.mark.parametrize("redis", ["there", "flushed", "restarted empty"])
def test_a_kill_reaches_exactly_those_who_were_told_after_a_restart(
    own_house: House, own_redis: RedisServer, redis: str
) -> None:
    prepared(own_house)
    worker = own_house.start()
    own_house.publish(PACT)
    own_house.wait_done()
    assert worker.terminate() == 0
    own_house.apply({**RULE, "channels": ["west"], "version": 2})
    if redis == "flushed":
        own_redis.flush()
    elif redis != "there":
        own_redis.stop()
        own_redis.start()
    own_house.start()
    own_house.publish(KILL)
    own_house.wait_done()
    expected = [("n:1", "created", 1), ("n:1", "retracted", 2)]
    assert told(own_house) == expected
    assert (told(own_house, "alerts.desk"), told(own_house, "alerts.east")) == (expected, expected)
    assert told(own_house, "alerts.west") == []
    (retracted,) = [row for row in own_house.rows("alerts") if row["kind"] == "retracted"]
    assert retracted["cause"] == "canceled"
    own_house.publish(PACT)
    own_house.wait_done()
    assert told(own_house) == expected, "an older version that comes late changes nothing"


@pytest.mark.parametrize("redis", ["there", "flushed", "restarted empty"])
def test_a_kill_that_comes_first_wins_over_what_comes_late(
    own_house: House, own_redis: RedisServer, redis: str
) -> None:
    """Nobody was told of any of them: three that are killed before they come, and one while it is under embargo."""
    prepared(own_house)
    worker = own_house.start()
    second = {**PACT, "uri": "n:2", "title": "Another pact on defence", "body": "It rains. Nobody signed."}
    third = {**PACT, "uri": "n:3", "title": "A third pact on defence", "body": "Eleven words stand here, or five."}
    fourth = {**PACT, "uri": "n:4", "title": "Pact number four on defence", "body": "Snow falls, and that is all."}
    own_house.publish({**third, "embargoed_until": in_s(3600)})
    own_house.wait_done()
    own_house.publish(KILL, {**second, "status": "withheld"}, {**third, "version": 2, "status": "canceled"})
    own_house.publish({**fourth, "status": "canceled", "updated": "2026-05-01T12:00:00Z"})
    own_house.wait_done()
    assert worker.terminate() == 0
    if redis == "flushed":
        own_redis.flush()
    elif redis != "there":
        own_redis.stop()
        own_redis.start()
    own_house.start()
    own_house.publish(PACT, second, third, {**second, "version": 2})
    own_house.publish({**fourth, "version": 2, "updated": "2026-05-01T11:00:00Z"})
    own_house.wait_done()
    assert told(own_house) == [("n:2", "created", 2)], "it is newer than the kill"
    reasons = [(row["article"]["uri"], row["reason"]) for row in own_house.rows("decisions")]
    unused, late = "not_usable", "superseded"
    assert sorted(reasons[-4:]) == [("n:1", late), ("n:2", unused), ("n:3", late), ("n:4", unused)]
    audited(own_house)


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name.lower())
def test_a_kill_of_the_worker_at_each_step_loses_no_retraction_and_no_correction(house: House, step: Step) -> None:
    prepared(house)
    first = house.start(**QUICK)
    other = {**PACT, "uri": "n:2", "title": "Another pact on defence", "body": "It rains. Nobody signed."}
    house.publish(PACT, other)
    house.wait_done()
    assert first.terminate() == 0
    house.publish(KILL, {**CORRECTION, "uri": "n:2"})
    dying = house.start(match_failpoint=f"{step.name}:1", **QUICK)
    assert dying.wait_exit() == -signal.SIGKILL
    house.start(**QUICK)
    house.wait_done()
    assert sorted(told(house)) == [
        *(("n:1", "created", 1), ("n:1", "retracted", 2)),
        *(("n:2", "corrected", 2), ("n:2", "created", 1)),
    ]
    assert len(set(house.values("alerts"))) == 4, "repeats have the same bytes"
    assert set(house.values("alerts.desk")) == set(house.values("alerts"))
    copy = {**PACT, "uri": "n:3", "source": "Other Wire"}
    house.publish(copy, {**copy, "uri": "n:4"})
    house.wait_done()
    assert [uri for uri, kind, _ in told(house) if kind == "created"].count("n:3") + told(house).count(
        ("n:4", "created", 1)
    ) == 1, "what was retracted is told again by one other article"


def test_on_other_partitions_of_other_workers_no_retraction_overtakes_its_alert(house: House) -> None:
    """Each version goes to a partition of its own; three workers share them; one of them is killed."""
    prepared(house)
    workers = [house.start(match_lease_s=2, **QUICK) for _ in range(3)]
    for worker in workers:
        worker.wait_ready()
    articles = [
        {"uri": f"n:{number}", "title": f"Pact {number} on defence", "body": f"Number {number} of {number * 7} words."}
        for number in range(60)
    ]
    house.apply({**RULE, "dedup": "article", "version": 2})
    changes: list[dict[str, object]] = [
        {},
        {"version": 2, "is_correction": True},
        {"version": 3, "status": "canceled"},
    ]
    for each in range(0, 60, 10):
        for partition, change in enumerate(changes):
            publish_to(house, partition, [{**article, **change} for article in articles[each : each + 10]])
        if each == 30:
            workers[1].kill()
    house.wait_done()
    kinds: dict[str, list[tuple[str, int]]] = {}
    for uri, kind, version in told(house):
        kinds.setdefault(uri, []).append((kind, version))
    for uri, rows in kinds.items():
        assert rows[-1] == ("retracted", 3), (uri, rows)
        assert rows[0][0] == "created", (uri, rows)
    assert kinds, "some were told before they were killed"


def test_an_article_under_embargo_is_told_in_time_by_whoever_is_there_and_a_killed_one_never(
    own_house: House, own_redis: RedisServer
) -> None:
    prepared(own_house)
    worker = own_house.start(**QUICK)
    worker.wait_ready()
    held = {"embargoed_until": in_s(8)}
    own_house.publish({**PACT, **held}, {**PACT, **held, "uri": "n:2", "title": "A pact on defence that never was"})
    own_house.wait_done()
    own_house.publish({**KILL, "uri": "n:2"})
    own_house.wait_done()
    assert told(own_house) == []
    worker.kill()
    own_redis.flush()
    own_house.apply({"id": "later", "query": "ministers", "channels": ["west"]})
    started = [own_house.start(**QUICK) for _ in range(2)]
    wait_for(lambda: len(told(own_house)) == 2, 60, lambda: started[0].log[-3000:] + started[1].log[-3000:])
    (record, *_) = [row for row in own_house.rows("alerts") if row["rule"]["id"] == "later"]
    assert record["times"]["received"] >= held["embargoed_until"][:19]
    own_house.wait_done()
    assert {uri for uri, _, _ in told(own_house)} == {"n:1"}
    assert all(record.value == b"" for record in _last_of_each(own_house)), "nothing is held any more"


def _last_of_each(house: House) -> list[witness.Record]:
    """What compaction will leave on `held`."""
    return list({record.key: record for record in witness.read_all(house.bootstrap, house.prefix + "held")}.values())
