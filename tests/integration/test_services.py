"""The servers of the tests do what tests rely on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import TimeoutError as NoAnswer

from config.topics import ALERTS
from tests.acceptance.house import wait_for
from tests.services import witness
from tests.services.kafka import KafkaServer
from tests.services.kafka_jars import kafka_jars
from tests.services.missing import Missing, program
from tests.services.npm_package import node_modules
from tests.services.process import ServerProcess
from tests.services.redis import RedisServer
from tests.services.running import running
from workers.streams.admin import Admin


@pytest.mark.parametrize("end", [KafkaServer.kill, KafkaServer.stop], ids=["kill", "stop"])
def test_a_broker_comes_back_with_its_port_and_its_records(
    own_kafka: KafkaServer, topic_prefix: str, end: Callable[[KafkaServer], None]
) -> None:
    bootstrap, topic = own_kafka.bootstrap, topic_prefix + ALERTS.name
    with Admin(bootstrap, topic_prefix) as admin:
        admin.create([ALERTS], 2, 1)
    sent = [(f"{number}".encode(), b"x", [("h", b"v")]) for number in range(20)]
    witness.produce(bootstrap, topic, sent)
    before = witness.read_all(bootstrap, topic)
    end(own_kafka)
    own_kafka.start()
    assert witness.read_all(bootstrap, topic) == before
    assert sorted((record.key, record.value, list(record.headers)) for record in before) == sorted(sent)
    assert sum(witness.end_offsets(bootstrap, topic).values()) == len(sent)


def test_how_far_a_group_is_behind_is_not_known_while_the_broker_names_no_topic(
    kafka: KafkaServer, topic_prefix: str
) -> None:
    topic = topic_prefix + ALERTS.name
    with witness.Lag(kafka.bootstrap, f"{topic_prefix}group", topic) as lag:
        assert lag.records() is None
        with Admin(kafka.bootstrap, topic_prefix) as admin:
            admin.create([ALERTS], 2, 1)
        witness.produce(kafka.bootstrap, topic, [(b"k", b"x", ())] * 20)
        wait_for(lambda: lag.records() == 20, 60)


@pytest.mark.parametrize("appendonly", [False, True], ids=["memory", "appendonly"])
def test_a_store_keeps_what_it_acknowledged_only_when_it_writes_it_down(appendonly: bool) -> None:
    with running(lambda: RedisServer(appendonly)) as server, Redis.from_url(server.url) as client:
        client.set("said", "yes")
        server.kill()
        server.start()
        assert client.exists("said") == appendonly
        client.set("said", "yes")
        server.flush()
        assert not client.exists("said")


def test_a_paused_store_answers_nobody_until_it_goes_on(own_redis: RedisServer) -> None:
    with Redis.from_url(own_redis.url, socket_timeout=0.2) as client:
        own_redis.pause()
        with pytest.raises(NoAnswer):
            client.ping()
        own_redis.resume()
        assert client.ping()


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    server = ServerProcess(["sh", "-c", "echo no such luck; exit 3"], tmp_path / "log", lambda: False, 5)
    with pytest.raises(RuntimeError, match=r"(?s)ended with 3.*no such luck"):
        server.start()


def test_a_missing_program_is_told_with_the_package_that_brings_it() -> None:
    with pytest.raises(Missing, match="no-such-program is not installed; hint: apt-get install its-package"):
        program("no-such-program", "its-package")


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_test_without_its_server_fails_on_ci_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(outcome, match="redis-server is not installed"), running(RedisServer):
        pass


def test_jars_that_cannot_be_fetched_are_told_as_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.services.kafka_jars.CACHE", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="mvn is not installed; hint: apt-get install maven"):
        kafka_jars()
    assert list(tmp_path.iterdir()) == []


def test_a_package_of_npm_that_cannot_be_fetched_is_told_as_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.services.npm_package.CACHE", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="npm is not installed; hint: apt-get install npm"):
        node_modules()
    assert list((tmp_path / "npm").iterdir()) == []
