"""Laws of groups: a restart comes to the same times, and every alert is told once and in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.channel import Grouping
from tests.unit.restraint.said import NOON, an_alert
from workers.restraint.group import Arrival, Due, Groups, Telling


def ids_of(message: Due) -> list[str]:
    return [alert.id for alert in message.alerts]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "remove", "flush", "flush"]),
        st.sampled_from([0, 1, 29, 30, 31, 299, 300, 600, 3599, 5000]),
        st.sampled_from(["r1", "r2"]),
        st.integers(0, 20),
    ),
    max_size=40,
)
GROUPINGS = st.builds(
    lambda wait, interval, repeat, lasts: Grouping(wait_s=wait, interval_s=interval, repeat_s=repeat, lasts_s=lasts),
    st.sampled_from([0, 30, 300]),
    st.sampled_from([1, 7.5, 300]),
    st.sampled_from([None, 60, 1000]),
    st.sampled_from([301, 900, 7200]),
)


class Courier:
    """Does what it is told to Groups, and keeps the records that a restart would find."""

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        self.groups = Groups(grouping)
        self.arrivals: dict[str, Arrival] = {}
        self.tellings: list[Telling] = []
        self.gone: set[str] = set()  # taken back after they were told
        self.now = NOON
        self.count = 0

    def do(self, step: tuple[str, float, str, int]) -> None:
        what, passed, rule, which = step
        self.now += timedelta(seconds=passed)
        if what == "add":
            self.count += 1
            alert = an_alert(f"a{self.count}", rule=rule)
            self.arrivals[alert.id] = Arrival(alert, self.now)
            self.groups.add(alert, self.now)
        elif what == "flush":
            for message in self.groups.due(self.now):
                self.tellings.append(Telling(message.group, tuple(ids_of(message)), self.now))
                self.groups.flushed(message.group, ids_of(message), self.now)
        elif self.arrivals:
            alert_id = sorted(self.arrivals)[which % len(self.arrivals)]
            if self.groups.remove(alert_id):
                del self.arrivals[alert_id]
            else:
                self.gone.add(alert_id)

    def restarted(self) -> Groups:
        groups = Groups(self.grouping)
        groups.restore(reversed(self.arrivals.values()), reversed(self.tellings))
        for each in self.gone:
            groups.remove(each)
        return groups


def future(groups: Groups, now: datetime) -> Sequence[tuple[datetime | None, list[Due]]]:
    """The next messages, each told in its time."""
    seen: list[tuple[datetime | None, list[Due]]] = []
    groups.due(now)  # forgets what has ended
    for _ in range(4):
        following = groups.next_due()
        now = max(now, following or now)
        due = groups.due(now)
        seen.append((following, due))
        for each in due:
            groups.flushed(each.group, ids_of(each), now)
    return seen


@settings(max_examples=150)
@given(GROUPINGS, STEPS)
def test_a_restart_comes_to_the_same_times(grouping: Grouping, steps: list[tuple[str, float, str, int]]) -> None:
    courier = Courier(grouping)
    for step in steps:
        courier.do(step)
    assert future(courier.restarted(), courier.now) == future(courier.groups, courier.now)


@settings(max_examples=150)
@given(GROUPINGS, st.lists(st.tuples(st.integers(0, 900), st.sampled_from(["r1", "r2"])), max_size=20))
def test_every_alert_is_told_once_and_in_time(grouping: Grouping, alerts: list[tuple[int, str]]) -> None:
    groups, arrived, new, last = Groups(grouping), dict[str, datetime](), list[str](), dict[str, datetime]()
    waits, interval = timedelta(seconds=grouping.wait_s), timedelta(seconds=grouping.interval_s)
    now = NOON
    coming = list(alerts)
    while coming or (groups.next_due() is not None):
        due = groups.next_due()
        if due is None or (coming and now + timedelta(seconds=coming[0][0]) < due):
            passed, rule = coming.pop(0)
            now += timedelta(seconds=passed)
            alert = an_alert(f"a{len(arrived)}", rule=rule)
            arrived[alert.id] = now
            groups.add(alert, now)
            continue
        if coming:
            coming[0] = (int((now + timedelta(seconds=coming[0][0]) - due).total_seconds()), coming[0][1])
        now = due
        for message in groups.due(now):
            if message.group in last:
                assert now >= last[message.group] + interval
            if message.repeat:
                assert grouping.repeat_s is not None
                assert now >= last[message.group] + timedelta(seconds=grouping.repeat_s)
            else:
                new += ids_of(message)
                assert all(now - arrived[each] <= max(waits, interval) for each in ids_of(message))
            last[message.group] = now
            groups.flushed(message.group, ids_of(message), now)
    assert sorted(new) == sorted(arrived)
