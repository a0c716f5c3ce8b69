"""`wirewatch audit` on a real broker: after a worker's day, and after somebody's hand on the topics."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests.acceptance.house import House, closing
from tests.integration.terminal import Terminal
from tests.services import witness
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer

LIMIT_S = 120  # for what starts or ends; on a crowded machine a command needs more than 20 to connect
RULES = [
    {"id": "pact", "query": "Russia AND North Korea", "channels": ["desk"]},
    {"id": "summit", "query": "summit", "channels": ["desk"]},
    {"id": "idle", "query": "zeppelin", "channels": ["desk"]},
]
ARTICLES = [
    {"uri": "u:1", "title": "Russia and North Korea sign a pact at their summit"},
    {"uri": "u:2", "title": "Summit of the \x1b[31mcentury"},
    {"uri": "u:1", "title": "Russia and North Korea sign a pact at their summit"},
    {"uri": "u:3", "title": "Summit called off", "status": "canceled"},
    {"uri": "u:4"},
]


@contextmanager
def a_workers_day(kafka: KafkaServer, redis_server: RedisServer, folder: Path) -> Iterator[House]:
    """Topics on which a worker has told of the articles."""
    with closing(House(kafka.bootstrap, redis_server.url, f"t{uuid4().hex[:12]}.", folder)) as made:
        made.create_topics(["desk"], partitions=2)
        made.apply(*RULES)
        made.publish(*ARTICLES)
        worker = made.start()
        made.wait_done()
        assert worker.terminate() == 0
        yield made


@pytest.fixture(scope="module")
def house(kafka: KafkaServer, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all tests that only read."""
    with a_workers_day(kafka, redis_server, tmp_path_factory.mktemp("day")) as made:
        yield made


@pytest.fixture
def terminal(house: House) -> Terminal:
    return Terminal(house.bootstrap, house.prefix)


def forge(house: House) -> None:
    """An alert that a channel does not carry, of a rule that says no."""
    (alert,) = [row for row in house.rows("alerts") if row["rule"]["id"] == "pact"]
    alert["id"] = "al_forged"
    alert["rule"] |= {"id": "idle", "query": "zeppelin"}
    witness.produce(house.bootstrap, house.prefix + "alerts", [(b"u:1", orjson.dumps(alert), [])])


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_workers_day_is_balanced_for_people(terminal: Terminal) -> None:
    text = terminal.ok("audit", "--edit-live", "0")
    assert "balanced: 6 matches = 3 alerts (3 created) + 3 decisions (1 not usable, 2 seen already)" in text
    assert " ".join(text.splitlines()[0].split()) == "RULE MATCHES CREATED NOT USABLE SEEN ALREADY MISSING"
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[1:3]}
    assert rows == {"summit": ["4", "2", "1", "1", "0"], "pact": ["2", "1", "0", "1", "0"]}
    assert "5 article records since" in text
    assert "; 1 of them dead letters" in text


def test_a_workers_day_is_balanced_for_programs(terminal: Terminal) -> None:
    *rules, total = lines(terminal.ok("audit", "--json", "--edit-live", "0"))
    assert [(row["type"], row["rule"], row["matches"]) for row in rules] == [("rule", "pact", 2), ("rule", "summit", 4)]
    assert (total["type"], total["balanced"], total["matches"]) == ("total", True, 6)
    assert total["alerts"] == {"created": 3}
    assert total["decisions"] == {"not_usable": 1, "seen_already": 2}
    assert total["dead_letters"] == {"no_text": 1}


def test_what_is_odd_ends_it_with_1_and_is_named(kafka: KafkaServer, redis_server: RedisServer, tmp_path: Path) -> None:
    with a_workers_day(kafka, redis_server, tmp_path) as house:
        forge(house)
        terminal = Terminal(house.bootstrap, house.prefix)
        people, programs = terminal.run("audit"), terminal.run("audit", "--json")
    assert (people.code, programs.code) == (1, 1)
    assert "no match" in people.out
    assert "rule idle u:1" in people.out
    assert "not balanced: 1 no match; 6 matches" in people.out
    (finding,) = [row for row in lines(programs.out) if row["type"] == "finding"]
    assert (finding["slip"], finding["rule"], finding["uri"]) == ("no_match", "idle", "u:1")
    assert finding["record"].startswith("articles/")
    assert lines(programs.out)[-1]["balanced"] is False


def test_only_articles_from_the_time_asked_on_are_judged(terminal: Terminal) -> None:
    assert lines(terminal.ok("audit", "--json", "--since", "1h"))[-1]["articles"] == len(ARTICLES)
    assert lines(terminal.ok("audit", "--json", "--since", "2999-01-01T00:00:00Z"))[-1]["articles"] == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-05-01T12:00:00", "-1h"], ids=["words", "no zone", "ahead"])
def test_a_time_that_is_none_is_refused_with_the_way_out(kafka: KafkaServer, text: str) -> None:
    done = Terminal(kafka.bootstrap, "none.").run("audit", f"--since={text}")
    assert done.code == 2
    assert "2026-05-01T12:00:00Z" in done.err


def test_topics_that_are_not_there_are_told_with_the_way_out(kafka: KafkaServer) -> None:
    done = Terminal(kafka.bootstrap, "none.").run("audit")
    assert done.code == 69
    assert "wirewatch topics create" in done.err


def test_a_group_that_never_ran_is_refused_with_the_way_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_MATCH_GROUP", "nobody")
    done = Terminal(house.bootstrap, house.prefix).run("audit")
    assert done.code == 1
    assert "WIREWATCH_MATCH_GROUP" in done.err


def test_ctrl_c_shows_no_part_of_an_account() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and answers nothing
        process = Terminal(f"127.0.0.1:{silent.getsockname()[1]}", "none.").start("audit", "--json")
        silent.settimeout(LIMIT_S)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_S)
        connection.close()
    assert process.returncode == 130
    assert not out
    assert err.startswith("interrupted: nothing is shown")
    assert "Traceback" not in err
