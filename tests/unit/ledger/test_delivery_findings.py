"""What is broken by hand among deliveries is found, and named."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from schemas.delivery import AttemptOutcome, Delivery, DeliveryState, EventType, Notification
from schemas.reasons import HeldReason
from tests.unit.courier_world import NOON, alert, channel
from tests.unit.ledger.quay import Quay, follow_up
from tests.unit.ledger.test_balance import settled
from tests.unit.ledger.town import DELIVER_GROUP, Town, bulletin
from workers.ledger import DeliverySlip, Slip

ACCEPTED = AttemptOutcome.ACCEPTED


def told(*answers: AttemptOutcome) -> Quay:
    """An alert and its retraction at two endpoints; with answers: of the second endpoint."""
    left = list(answers)
    quay = Quay(channel("a", "b"), answers=lambda end, *_: left.pop(0) if end == "b" and left else ACCEPTED)
    quay.tell(alert("1"))
    quay.partition.now += timedelta(minutes=1)
    quay.tell(follow_up("1", "retracted", "al_1"))
    assert not quay.audit().findings
    return quay


def test_an_alert_that_nobody_dispatched_is_missing_by_its_channel_and_its_record() -> None:
    quay = told()
    quay.come(alert("2"), to=False)
    quay.committed += 1
    found = quay.only()
    assert (found.slip, found.channel, found.endpoints) == (DeliverySlip.NOT_DISPATCHED, "desk", ("a", "b"))
    assert (found.notification, found.rule_id, found.uri, found.record) == ("al_2", "r1", "wire:2", "alerts/0/2")
    audit = quay.audit()
    assert (audit.of("desk", "a").missing, audit.of("desk", "a").alerts) == (1, 3)


def test_an_endpoint_that_a_notification_leaves_out_is_missing() -> None:
    quay = told()
    quay.alter("desk/al_1", lambda row: row["endpoints"].remove("b"))
    quay.take_out("desk/al_1/b")
    quay.take_out("desk/al_1_retracted/b")
    assert (quay.only().slip, quay.only().endpoints) == (DeliverySlip.NOT_DISPATCHED, ("b",))


def test_an_edit_of_the_channel_may_not_have_been_known_yet() -> None:
    quay = told()
    quay.edit(channel("a", "b", "c", version=2))
    quay.partition.now += timedelta(seconds=1)
    quay.partition.channels["desk"] = channel("a", "b")
    quay.tell(alert("2"))
    assert quay.audit(live_ms=2000).findings == []
    assert [each.endpoints for each in quay.audit(live_ms=500).findings] == [("c",)]


def test_without_its_outcome_it_is_pending_and_no_finding() -> None:
    quay = told()
    quay.take_out("desk/al_1_retracted/a")
    audit = quay.audit()
    assert (audit.findings, audit.of("desk", "a").pending) == ([], 1)


def test_an_outcome_at_an_endpoint_that_it_is_not_for_is_found() -> None:
    quay = told()
    quay.put(outcome("al_1", "z"))
    assert (quay.only().slip, quay.only().endpoints) == (DeliverySlip.NOT_NAMED, ("z",))
    assert quay.audit().of("desk", "z").slips == {DeliverySlip.NOT_NAMED: 1}


def outcome(notification: str, endpoint: str, state: DeliveryState = DeliveryState.DELIVERED) -> Delivery:
    return Delivery(
        notification=notification, type=EventType.CREATED, channel="desk", endpoint=endpoint, state=state, attempts=1
    )


def test_an_outcome_of_nothing_is_found() -> None:
    quay = told()
    quay.put(outcome("al_7", "a"))
    assert (quay.only().slip, quay.only().notification) == (DeliverySlip.NO_NOTIFICATION, "al_7")


def test_a_notification_of_an_alert_that_never_was_is_found() -> None:
    quay = told()
    (sent, *_) = quay.partition.notifications().values()
    quay.put(sent.model_copy(update={"id": "al_7", "alerts": (alert("7"),)}))
    assert (quay.only().slip, quay.only().uri) == (DeliverySlip.NO_ALERT, "wire:7")
    quay.put(sent.model_copy(update={"id": "al_7", "alerts": (alert("7"),), "origin": "alerts/0/9"}))
    assert quay.audit().findings == []  # it came after `alerts` was read


def digested() -> Quay:
    quay = Quay(channel("a", digest={"every_s": 600}))
    quay.tell(alert("1"), alert("2"))
    quay.partition.after(minutes=20)
    assert not quay.audit().findings
    return quay


def test_a_digest_that_is_gone_is_missed() -> None:
    quay = digested()
    (key,) = [key for key, each in quay.partition.notifications().items() if each.type is EventType.DIGEST]
    quay.take_out(key)
    quay.take_out(f"{key}/a")
    assert [(each.slip, each.notification) for each in quay.audit().findings] == [
        (DeliverySlip.NO_DIGEST, "al_1"),
        (DeliverySlip.NO_DIGEST, "al_2"),
    ]
    assert quay.audit().total.missing == 2


def test_a_digest_that_tells_what_was_never_put_to_the_channel_is_found() -> None:
    quay = digested()
    quay.take_out("desk/al_2")
    slips = [each.slip for each in quay.audit().findings]
    assert slips == [DeliverySlip.NOT_DISPATCHED, DeliverySlip.NO_NOTIFICATION]


def test_a_retraction_that_reached_an_endpoint_without_the_alert_is_found() -> None:
    quay = told()
    quay.alter("desk/al_1/b", lambda row: row.update(state="held", reason="queue_full"))
    assert (quay.only().slip, quay.only().endpoints) == (DeliverySlip.FOLLOW_UP_EXTRA, ("b",))


def test_a_retraction_is_not_extra_where_the_alert_was_replayed() -> None:
    quay = told()
    quay.alter("desk/al_1/b", lambda row: row.update(state="given_up", reason="given_up"))
    (sent, *_) = quay.partition.notifications().values()
    quay.put(sent.model_copy(update={"replay": "r1", "endpoints": ("b",)}))
    quay.put(outcome("al_1", "b").model_copy(update={"replay": "r1"}))
    assert quay.audit().findings == []


def test_a_retraction_is_not_extra_where_the_alert_was_told_when_its_group_was_said_again() -> None:
    quay = told()
    quay.alter("desk/al_1/b", lambda row: row.update(state="given_up", reason="given_up"))
    (sent, *_) = quay.partition.notifications().values()
    quay.put(sent.model_copy(update={"id": "dg_1", "type": EventType.DIGEST, "data": {"again": True}}))
    quay.put(outcome("dg_1", "b"))
    assert quay.audit().findings == []
    assert quay.audit().of("desk", "b").given_up == 1


@pytest.mark.parametrize("reason", [HeldReason.TAKEN_BACK, HeldReason.NEVER_SENT])
def test_a_retraction_that_was_held_back_though_the_alert_was_delivered_is_found(reason: HeldReason) -> None:
    quay = told()
    quay.alter("desk/al_1_retracted/b", lambda row: row.update(state="held", reason=reason))
    assert (quay.only().slip, quay.only().endpoints) == (DeliverySlip.FOLLOW_UP_MISSING, ("b",))


def test_a_retraction_that_is_held_back_for_another_reason_is_no_finding() -> None:
    quay = told()
    quay.alter("desk/al_1_retracted/b", lambda row: row.update(state="held", reason="silenced"))
    assert quay.audit().findings == []


def test_an_update_that_was_taken_back_is_no_finding() -> None:
    quay = Quay(channel("a"))
    quay.tell(alert("1"), follow_up("1", "updated", "al_1"))
    quay.alter("desk/al_1_updated/a", lambda row: row.update(state="held", reason="taken_back"))
    assert quay.audit().findings == []
    quay.alter("desk/al_1_updated/a", lambda row: row.update(state="held", reason="never_sent"))
    assert quay.only().slip is DeliverySlip.FOLLOW_UP_MISSING


def test_what_overtook_the_alert_that_it_follows_on_is_found() -> None:
    quay = told()
    later = quay.partition.deliveries()["desk/al_1/b"]
    assert later.last is not None
    at = later.last.at + timedelta(hours=1)
    quay.take_out("desk/al_1/b")
    assert quay.only().slip is DeliverySlip.OVERTAKEN  # it is pending still
    quay.put(later.model_copy(update={"last": later.last.model_copy(update={"at": at})}))
    found = quay.only()
    assert (found.slip, found.endpoints, found.notification) == (DeliverySlip.OVERTAKEN, ("b",), "al_1_retracted")


def test_an_outcome_that_was_written_again_later_overtook_nothing() -> None:
    quay = told()
    later = quay.partition.deliveries()["desk/al_1/b"]
    quay.put(later)
    assert (quay.audit().findings, quay.audit(compacted=True).findings) == ([], [])


def town() -> Town:
    """A day of a match worker, and of a deliver worker by hand."""
    made = settled()
    made.archive.make("channels")
    made.archive.make("deliveries")
    made.put("channels", "desk", channel("a").model_dump(mode="json"), made.world.now_ms - 50_000)
    made.tell(bulletin(1), bulletin(2))
    made.archive.commits[DELIVER_GROUP, "alerts"] = {0: 2}
    return made


def deliver(made: Town, at: int) -> None:
    row = orjson.loads(made.records("alerts")[at].value or b"")
    made.put(
        "deliveries",
        f"desk/{row['id']}",
        Notification(
            id=row["id"],
            type=EventType.CREATED,
            channel="desk",
            endpoints=("a",),
            made=made.records("alerts")[at].received,
            alerts=(row,),
            origin=made.records("alerts")[at].position,
        ).model_dump(mode="json"),
    )
    made.put("deliveries", f"desk/{row['id']}/a", outcome(row["id"], "a").model_dump(mode="json"))


def test_the_audit_has_both_accounts() -> None:
    made = town()
    deliver(made, 0)
    audit = made.audit()
    assert audit.deliveries is not None
    assert (audit.deliveries.total.alerts, audit.deliveries.total.delivered) == (2, 1)
    assert audit.deliveries.slips == {DeliverySlip.NOT_DISPATCHED: 1}
    assert (audit.slips, audit.balanced()) == ({}, False)
    deliver(made, 1)
    assert made.audit().balanced()


def test_what_the_deliver_workers_have_not_committed_is_pending() -> None:
    made = town()
    made.archive.commits.pop((DELIVER_GROUP, "alerts"))
    audit = made.audit()
    assert audit.balanced()
    assert audit.deliveries is not None
    assert (audit.deliveries.total.pending, audit.deliveries.undispatched) == (2, 2)


def test_a_record_that_is_none_is_found_and_a_tombstone_or_a_health_is_passed_over() -> None:
    made = town()
    deliver(made, 0)
    deliver(made, 1)
    made.put("deliveries", "desk/x", None)
    made.put("deliveries", "desk//a", {"record": "endpoint", "channel": "desk", "endpoint": "a", "at": NOON})
    assert made.audit().balanced()
    odd = made.put("deliveries", "desk/y", {"record": "what"})
    (found,) = made.audit().findings
    assert (found.slip, found.record) == (Slip.UNREADABLE, odd.position)


def test_without_endpoints_there_is_no_account() -> None:
    made = town()
    made.put("channels", "desk", channel(version=2).model_dump(mode="json"))
    assert made.audit().deliveries is None
    made.put("channels", "desk", b"no channel")
    refused = channel("a", version=3, digest={"every_s": 172_800, "days": ["mon"]})
    made.put("channels", "desk", refused.model_dump(mode="json"))
    assert made.audit().deliveries is None
    made.put("channels", "desk", None)
    assert made.audit().deliveries is None
    assert settled().audit().deliveries is None
