"""The courier where a channel asks for less: digests, groups, quiet hours, a pause."""

from __future__ import annotations

from datetime import timedelta

from schemas.alert import AlertKind
from schemas.delivery import EventType, Notification
from tests.unit.courier_world import Partition, alert, channel

RETRACTED = AlertKind.RETRACTED


def digests(world: Partition) -> list[Notification]:
    """In the order in which they were written."""
    return [each for each in world.notifications().values() if each.type is EventType.DIGEST]


def test_a_digest_tells_what_has_waited_and_what_was_left_out() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}, throttle={"burst": 2, "per_hour": 1}))
    world.dispatch(*(alert(str(number)) for number in range(4)))
    world.dispatch(alert("urgent", priority=1))
    world.settle()
    assert world.got("a") == ["al_urgent"]
    world.after(hours=1)
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert [each.id for each in digest.alerts] == ["al_0", "al_1"]
    assert digest.data["left_out"] == {"throttled": {"r1": 2}}
    assert world.got("a") == ["al_urgent", digest.id]
    assert sorted(world.reasons()) == ["digested", "digested", "throttled", "throttled"]


def test_a_digest_that_was_written_before_a_kill_is_sent_as_it_was_written() -> None:
    world = Partition(channel("a", digest={"every_s": 3600}))
    world.dispatch(alert("1"), alert("2"))
    world.settle()
    world.now += timedelta(hours=1)
    world.courier.tick(world.now)
    written = [each for each in world.courier.take_written() if each.topic == "deliveries"]
    world.log.append(written[0].value)  # killed before the others
    world.dispatch(alert("3"))
    world.restart()
    world.settle()
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert world.got("a") == [digest.id]
    assert {each.id for each in digest.alerts} == {"al_1", "al_2"}


def test_a_retraction_takes_out_what_waits_in_its_group() -> None:
    world = Partition(channel("a", group={"by": ["rule"], "wait_s": 30}))
    world.dispatch(alert("1"), alert("2"))
    world.settle()
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.after(minutes=1)
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert [each.id for each in digest.alerts] == ["al_2"]
    assert world.got("a") == [digest.id]
    assert world.reasons().count("taken_back") == 2


def test_quiet_hours_end_with_one_message_and_let_the_urgent_pass() -> None:
    world = Partition(channel("a", quiet=[{"start": "11:00", "end": "13:00", "bypass_priority": 2}]))
    world.dispatch(alert("1"), alert("2"), alert("p", priority=2))
    world.settle()
    assert world.got("a") == ["al_p"]
    world.after(hours=1)
    assert len(world.got("a")) == 2
    (digest,) = [each for each in world.notifications().values() if each.type is EventType.DIGEST]
    assert [each.id for each in digest.alerts] == ["al_1", "al_2"]


def test_a_paused_channel_goes_on_with_what_has_waited() -> None:
    world = Partition(channel("a", state="paused"))
    world.dispatch(alert("1"), alert("2"))
    world.after(days=1)
    assert world.sent == []
    world.channels["desk"] = channel("a")
    world.courier.change("desk", world.now)
    world.settle()
    assert len(world.got("a")) == 1
    assert set(world.reasons()) == {"channel_paused"}


def test_what_stands_is_said_again_by_the_worker_that_takes_over() -> None:
    world = Partition(channel("a", group={"by": ["rule"], "wait_s": 10, "interval_s": 60, "repeat_s": 600}))
    world.dispatch(alert("1"), alert("2"))
    world.after(seconds=11)
    world.dispatch(alert("1", RETRACTED, previous="al_1"))
    world.settle()
    world.commit()
    world.restart()
    world.after(minutes=11)
    assert [[each.id for each in digest.alerts] for digest in digests(world)] == [["al_1", "al_2"], ["al_2"]]
    assert digests(world)[1].data["again"] is True


def test_the_successor_waits_for_the_interval_behind_the_last_message() -> None:
    world = Partition(channel("a", group={"by": ["rule"], "wait_s": 10, "interval_s": 600}))
    world.dispatch(alert("1"))
    world.after(seconds=11)
    world.commit()
    world.restart()
    world.dispatch(alert("2"))
    world.after(seconds=60)
    assert len(digests(world)) == 1
    world.after(minutes=10)
    assert len(digests(world)) == 2


def test_what_was_left_out_is_counted_by_the_successor() -> None:
    world = Partition(channel("a", throttle={"burst": 1, "per_hour": 0.1}))
    world.dispatch(alert("1"), alert("2"), alert("3"))
    world.settle()
    world.commit()
    world.restart()
    world.after(hours=2)
    (digest,) = digests(world)
    assert digest.alerts == ()
    assert digest.data["left_out"] == {"throttled": {"r1": 2}}


def test_when_all_that_was_left_out_is_told_nothing_is_due() -> None:
    world = Partition(channel("a", throttle={"burst": 1, "per_hour": 0.1}))
    world.dispatch(alert("1"), alert("2"), alert("3"))
    world.after(hours=2)
    world.restart()
    assert world.courier.next_due() is None
