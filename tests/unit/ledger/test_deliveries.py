"""What a courier writes of alerts and retractions is balanced, whatever receivers do and however often it is killed."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from schemas.alert import AlertKind
from schemas.channel import Channel
from schemas.delivery import AttemptOutcome, DeliveryState, Notification
from schemas.reasons import HeldReason
from schemas.silence import Matcher, Silence
from tests.unit.courier_world import NOON, alert, channel, endpoint
from tests.unit.ledger.quay import Quay, follow_up
from workers.ledger import Deliveries, DeliveryAudit, DeliveryTerms

ACCEPTED, BUSY, GONE, REJECTED = (
    AttemptOutcome.ACCEPTED,
    AttemptOutcome.BUSY,
    AttemptOutcome.GONE,
    AttemptOutcome.REJECTED,
)
GROUPS = {"group": {"by": ["rule"], "wait_s": 30, "interval_s": 300}}
DIGESTS = {"digest": {"every_s": 600}}


def assert_balanced(quay: Quay) -> DeliveryAudit:
    """As it stands, and as compaction leaves it: the same."""
    audit, compacted = quay.audit(), quay.audit(compacted=True)
    assert not audit.findings, audit.findings[0]
    assert not compacted.findings, compacted.findings[0]
    assert audit.endpoints == compacted.endpoints
    assert audit.total.missing == 0
    return audit


def test_each_alert_counts_once_at_each_endpoint() -> None:
    quay = Quay(channel("a", "b", "c"), answers=lambda end, *_: {"a": ACCEPTED, "b": BUSY, "c": GONE}[end])
    quay.tell(alert("1"), alert("2"))
    audit = assert_balanced(quay)
    assert {end: each.alerts for (_, end), each in audit.endpoints.items()} == {"a": 2, "b": 2, "c": 2}
    assert audit.of("desk", "a").delivered == 2
    assert audit.of("desk", "b").pending == 2
    assert audit.of("desk", "c").held == {HeldReason.ENDPOINT_GONE: 2}
    assert audit.total.alerts == 6
    quay.partition.after(days=3)
    assert assert_balanced(quay).of("desk", "b").given_up == 2


def test_what_is_told_in_a_digest_counts_as_the_digest_does() -> None:
    quay = Quay(channel("a", "b", **DIGESTS), answers=lambda end, *_: ACCEPTED if end == "a" else REJECTED)
    quay.tell(alert("1"), alert("2"))
    assert assert_balanced(quay).total.pending == 4
    quay.partition.after(minutes=20)
    audit = assert_balanced(quay)
    assert (audit.of("desk", "a").delivered, audit.of("desk", "b").pending) == (2, 2)
    quay.partition.after(days=3)
    assert assert_balanced(quay).of("desk", "b").given_up == 2


def test_what_is_silenced_or_throttled_is_held_with_its_reason() -> None:
    quay = Quay(channel("a", "b", throttle={"burst": 1, "per_hour": 1}))
    words = {"author": "x", "reason": "y", "starts": NOON - timedelta(1), "ends": NOON + timedelta(1)}
    quay.partition.silences.put(Silence(id="s", matchers=(Matcher(field="uri", value="wire:3"),), **words))  # type: ignore[arg-type]
    quay.tell(alert("1"), alert("2"), alert("3"))
    audit = assert_balanced(quay)
    assert audit.of("desk", "a").held == {HeldReason.THROTTLED: 1, HeldReason.SILENCED: 1}
    assert audit.of("desk", "a").delivered == 1


def test_an_alert_that_is_not_dispatched_yet_is_pending_where_it_will_go() -> None:
    quay = Quay(channel("a", "b"))
    quay.come(alert("1"), to=False)
    audit = assert_balanced(quay)
    assert (audit.total.pending, audit.undispatched) == (2, 1)


def test_an_endpoint_gets_no_alert_of_before_it_was_there() -> None:
    quay = Quay(channel("a"))
    quay.tell(alert("1"))
    quay.partition.now += timedelta(minutes=1)
    quay.edit(channel("a", "b", version=2))
    quay.tell(alert("2"))
    audit = assert_balanced(quay)
    assert (audit.of("desk", "a").alerts, audit.of("desk", "b").alerts) == (2, 1)


def test_where_the_earlier_record_of_a_channel_is_gone_an_endpoint_is_as_old_as_it_says() -> None:
    quay = Quay(channel("a"))
    quay.channels.clear()
    quay.come(alert("1"), to=False)
    quay.committed = 1
    quay.partition.now += timedelta(minutes=1)
    late = endpoint("b", created=quay.partition.now)
    quay.edit(channel(endpoint("a", created=NOON - timedelta(hours=1)), late, endpoint("c"), version=5))
    audit = quay.audit()
    assert {end: each.missing for (_, end), each in audit.endpoints.items()} == {"a": 1}


def test_replays_count_apart() -> None:
    quay = Quay(channel("a"), answers=lambda _, sent, __: ACCEPTED if sent.replay else GONE)
    quay.tell(alert("1"))
    quay.edit(channel(endpoint("a", revived=quay.partition.now + timedelta(seconds=1)), version=2))
    (sent,) = (each for each in quay.partition.notifications().values())
    quay.put(sent.model_copy(update={"replay": "r1"}))
    quay.partition.after(minutes=1)
    audit = assert_balanced(quay)
    assert audit.of("desk", "a").held == {HeldReason.ENDPOINT_GONE: 1}
    assert audit.of("desk", "a").replays == {DeliveryState.DELIVERED: 1}
    assert audit.total.alerts == 1


def test_alerts_of_before_the_time_asked_are_not_judged_but_known() -> None:
    quay = Quay(channel("a"))
    quay.tell(alert("1"))
    quay.partition.now += timedelta(minutes=1)
    since_ms = round(quay.partition.now.timestamp() * 1000)
    quay.tell(follow_up("1", "retracted", "al_1"))
    audit = quay.audit(since_ms=since_ms)
    assert (audit.total.alerts, audit.findings) == (1, [])


@pytest.mark.parametrize("seed", range(20))
def test_a_courier_is_balanced_whatever_happens(seed: int) -> None:
    chance = random.Random(seed)
    quay = Quay(
        _desk(chance, 1), answers=lambda *_: chance.choices([ACCEPTED, BUSY, REJECTED, GONE], [60, 20, 18, 2])[0]
    )
    last: dict[str, str] = {}
    for number in range(60):
        _act(quay, chance, number, last)
        if number % 20 == 0:
            assert_balanced(quay)
    quay.partition.after(days=4)
    audit = assert_balanced(quay)
    assert audit.total.delivered
    assert audit.total.alerts == sum(
        len(each.endpoints)
        for each in quay.partition.notifications().values()
        if not each.replay and isinstance(each, Notification) and each.id.startswith("al_")
    )


def _desk(chance: random.Random, version: int) -> Channel:
    hows: list[dict[str, Any]] = [
        {},
        {},
        GROUPS,
        DIGESTS,
        {"state": "paused"},
        {"throttle": {"burst": 3, "per_hour": 20}},
    ]
    return channel("a", "b", endpoint("c", strict_order=True), version=version, **chance.choice(hows))


def _act(quay: Quay, chance: random.Random, number: int, last: dict[str, str]) -> None:
    """Something happens. What is on the topic was read, and what was asked of its beginning is answered."""
    world = quay.partition
    world.now += timedelta(seconds=1)
    quay.catch_up()
    what = chance.random()
    if what < 0.35:
        quay.come(alert(str(number), rule=f"r{number % 2}"))
        last[str(number)] = f"al_{number}"
    elif what < 0.55 and last:
        name = chance.choice(sorted(last))
        taken_back = alert(name, AlertKind.RETRACTED, last.pop(name), rule=f"r{int(name) % 2}")
        quay.come(taken_back)
    elif what < 0.65:
        world.send(chance.randrange(5))  # killed before the records are written
        world.restart()
        quay.catch_up()
    elif what < 0.75:
        world.commit()
        world.restart()
        quay.catch_up()
    elif what < 0.85:
        quay.edit(_desk(chance, number + 2))
        world.settle()
    else:
        world.after(minutes=chance.choice([0.1, 1, 10, 300]))


def test_nothing_is_told_where_nothing_is_delivered() -> None:
    ledger = Deliveries(DeliveryTerms(0, {}, 0, 0))
    ledger.channel("desk", Channel(id="desk"), 0)
    assert ledger.close() is None
