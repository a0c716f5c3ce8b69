"""Deliveries are listed and shown as they stand, and sent again in their order and under their ids."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from schemas.alert import AlertKind
from schemas.delivery import Attempt, AttemptOutcome, EndpointHealth, EventType, Notification
from schemas.envelope import Outgoing
from schemas.reasons import HeldReason
from tests.unit.commands.broker import START, Broker, delivery
from tests.unit.commands.conftest import Command
from tests.unit.commands.test_steering import record
from tests.unit.courier_world import alert

ALL = "2026-01-01T00:00:00Z"
DISABLED = {"reason": HeldReason.ENDPOINT_DISABLED, "detail": "an operator has disabled the endpoint"}


@pytest.fixture
def desk(kafka: Broker) -> Broker:
    """A broker with the channel desk."""
    kafka.keep("channels", record())
    return kafka


def told(name: str, *endpoints: str, minutes: int = 0, **changes: Any) -> Notification:
    """Of one alert."""
    fields = {key: changes.pop(key) for key in ("kind", "previous") if key in changes}
    one = alert(name, **fields)
    kind = EventType(f"alert.{one.kind.value}")
    made = START + timedelta(minutes=minutes)
    ends = endpoints or ("pager",)
    return Notification(id=one.id, type=kind, channel="desk", endpoints=ends, made=made, alerts=(one,), **changes)


def failed(number: int) -> Attempt:
    outcome = AttemptOutcome.REJECTED
    return Attempt(number=number, at=START, outcome=outcome, took_ms=5, status=500, answer="out of order")


def listed(wirewatch: Command, *arguments: str) -> list[tuple[str, str, str]]:
    out = wirewatch("deliveries", "list", "--since", ALL, "--json", *arguments).out
    return [(each["id"], each["endpoint"], each["state"]) for each in map(json.loads, out.splitlines())]


class TestList:
    def test_each_notification_stands_at_each_endpoint(self, desk: Broker, wirewatch: Command) -> None:
        first, second = told("1", "pager", "chat"), told("2", held=HeldReason.SILENCED)
        desk.tell(first, delivery(first, "pager", "pending", attempts=1, last=failed(1)), second)
        desk.tell(delivery(first, "pager", "delivered", attempts=2))
        assert listed(wirewatch) == [
            ("al_2", "pager", "held"),
            ("al_1", "pager", "delivered"),
            ("al_1", "chat", "pending"),
        ]
        assert listed(wirewatch, "--state", "held,pending", "--endpoint", "pager") == [("al_2", "pager", "held")]
        assert listed(wirewatch, "--channel", "des") == []

    def test_rows_say_why(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        desk.tell(one, delivery(one, "pager", "held", **DISABLED))
        head, row = wirewatch("deliveries", "list", "--since", ALL).out.splitlines()
        assert head.split() == ["CHANGED", "STATE", "ENDPOINT", "TYPE", "ID", "WHY"]
        assert row.split(maxsplit=6)[2:] == [
            *("held", "desk/pager", "alert.created", "al_1"),
            "endpoint disabled: an operator has disabled the endpoint",
        ]

    def test_older_changes_are_not_listed(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        desk.tell(one)
        desk.now += timedelta(hours=1)
        desk.tell(told("2"))
        since = (START + timedelta(minutes=30)).isoformat()
        done = wirewatch("deliveries", "list", "--since", since, "--json")
        assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["al_2"]
        assert wirewatch("deliveries", "list").err.startswith("no such deliveries since")

    def test_a_state_that_there_is_not_is_refused(self, desk: Broker, wirewatch: Command) -> None:
        assert desk
        done = wirewatch("deliveries", "list", "--state", "lost")
        assert done.code == 2
        assert "accepted: pending, delivered, held, given_up" in done.err


class TestShow:
    def test_all_attempts_that_are_seen_are_shown(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        first = delivery(one, "pager", "pending", attempts=1, last=failed(1))
        desk.tell(one, first, first, delivery(one, "pager", "given_up", attempts=2, last=failed(2)), told("2"))
        out = wirewatch("deliveries", "show", "al_1").out
        assert out.startswith("al_1  alert.created for channel desk, ")
        assert "rule r1: News 1" in out
        assert out.count("attempt 1  rejected: 500 in 5 ms") == 1  # written again, and shown once
        assert "attempt 2  rejected: 500" in out
        assert "it said: out of order" in out
        as_json = json.loads(wirewatch("deliveries", "show", "al_1", "--json").out)
        assert [each["attempts"] for each in as_json["endpoints"][0]["seen"]] == [1, 2]

    def test_what_is_not_there_is_told(self, desk: Broker, wirewatch: Command) -> None:
        desk.tell(told("1"))
        done = wirewatch("deliveries", "show", "al_")
        assert done.code == 1
        assert "there is no delivery of al_" in done.err


def sent(kafka: Broker) -> list[Notification]:
    """What was written to be sent again, each for the partition of its channel."""
    assert all(each.by == b"desk" for each in kafka.sent)
    return [Notification.model_validate_json(each.value or b"") for each in kafka.sent]


def replay(wirewatch: Command, *arguments: str) -> list[str]:
    done = wirewatch("deliveries", "replay", "--channel", "desk", "--since", ALL, "--json", *arguments)
    assert done.code == 0, done.err
    return [f"{each['id']}/{each['endpoint']}" for each in map(json.loads, done.out.splitlines())]


class TestReplay:
    def test_a_dry_run_comes_first(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        desk.tell(one, delivery(one, "pager", "held", **DISABLED))
        done = wirewatch("deliveries", "replay", "--channel", "desk", "--since", ALL)
        assert done.out.endswith("1 delivery of 1 notification would be sent again: --yes does it\n")
        assert not desk.sent
        assert wirewatch("deliveries", "replay", "--channel", "desk", "--since", ALL, "--yes").code == 0
        (again,) = sent(desk)
        assert again == one.model_copy(update={"replay": again.replay})
        assert again.replay
        assert again.key == f"desk/al_1~{again.replay}"

    def test_what_was_held_or_given_up_goes_in_the_order_in_which_it_came(
        self, desk: Broker, wirewatch: Command
    ) -> None:
        later, first, got = told("1", minutes=5), told("2", "pager", "chat", minutes=1), told("3")
        desk.tell(later, first, got, delivery(got, "pager", "delivered"), told("4"))
        desk.tell(delivery(later, "pager", "given_up"), delivery(first, "pager", "held", **DISABLED))
        assert replay(wirewatch, "--yes") == ["al_2/pager", "al_1/pager"]
        assert [(each.id, each.endpoints) for each in sent(desk)] == [("al_2", ("pager",)), ("al_1", ("pager",))]

    @pytest.mark.parametrize(
        ("arguments", "ids"),
        [
            pytest.param((), ["al_1/pager"], id="by default"),
            pytest.param(("--endpoint", "chat"), [], id="another endpoint"),
            pytest.param(("--state", "given_up"), ["al_1/pager"], id="one state"),
            pytest.param(("--state", "held"), [], id="the other state"),
            pytest.param(("--state", "held", "--reason", "silenced"), ["al_2/pager"], id="a reason"),
            pytest.param(("--state", "held", "--reason", "taken_back"), [], id="never what was taken back"),
            pytest.param(("--state", "delivered"), ["al_4/pager"], id="what was got"),
        ],
    )
    def test_only_what_is_asked_for_goes(
        self, arguments: tuple[str, ...], ids: list[str], desk: Broker, wirewatch: Command
    ) -> None:
        up, got = told("1"), told("4")
        desk.tell(up, delivery(up, "pager", "given_up"), told("2", held=HeldReason.SILENCED), got)
        desk.tell(told("3", held=HeldReason.TAKEN_BACK), delivery(got, "pager", "delivered"))
        desk.tell(told("5", held=HeldReason.GROUPED, part_of="dg_1"))
        assert replay(wirewatch, *arguments) == ids

    def test_a_test_event_that_failed_is_not_sent_again_with_the_alerts(self, desk: Broker, wirewatch: Command) -> None:
        event = Notification(id="te_1", type=EventType.TEST, channel="desk", endpoints=("pager",), made=START)
        desk.tell(event, delivery(event, "pager", "given_up"))
        assert replay(wirewatch) == []

    def test_what_came_before_stays(self, desk: Broker, wirewatch: Command) -> None:
        old, new = told("1"), told("2", minutes=60)
        desk.tell(old, new, delivery(old, "pager", "given_up"), delivery(new, "pager", "given_up"))
        since = (START + timedelta(minutes=30)).isoformat()
        done = wirewatch("deliveries", "replay", "--channel", "desk", "--since", since, "--json")
        assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["al_2"]

    def test_a_retraction_goes_where_its_alert_goes_or_has_gone(self, desk: Broker, wirewatch: Command) -> None:
        first, silenced = told("1"), told("2", held=HeldReason.SILENCED)
        back = [told(name, minutes=1, kind=AlertKind.RETRACTED, previous=f"al_{name}") for name in ("1", "2")]
        desk.tell(first, silenced, *back, delivery(first, "pager", "given_up"))
        desk.tell(*(delivery(each, "pager", "held", reason=HeldReason.NEVER_SENT) for each in back))
        assert replay(wirewatch) == ["al_1/pager", "al_1_retracted/pager"]

    def test_what_is_being_sent_again_is_not_sent_twice(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        again = one.model_copy(update={"replay": "r1"})
        desk.tell(one, delivery(one, "pager", "given_up"), again)
        assert replay(wirewatch) == []
        desk.tell(delivery(again, "pager", "given_up"))
        assert replay(wirewatch) == ["al_1/pager"]
        desk.tell(one.model_copy(update={"replay": "r2"}), delivery(again, "pager", "given_up"))
        assert replay(wirewatch) == []

    def test_a_disabled_endpoint_is_told_before_anything_is_sent(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1", "pager", "chat", "gone")
        desk.tell(one, *(delivery(one, each, "held", **DISABLED) for each in one.endpoints))
        desk.tell(EndpointHealth(channel="desk", endpoint="pager", at=START, disabled=HeldReason.ENDPOINT_GONE))
        done = wirewatch("deliveries", "replay", "--channel", "desk", "--since", ALL, "--yes")
        assert (done.code, desk.sent) == (1, [])
        assert "desk/pager: it is disabled: wirewatch channels enable desk pager" in done.err
        assert "desk/gone: the channel has no such endpoint any more" in done.err
        assert replay(wirewatch, "--endpoint", "chat", "--yes") == ["al_1/chat"]

    def test_what_is_pending_cannot_be_replayed(self, desk: Broker, wirewatch: Command) -> None:
        assert desk
        done = wirewatch("deliveries", "replay", "--channel", "desk", "--since", ALL, "--state", "pending")
        assert (done.code, "will be tried as it is" in done.err) == (2, True)

    def test_where_only_the_outcome_is_left_the_alert_itself_is_sent(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        position = desk.put(Outgoing("alerts", b"wire:1", one.alerts[0].model_dump_json().encode()))
        desk.tell(delivery(one, "pager", "given_up"))
        assert replay(wirewatch, "--yes") == ["al_1/pager"]
        (again,) = sent(desk)
        assert (again.alerts, again.origin, again.made) == (one.alerts, position.position, position.received)

    def test_what_stands_nowhere_any_more_is_told(self, desk: Broker, wirewatch: Command) -> None:
        desk.tell(delivery(told("1"), "pager", "given_up"))
        done = wirewatch("deliveries", "replay", "--channel", "desk", "--since", ALL, "--yes")
        assert "al_1 cannot be sent again" in done.err
        assert not desk.sent


class TestRetry:
    def test_what_was_held_goes_again_with_what_follows_on_it(self, desk: Broker, wirewatch: Command) -> None:
        one, other = told("1", held=HeldReason.SILENCED), told("2", held=HeldReason.SILENCED)
        back = told("1", minutes=1, kind=AlertKind.RETRACTED, previous="al_1", held=HeldReason.NEVER_SENT)
        desk.tell(one, other, back)
        assert "2 deliveries of 2 notifications would be" in wirewatch("deliveries", "retry", "al_1").out
        assert not desk.sent
        wirewatch("deliveries", "retry", "al_1", "--yes")
        assert [each.id for each in sent(desk)] == ["al_1", "al_1_retracted"]
        assert {each.held for each in sent(desk)} == {None}

    def test_an_id_that_is_not_there_sends_nothing(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1")
        desk.tell(one, delivery(one, "pager", "given_up"))
        done = wirewatch("deliveries", "retry", "al_1", "al_9", "--yes")
        assert (done.code, desk.sent) == (1, [])
        assert "there is no delivery of al_9" in done.err

    def test_how_those_stand_that_are_not_sent_again_is_told(self, desk: Broker, wirewatch: Command) -> None:
        one = told("1", "pager", "chat")
        desk.tell(one, delivery(one, "chat", "delivered"), told("2", held=HeldReason.TAKEN_BACK))
        done = wirewatch("deliveries", "retry", "al_1", "al_2", "--yes")
        assert (done.code, done.out, desk.sent) == (0, "nothing to send again\n", [])
        assert "al_1 at desk/pager: pending" in done.err
        assert "al_1 at desk/chat: delivered" in done.err
        assert "al_2 at desk/pager: held, taken back" in done.err
        assert "chat" not in wirewatch("deliveries", "retry", "al_1", "--endpoint", "pager").err
