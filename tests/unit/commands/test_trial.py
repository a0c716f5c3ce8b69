"""`wirewatch channels test`: the outcome at each endpoint, as the workers write it."""

from __future__ import annotations

import json

import pytest

from schemas.delivery import Attempt, AttemptOutcome, Delivery, EventType, Notification
from schemas.reasons import HeldReason
from tests.unit.commands.broker import Broker, delivery
from tests.unit.commands.conftest import Command
from tests.unit.commands.test_steering import record
from tests.unit.courier_world import NOON


@pytest.fixture
def desk(kafka: Broker) -> Broker:
    """A channel with two endpoints, and a worker at which both do well."""
    kafka.keep("channels", record())
    kafka.replies = lambda asked: [accepted(asked, each) for each in asked.endpoints]
    return kafka


def accepted(asked: Notification, endpoint: str) -> Delivery:
    last = Attempt(number=1, at=NOON, outcome=AttemptOutcome.ACCEPTED, took_ms=12.0, status=204)
    return delivery(asked, endpoint, "delivered", attempts=1, last=last)


def failed(asked: Notification, endpoint: str) -> Delivery:
    last = Attempt(number=1, at=NOON, outcome=AttemptOutcome.REJECTED, took_ms=9, status=500, answer="no \x1b[2J")
    return delivery(asked, endpoint, "given_up", attempts=1, last=last)


def test_a_test_event_goes_to_all_endpoints_by_the_partition_of_the_channel(desk: Broker, wirewatch: Command) -> None:
    done = wirewatch("channels", "test", "desk")
    assert (done.code, done.err) == (0, "")
    assert done.out == "ok      pager  accepted: 204 in 12 ms\nok      chat  accepted: 204 in 12 ms\n"
    asked = [Notification.model_validate_json(each.value or b"") for each in desk.sent]
    assert {each.type for each in asked} == {EventType.TEST}
    assert [each.data for each in asked] == [{"channel": "desk", "endpoint": name} for name in ("pager", "chat")]
    assert [each.endpoints for each in asked] == [("pager",), ("chat",)]
    assert [each.key.decode() for each in desk.sent] == [each.key for each in asked]
    assert {(each.topic, each.by) for each in desk.sent} == {("deliveries", b"desk")}


def test_one_endpoint_alone_is_tested(desk: Broker, wirewatch: Command) -> None:
    told = json.loads(wirewatch("channels", "test", "desk", "--endpoint", "chat", "--json").out)
    assert (told["endpoint"], told["state"], told["last"]["status"]) == ("chat", "delivered", 204)
    assert len(desk.sent) == 1


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_failure_ends_with_1(as_json: tuple[str, ...], desk: Broker, wirewatch: Command) -> None:
    desk.replies = lambda asked: [(failed if each == "chat" else accepted)(asked, each) for each in asked.endpoints]
    done = wirewatch("channels", "test", "desk", *as_json)
    assert done.code == 1
    assert "\x1b" not in done.out
    assert as_json or "failed  chat  rejected: 500 in 9 ms\n        it said: no ␛[2J" in done.out


def test_what_is_held_says_why(desk: Broker, wirewatch: Command) -> None:
    held = {"reason": HeldReason.ENDPOINT_DISABLED, "detail": "an operator has disabled the endpoint"}
    desk.replies = lambda asked: [delivery(asked, each, "held", **held) for each in asked.endpoints]
    done = wirewatch("channels", "test", "desk")
    assert done.code == 1
    assert "failed  pager  an operator has disabled the endpoint" in done.out


def test_what_is_not_answered_in_time_is_told(desk: Broker, wirewatch: Command) -> None:
    desk.replies = lambda asked: [accepted(asked, each) for each in asked.endpoints if each == "pager"]
    done = wirewatch("channels", "test", "desk", "--timeout", "0.1")
    assert done.code == 1
    assert "pending chat  no outcome within 0.1 s" in done.out


def test_other_records_are_no_outcome(desk: Broker, wirewatch: Command) -> None:
    def replies(asked: Notification) -> list[Delivery]:
        other = asked.model_copy(update={"id": asked.id + "x"})
        (endpoint,) = asked.endpoints
        return [failed(other, endpoint), accepted(asked, endpoint), failed(asked, endpoint)]

    desk.replies = replies
    assert wirewatch("channels", "test", "desk").code == 0


def test_nothing_is_sent_where_nobody_would_take_it(desk: Broker, wirewatch: Command) -> None:
    desk.workers = 0
    done = wirewatch("channels", "test", "desk")
    assert (done.code, desk.sent) == (69, [])
    assert "nobody is running deliver" in done.err


def test_a_channel_without_endpoints_cannot_be_tested(kafka: Broker, wirewatch: Command) -> None:
    kafka.keep("channels", {"id": "bare"})
    done = wirewatch("channels", "test", "bare")
    assert (done.code, kafka.sent) == (1, [])
    assert "channel bare has no endpoints" in done.err
