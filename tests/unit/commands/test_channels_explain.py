"""`wirewatch channels explain`: every step of an alert, and how it stands now."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from schemas.delivery import Attempt, AttemptOutcome, EventType, Notification
from schemas.envelope import Incoming, Outgoing
from schemas.reasons import HeldReason
from tests.unit.commands.broker import START, Broker, delivery
from tests.unit.commands.conftest import Command
from tests.unit.commands.test_steering import record
from tests.unit.courier_world import alert
from workers.delivery import held

ONE = alert("1")
NEWER = "endpoints are newer than the alert, or were not there when it was taken up"
TOLD = Notification(
    id=ONE.id, type=EventType.CREATED, channel="desk", endpoints=("pager", "chat"), made=START, alerts=(ONE,)
)


def attempt(number: int, outcome: AttemptOutcome, status: int) -> Attempt:
    return Attempt(number=number, at=START, outcome=outcome, took_ms=5, status=status)


@pytest.fixture
def desk(kafka: Broker) -> Broker:
    """The channel desk, and an alert for it that was taken up."""
    kafka.keep("channels", record())
    put(kafka)
    kafka.archive.commits["wirewatch-deliver", "alerts"] = {0: 1}
    return kafka


def put(kafka: Broker) -> Incoming:
    return kafka.put(Outgoing("alerts", b"wire:1", ONE.model_dump_json().encode()))


def steps(wirewatch: Command) -> list[tuple[str | None, str]]:
    told = json.loads(wirewatch("channels", "explain", "--alert", "al_1", "--json").out)
    assert told["alert"]["id"] == "al_1"
    return [(each["endpoint"], each["what"]) for each in told["channels"][0]["steps"]]


def now(wirewatch: Command) -> str:
    out: str = json.loads(wirewatch("channels", "explain", "--alert", "al_1", "--json").out)["channels"][0]["now"]
    return out


def test_each_attempt_is_a_step(desk: Broker, wirewatch: Command) -> None:
    first, second = attempt(1, AttemptOutcome.REJECTED, 500), attempt(2, AttemptOutcome.ACCEPTED, 200)
    due = START + timedelta(seconds=5)
    desk.tell(TOLD, delivery(TOLD, "pager", "pending", attempts=1, last=first, due=due))
    desk.tell(delivery(TOLD, "pager", "delivered", attempts=2, last=second))
    desk.tell(delivery(TOLD, "chat", "given_up", attempts=1, last=first, reason=HeldReason.GIVEN_UP, detail="tried 1"))
    told = steps(wirewatch)
    assert told[0] == (None, "taken up for pager, chat")
    assert told[1][0] == "pager"
    assert told[1][1].startswith("attempt 1 rejected: 500 in 5 ms; again at ")
    assert told[2:] == [
        ("pager", "delivered: attempt 2 accepted: 200 in 5 ms"),
        ("chat", "given up: tried 1"),
    ]
    assert now(wirewatch) == "pager delivered; chat given up (tried 1)"


def test_what_waits_for_a_digest_is_followed_into_it(desk: Broker, wirewatch: Command) -> None:
    desk.tell(TOLD, held(TOLD, ONE, HeldReason.DIGESTED))
    assert steps(wirewatch)[1] == (None, "held back: digested")
    assert now(wirewatch) == "pager pending (waits: digested); chat pending (waits: digested)"
    digest = Notification(
        id="dg_1", type=EventType.DIGEST, channel="desk", endpoints=("pager",), made=START, alerts=(ONE, alert("2"))
    )
    desk.tell(digest, TOLD.model_copy(update={"held": HeldReason.DIGESTED, "part_of": "dg_1"}))
    desk.tell(delivery(digest, "pager", "delivered", last=attempt(1, AttemptOutcome.ACCEPTED, 200)))
    told = [what for _, what in steps(wirewatch)]
    assert told[2:] == [
        "told in dg_1, with 2 in all, to pager",
        "told in dg_1, not by itself: digested",
        "dg_1, delivered: attempt 1 accepted: 200 in 5 ms",
    ]
    assert now(wirewatch).startswith("pager delivered")


def test_what_held_it_back_is_told_once_with_its_words(desk: Broker, wirewatch: Command) -> None:
    silenced = TOLD.model_copy(update={"held": HeldReason.SILENCED, "detail": "silence s by ada"})
    desk.tell(held(TOLD, ONE, HeldReason.SILENCED, "silence s by ada"), silenced)
    assert [what for _, what in steps(wirewatch)] == ["taken up for pager, chat", "held: silenced: silence s by ada"]
    assert now(wirewatch).startswith("pager held (silenced: silence s by ada)")


def test_what_was_sent_again_is_a_step(desk: Broker, wirewatch: Command) -> None:
    again = TOLD.model_copy(update={"replay": "r1", "endpoints": ("chat",)})
    desk.tell(TOLD, delivery(TOLD, "chat", "given_up"), again, delivery(again, "chat", "delivered"))
    assert (None, "sent again on request r1, to chat") in steps(wirewatch)
    assert "chat delivered" in now(wirewatch)


@pytest.mark.parametrize(
    ("commit", "workers", "told"),
    [
        pytest.param({}, 0, "it was not taken up yet; nobody is running deliver: wirewatch run deliver", id="nobody"),
        pytest.param({0: 0}, 1, "it was not taken up yet; a worker will take it up", id="not yet"),
        pytest.param({0: 1}, 1, NEWER, id="newer"),
    ],
)
def test_an_alert_of_which_nothing_stands_there_says_why(
    commit: dict[int, int], workers: int, told: str, desk: Broker, wirewatch: Command
) -> None:
    desk.archive.commits["wirewatch-deliver", "alerts"] = commit
    desk.workers = workers
    assert now(wirewatch) == told


def test_a_channel_without_endpoints_is_no_riddle(kafka: Broker, wirewatch: Command) -> None:
    kafka.keep("channels", {"id": "desk"})
    put(kafka)
    assert now(wirewatch) == "it has no endpoints: its topic alerts.desk carries the alert, and nothing else is sent"


def test_people_read_it_from_the_alert_to_the_outcome(desk: Broker, wirewatch: Command) -> None:
    desk.tell(TOLD, delivery(TOLD, "pager", "delivered", last=attempt(1, AttemptOutcome.ACCEPTED, 200)))
    lines = wirewatch("channels", "explain", "--alert", "al_1").out.splitlines()
    assert lines[0].startswith("alert al_1  created  ")
    assert lines[0].endswith("alerts/0/0")
    assert lines[1] == "  rule r1 v1, priority 3: News 1"
    assert lines[2:6] == ["  article wire:1, version 1", "  for the channels desk", "", "channel desk"]
    assert lines[-1].startswith("  now: pager delivered; chat pending")


def test_an_alert_that_is_not_there_is_told(desk: Broker, wirewatch: Command) -> None:
    assert desk
    done = wirewatch("channels", "explain", "--alert", "al_")
    assert done.code == 1
    assert "there is no alert al_" in done.err
