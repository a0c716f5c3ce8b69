"""Channels that stand on the topic are paused, their endpoints turned off and on, their secrets replaced; and shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.channel import Endpoint, SealedSecret
from schemas.delivery import EndpointHealth, EventType, Notification
from schemas.reasons import HeldReason
from tests.unit.commands.broker import KEY, START, Broker, delivery
from tests.unit.commands.conftest import Command
from tests.unit.courier_world import NOON, alert
from workers.commands.steering import rotated_secrets
from workers.delivery import Seal, make_secret
from workers.errors import Refused

SECRET = make_secret(lambda size: bytes(range(size)))
DAY = timedelta(days=1)


def record(**fields: Any) -> dict[str, Any]:
    """The channel desk, with a webhook and a chat."""
    pager = {"id": "pager", "url": "https://hooks.example.org/secret-path", "secrets": [sealed()]}
    chat = {"id": "chat", "kind": "apprise", "sealed_url": Seal([KEY]).close("slack://a/b/c")}
    return {"id": "desk", "version": 3, "endpoints": [pager, chat], "later": 1, **fields}


def sealed() -> dict[str, Any]:
    return {"sealed": Seal([KEY]).close(SECRET), "created": START.isoformat()}


@pytest.fixture
def desk(kafka: Broker) -> Broker:
    """A broker with that channel."""
    kafka.keep("channels", record())
    return kafka


def test_a_channel_is_paused_and_resumed(desk: Broker, wirewatch: Command) -> None:
    assert wirewatch("channels", "pause", "desk").out == "changed  channel desk  v4  paused\n"
    assert wirewatch("channels", "pause", "desk").out == "unchanged channel desk is paused already\n"
    wirewatch("channels", "resume", "desk")
    after = desk.latest("channels", "desk")
    assert (after["state"], after["version"], after["later"]) == ("live", 5, 1)


def test_an_endpoint_that_is_enabled_again_is_revived(desk: Broker, wirewatch: Command) -> None:
    assert "endpoint pager disabled" in wirewatch("channels", "disable", "desk", "pager").out
    assert not desk.latest("channels", "desk")["endpoints"][0]["enabled"]
    before = datetime.now(UTC)
    done = wirewatch("channels", "enable", "desk", "pager")
    pager, chat = desk.latest("channels", "desk")["endpoints"]
    assert pager["enabled"]
    assert datetime.fromisoformat(pager["revived"]) >= before
    assert chat["revived"] is None
    assert "wirewatch deliveries replay --channel desk --endpoint pager" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("pause", "dsek"), "there is no channel dsek\n  hint: did you mean desk?", id="channel"),
        pytest.param(
            ("disable", "desk", "pagr"), "there is no endpoint pagr\n  hint: did you mean pager?", id="endpoint"
        ),
        pytest.param(("secret", "rotate", "desk", "chat"), "only webhooks are signed", id="a chat"),
        pytest.param(("secret", "rotate", "desk", "nobody"), "see wirewatch channels show desk", id="none near"),
    ],
)
def test_what_is_not_there_is_told(arguments: tuple[str, ...], told: str, desk: Broker, wirewatch: Command) -> None:
    done = wirewatch("channels", *arguments)
    assert (done.code, desk.sent) == (1, [])
    assert told in done.err


def test_a_new_secret_is_shown_once_and_the_old_one_signs_for_the_overlap(desk: Broker, wirewatch: Command) -> None:
    before = datetime.now(UTC)
    told = json.loads(wirewatch("channels", "secret", "rotate", "desk", "pager", "--overlap", "2h", "--json").out)
    new, old = desk.latest("channels", "desk")["endpoints"][0]["secrets"]
    assert Seal([KEY]).open(new["sealed"]) == told["secret"]
    assert Seal([KEY]).open(old["sealed"]) == SECRET
    assert timedelta(0) <= datetime.fromisoformat(old["expires"]) - before - timedelta(hours=2) < timedelta(minutes=5)
    assert told["secret"].encode() not in (desk.sent[0].value or b"")


def test_without_an_overlap_the_old_secret_goes_at_once(desk: Broker, wirewatch: Command) -> None:
    done = wirewatch("channels", "secret", "rotate", "desk", "pager", "--overlap", "0s")
    assert "old secret" not in done.out
    assert len(desk.latest("channels", "desk")["endpoints"][0]["secrets"]) == 1


def test_no_more_than_five_secrets_sign(desk: Broker) -> None:
    assert desk
    secrets = [SealedSecret(sealed="x", created=NOON, expires=NOON + n * DAY) for n in range(1, 5)]
    endpoint = Endpoint(id="a", url="https://x.org/", secrets=(*secrets, SealedSecret(sealed="x", created=NOON)))
    with pytest.raises(Refused, match="5 secrets that still sign"):
        rotated_secrets(endpoint, "new", NOON, DAY)
    kept = rotated_secrets(endpoint, "new", NOON + 2 * DAY, DAY)
    assert [each.expires for each in kept] == [None, *([NOON + 3 * DAY] * 3)]


class TestShow:
    def test_endpoints_are_shown_with_their_health_and_counts(self, desk: Broker, wirewatch: Command) -> None:
        told = notification("1", "pager", "chat")
        held = delivery(told, "chat", "held", reason=HeldReason.ENDPOINT_DISABLED)
        desk.tell(told, delivery(told, "pager", "delivered"), held, notification("2", "pager"))
        failing = EndpointHealth(channel="desk", endpoint="pager", at=NOON, failing_since=NOON)
        desk.tell(failing)
        done = wirewatch("channels", "show", "desk")
        assert done.code == 0
        pager, chat = (line.split() for line in done.out.splitlines()[-2:])
        assert pager[:3] == ["pager", "standard", "hooks.example.org"]
        assert pager[-4:] == ["1", "0", "0", "1"]
        assert "failing for" in " ".join(pager)
        assert chat[-4:] == ["0", "1", "0", "0"]
        for secret in (SECRET, "secret-path", "slack", "sealed"):
            assert secret not in done.out

    def test_health_of_before_it_was_revived_is_void(self, kafka: Broker, wirewatch: Command) -> None:
        channel = record()
        channel["endpoints"][0]["revived"] = (NOON + DAY).isoformat()
        kafka.keep("channels", channel)
        gone = EndpointHealth(channel="desk", endpoint="pager", at=NOON, disabled=HeldReason.ENDPOINT_GONE)
        kafka.tell(gone)
        told = json.loads(wirewatch("channels", "show", "desk", "--json").out)
        assert told["endpoints"][0]["health"] == {"failing_since": None, "disabled": None, "detail": ""}

    def test_restraint_is_told_in_words(self, kafka: Broker, wirewatch: Command) -> None:
        quiet = [{"start": "22:00", "end": "07:00", "time_zone": "Europe/Paris", "bypass_priority": 2}]
        kafka.keep("channels", record(digest={"every_s": 900}, quiet=quiet, throttle={"burst": 3, "per_hour": 6}))
        out = wirewatch("channels", "show", "desk").out
        assert "digest every 15 min; the next at " in out
        assert "quiet from 22:00 to 07:00 Europe/Paris; priority 1 to 2 passes" in out
        assert "of each rule 3 at once, then 6 an hour" in out

    def test_as_json_it_has_no_secrets(self, desk: Broker, wirewatch: Command) -> None:
        assert desk
        out = wirewatch("channels", "show", "desk", "--json").out
        assert "sealed" not in out
        assert json.loads(out)["endpoints"][0]["active_secrets"] == 1


def notification(name: str, *endpoints: str) -> Notification:
    return Notification(
        id=f"al_{name}", type=EventType.CREATED, channel="desk", endpoints=endpoints, made=NOON, alerts=(alert(name),)
    )


def test_a_channel_that_hears_of_the_endpoints_of_another_is_not_deleted_without_it(
    desk: Broker, wirewatch: Command
) -> None:
    desk.keep("channels", {"id": "ops"}, record(alarms="ops"))
    done = wirewatch("channels", "delete", "ops")
    assert done.code == 1
    assert "channel ops hears of the endpoints of channel desk that fail" in done.err
    assert desk.latest("channels", "ops") is not None
    assert wirewatch("channels", "delete", "desk", "ops").code == 0
