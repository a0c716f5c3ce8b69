"""The commands of delivery on a real broker, with a real worker and real receivers, and judged by other readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.house import House, closing, wait_for
from tests.acceptance.receivers import KEY, SECRET, Receiver, receiver_at
from tests.integration.terminal import Terminal
from tests.services import witness
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer
from tests.unit.courier_world import alert
from workers.streams.admin import Admin
from workers.streams.parcels import hashed

GROUP = "wirewatch-deliver"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback that keeps what it gets."""
    with receiver_at() as started:
        yield started


@pytest.fixture
def house(
    kafka: KafkaServer, redis_server: RedisServer, topic_prefix: str, tmp_path: Path, receiver: Receiver
) -> Iterator[House]:
    """A worker may be started on the topics of the terminal, which may send to the receiver."""
    with closing(House(kafka.bootstrap, redis_server.url, topic_prefix, tmp_path)) as made:
        yield made


@pytest.fixture
def settings(receiver: Receiver) -> dict[str, object]:
    """Of the commands and of the worker."""
    return {
        "deliver_secrets_key": KEY,
        "deliver_allow_http": "true",
        "deliver_allow_networks": "127.0.0.0/8",
        "deliver_allow_ports": receiver.port,
    }


@pytest.fixture
def desk(
    kafka: KafkaServer,
    topic_prefix: str,
    tmp_path: Path,
    receiver: Receiver,
    settings: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """With the topics, and a channel that has a good endpoint and one that fails."""
    for name, value in settings.items():
        monkeypatch.setenv(f"WIREWATCH_{name.upper()}", str(value))
    terminal = Terminal(kafka.bootstrap, topic_prefix)
    terminal.ok("topics", "create")
    path = tmp_path / "channels.yaml"
    path.write_text(
        "channels:\n- id: desk\n  endpoints:\n"
        f"  - {{id: good, url: '{receiver.url('/ok')}', secret: {SECRET}}}\n"
        f"  - {{id: bad, url: '{receiver.url('/status/500')}', secret: {SECRET}}}\n"
    )
    terminal.ok("channels", "apply", path)
    return terminal


def told(house: House, name: str) -> str:
    """An alert stands on its topic; its id."""
    one = alert(name)
    house.send("alerts", [(one.article.uri, one.model_dump_json().encode())])
    return one.id


def states(desk: Terminal, *arguments: str) -> dict[str, str]:
    """How each notification stands at each endpoint."""
    rows = map(json.loads, desk.run("deliveries", "list", "--json", *arguments).out.splitlines())
    return {f"{each['id']}/{each['endpoint']}": each["state"] for each in rows}


def wait_for_state(desk: Terminal, pair: str, state: str) -> None:
    wait_for(lambda: states(desk).get(pair) == state, 60, lambda: f"{pair} {state}: {states(desk)}")


def test_secrets_never_stand_on_the_topic_nor_in_what_is_shown(desk: Terminal) -> None:
    rotated = desk.ok("channels", "secret", "rotate", "desk", "good")
    (new,) = re.findall(r"whsec_(\S+)", rotated)
    for record in witness.read_all(desk.bootstrap, desk.prefix + "channels"):
        assert SECRET.removeprefix("whsec_").encode() not in record.value
        assert new.encode() not in record.value
    shown = desk.ok("channels", "show", "desk", "--json") + desk.ok("channels", "list", "--json")
    assert "sealed" not in shown
    assert json.loads(shown.splitlines()[0])["endpoints"][0]["active_secrets"] == 2


def test_a_record_goes_to_the_partition_that_it_names(desk: Terminal) -> None:
    names = [f"channel-{number}" for number in range(20)]
    from schemas.envelope import Outgoing

    with Admin(desk.bootstrap, desk.prefix) as admin:
        admin.send([Outgoing("deliveries", b"one key", name.encode(), by=name.encode()) for name in names])
    records = witness.read_all(desk.bootstrap, desk.prefix + "deliveries")
    assert {each.value.decode(): each.partition for each in records} == {
        name: hashed(name.encode()) % 2 for name in names
    }


def test_where_nobody_delivers_the_commands_say_so(desk: Terminal, house: House) -> None:
    done = desk.run("channels", "test", "desk")
    assert done.code == 69
    assert "nobody is running deliver" in done.err
    assert house.rows("deliveries") == []
    out = desk.ok("channels", "explain", "--alert", told(house, "1"))
    assert "nobody is running deliver: wirewatch run deliver" in out


def test_a_test_event_is_signed_and_its_outcome_told(
    desk: Terminal, house: House, receiver: Receiver, settings: dict[str, object]
) -> None:
    house.start_deliver(**settings).wait_ready()
    wait_for(lambda: members(desk), 30)
    assert desk.ok("channels", "test", "desk", "--endpoint", "good").startswith("ok      good  accepted: 200 in ")
    (event,) = receiver.wait_for(1, "/ok")
    assert event.verified["type"] == "endpoint.test"
    done = desk.run("channels", "test", "desk", "--json")
    outcomes = {each["endpoint"]: each for each in map(json.loads, done.out.splitlines())}
    assert (done.code, outcomes["good"]["state"], outcomes["bad"]["state"]) == (1, "delivered", "given_up")
    assert outcomes["bad"]["last"]["status"] == 500
    desk.ok("channels", "secret", "rotate", "desk", "good")
    assert desk.ok("channels", "test", "desk", "--endpoint", "good")
    assert len(receiver.wait_for(3, "/ok")) == 3  # each verified with the old secret


def test_what_was_held_is_sent_again_under_its_own_id(
    desk: Terminal, house: House, receiver: Receiver, settings: dict[str, object]
) -> None:
    house.start_deliver(**settings).wait_ready()
    desk.run("channels", "disable", "desk", "good")
    desk.run("channels", "disable", "desk", "bad")
    wait_for(lambda: members(desk), 30)
    alert_id = told(house, "1")
    wait_for_state(desk, f"{alert_id}/good", "held")
    replay = ("deliveries", "replay", "--channel", "desk", "--endpoint", "good", "--since", "1d")
    assert "it is disabled: wirewatch channels enable desk good" in desk.run(*replay, "--yes").err
    desk.run("channels", "enable", "desk", "good")
    assert "1 delivery of 1 notification would be sent again" in desk.ok(*replay)
    typo = desk.run("deliveries", "replay", "--channel", "deks", "--since", "1d")
    assert (typo.code, "there is no channel deks" in typo.err, "did you mean desk?" in typo.err) == (1, True, True)
    assert receiver.events("/ok") == []
    assert "sent again, as " in desk.ok(*replay, "--yes")
    (event,) = receiver.wait_for(1, "/ok")
    assert event.webhook_id == alert_id
    wait_for(lambda: "good delivered" in desk.ok("channels", "explain", "--alert", alert_id), 30)
    assert "sent again on request" in desk.ok("deliveries", "show", alert_id) + desk.ok(
        "channels", "explain", "--alert", alert_id
    )
    records = witness.read_all(desk.bootstrap, desk.prefix + "deliveries")
    assert {record.partition for record in records if record.value} == {hashed(b"desk") % 2}


def test_a_silence_holds_until_it_is_ended(
    desk: Terminal, house: House, receiver: Receiver, settings: dict[str, object]
) -> None:
    silence: dict[str, Any] = json.loads(
        desk.ok(
            "silences", "add", "--match", "rule=r1", "--for", "1h", "--reason", "known", "--author", "ada", "--json"
        )
    )
    house.start_deliver(**settings).wait_ready()
    first = told(house, "1")
    wait_for_state(desk, f"{first}/good", "held")
    explained = desk.ok("channels", "explain", "--alert", first)
    assert f"held: silenced: silence {silence['id']} by ada" in explained
    desk.ok("silences", "expire", silence["id"])
    assert "expired" in desk.ok("silences", "list")
    second = told(house, "2")
    wait_for_state(desk, f"{second}/good", "delivered")
    assert [event.webhook_id for event in receiver.events("/ok")] == [second]
    retry = desk.ok("deliveries", "retry", first, "--endpoint", "good", "--yes")
    assert "1 delivery of 1 notification: sent again" in retry
    assert receiver.wait_for(2, "/ok")[1].webhook_id == first


def members(desk: Terminal) -> int | None:
    """How many workers have the group of those who deliver."""
    from workers.streams.archive_kafka import KafkaArchive

    with KafkaArchive(desk.bootstrap, desk.prefix) as archive:
        return archive.members(f"{GROUP}-courier")
