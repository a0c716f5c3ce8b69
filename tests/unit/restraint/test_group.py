"""Groups: when their messages are due, and what these tell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.alert import AlertKind
from schemas.channel import Grouping, GroupKey
from tests.unit.restraint.said import NOON, an_alert
from workers.restraint.group import Due, Groups, group_of

R1, R2 = '{"rule":"r1"}', '{"rule":"r2"}'
HOURLY: dict[str, Any] = {"wait_s": 30, "interval_s": 300, "repeat_s": 3600, "lasts_s": 86_400}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def seconds(at: datetime | None) -> float | None:
    return None if at is None else (at - NOON).total_seconds()


class Channel:
    """Groups whose messages go out when they are due."""

    def __init__(self, **grouping: Any) -> None:
        self.groups = Groups(Grouping(**(HOURLY | grouping)))
        self.told: list[tuple[float | None, str, list[str]]] = []

    def add(self, at: float, *ids: str, **other: Any) -> None:
        self.until(at)
        for each in ids:
            self.groups.add(an_alert(each, **other), after(at))

    def until(self, at: float) -> None:
        """All that is due up to then goes out in its time."""
        while (due := self.groups.next_due()) is not None and due <= after(at):
            for message in self.groups.due(due):
                self.told.append((seconds(due), "repeat" if message.repeat else "new", ids_of(message)))
                self.groups.flushed(message.group, ids_of(message), due)


def ids_of(message: Due) -> list[str]:
    return [alert.id for alert in message.alerts]


class TestGroupOf:
    def test_alerts_alike_in_all_keys_are_of_one_group_whatever_the_order_of_keys_and_tags(self) -> None:
        one, two = an_alert(tags=("war", "asia")), an_alert("al_2", tags=("asia", "war", "asia"), source="x")
        assert group_of(("tag", "rule"), one) == group_of(("rule", "tag"), two) == '{"rule":"r1","tag":["asia","war"]}'

    @pytest.mark.parametrize("other", [{"tags": ("asia",)}, {"rule": "r2"}, {"story": "s2"}, {"source": "wire"}])
    def test_alerts_that_differ_in_one_are_not(self, other: dict[str, Any]) -> None:
        every: tuple[GroupKey, ...] = ("rule", "story", "tag", "source")
        assert group_of(every, an_alert(**other)) != group_of(every, an_alert())

    def test_without_keys_all_alerts_are_of_one_group(self) -> None:
        assert group_of((), an_alert()) == group_of((), an_alert(rule="r2", story="s2")) == "{}"


class TestTimes:
    def test_the_first_message_waits_for_others(self) -> None:
        channel = Channel()
        channel.add(0, "a")
        channel.add(29, "b")
        channel.add(31, "c")
        assert channel.told == [(30, "new", ["a", "b"])]

    def test_later_ones_come_at_intervals_from_the_last_message_and_tell_only_what_is_new(self) -> None:
        channel = Channel()
        channel.add(0, "a")
        channel.add(31, "b")
        channel.add(1000, "c")
        channel.add(1230, "d")
        channel.until(3000)
        assert channel.told[1:] == [(330, "new", ["b"]), (1230, "new", ["c"]), (1530, "new", ["d"])]

    def test_what_stands_is_said_again_at_the_first_look_after_repeat(self) -> None:
        channel = Channel(repeat_s=1000, lasts_s=2800)
        channel.add(0, "a")
        channel.add(31, "b")
        channel.until(10_000)
        assert channel.told[2:] == [(1530, "repeat", ["a", "b"]), (2730, "repeat", ["a", "b"])]
        assert channel.groups.next_due() is None

    def test_a_new_alert_puts_a_repeat_off(self) -> None:
        channel = Channel(repeat_s=1000)
        channel.add(0, "a")
        channel.add(1100, "b")
        channel.until(2430)
        assert channel.told[1:] == [(1230, "new", ["b"]), (2430, "repeat", ["a", "b"])]

    def test_a_group_ends_so_long_after_its_last_alert_and_the_next_begins_anew(self) -> None:
        channel = Channel(lasts_s=600)
        channel.add(0, "a")
        channel.add(500, "b")
        channel.add(1099, "c")
        channel.add(1699, "d")
        channel.until(3000)
        assert channel.told == [(30, "new", ["a"]), (630, "new", ["b"]), (1230, "new", ["c"]), (1729, "new", ["d"])]
        channel.groups.due(after(10_000))
        assert len(channel.groups) == 0

    def test_no_message_of_a_group_comes_sooner_than_an_interval_even_if_it_began_anew(self) -> None:
        channel = Channel(wait_s=0, lasts_s=301)
        channel.add(0, "a")
        channel.add(1, "b")
        channel.add(310, "c")
        channel.until(3000)
        assert channel.told == [(0, "new", ["a"]), (300, "new", ["b"]), (600, "new", ["c"])]

    def test_a_repeat_that_comes_too_late_is_not_said(self) -> None:
        groups = Groups(Grouping(wait_s=0, interval_s=1, repeat_s=60, lasts_s=75))
        groups.add(an_alert("b", rule="r2"), after(1))
        groups.add(an_alert("a"), after(9))
        groups.flushed(R1, ["a"], after(10))
        groups.flushed(R2, ["b"], after(11))
        assert [(each.group, each.repeat) for each in groups.due(after(80))] == [(R1, True)]

    def test_groups_go_each_by_its_own_time(self) -> None:
        channel = Channel()
        channel.add(0, "a")
        channel.add(10, "b", rule="r2")
        channel.until(100)
        assert channel.told == [(30, "new", ["a"]), (40, "new", ["b"])]

    def test_several_that_are_due_come_in_their_order_and_stay_due_until_they_are_flushed(self) -> None:
        groups = Groups(Grouping(wait_s=30))
        groups.add(an_alert("b", rule="r2"), after(1))
        groups.add(an_alert("a"), after(0))
        assert [(each.group, seconds(each.at)) for each in groups.due(after(60))] == [(R1, 30), (R2, 31)]
        groups.flushed(R1, ["a"], after(60))
        assert [each.group for each in groups.due(after(61))] == [R2]

    def test_what_came_after_a_message_was_put_together_waits_on(self) -> None:
        groups = Groups(Grouping(wait_s=30, interval_s=300))
        groups.add(an_alert("a"), after(0))
        [message] = groups.due(after(30))
        groups.add(an_alert("b"), after(31))
        groups.flushed(R1, ids_of(message), after(32))
        assert seconds(groups.next_due()) == 332

    def test_an_alert_that_comes_twice_waits_once(self) -> None:
        channel = Channel()
        channel.add(0, "a", "a")
        channel.add(31, "a")
        channel.until(900)
        assert channel.told == [(30, "new", ["a"])]


class TestTakenBack:
    def test_before_it_was_told_it_is_never_told(self) -> None:
        channel = Channel()
        channel.add(0, "a", "b")
        assert channel.groups.remove("a")
        channel.until(100)
        assert channel.told == [(30, "new", ["b"])]

    def test_a_group_without_others_is_gone(self) -> None:
        channel = Channel()
        channel.add(0, "a")
        assert channel.groups.remove("a")
        assert (channel.groups.next_due(), len(channel.groups)) == (None, 0)

    def test_after_it_was_told_it_is_not_said_again(self) -> None:
        channel = Channel(repeat_s=600)
        channel.add(0, "a", "b")
        channel.until(100)
        assert not channel.groups.remove("a")
        channel.until(700)
        assert channel.told[1:] == [(630, "repeat", ["b"])]
        assert not channel.groups.remove("b")
        assert channel.groups.next_due() is None

    def test_what_follows_on_an_alert_stands_in_its_place(self) -> None:
        channel = Channel(repeat_s=600)
        channel.add(0, "a")
        channel.add(31, "b", kind=AlertKind.CORRECTED, previous="a")
        channel.until(1000)
        assert channel.told[1:] == [(330, "new", ["b"]), (930, "repeat", ["b"])]

    def test_one_that_is_not_known_changes_nothing(self) -> None:
        assert not Channel().groups.remove("x")


class TestBounds:
    def test_above_the_limit_the_group_told_longest_ago_is_forgotten_and_begins_anew(self) -> None:
        groups = Groups(Grouping(wait_s=30, interval_s=300), most_groups=2)
        for at, rule in enumerate(("r1", "r2")):
            groups.add(an_alert(rule, rule=rule), after(at))
            groups.flushed(group_of(("rule",), an_alert(rule=rule)), [rule], after(at))
        groups.add(an_alert("c", rule="r3"), after(10))
        assert len(groups) == 2
        groups.add(an_alert("d", rule="r2"), after(11))
        assert [(each.group, seconds(each.at)) for each in groups.due(after(301))] == [('{"rule":"r3"}', 40), (R2, 301)]

    def test_where_all_wait_the_oldest_is_due_at_once(self) -> None:
        groups = Groups(Grouping(wait_s=3600), most_groups=100)
        for at in range(103):
            groups.add(an_alert(f"a{at}", rule=f"r{at}"), after(at))
        assert [each.group for each in groups.due(after(103))] == [R1.replace("r1", f"r{at}") for at in range(3)]

    def test_of_what_stands_the_oldest_is_not_said_again(self) -> None:
        groups = Groups(Grouping(wait_s=0, interval_s=60, repeat_s=60), most_standing=2)
        groups.add(an_alert("z", rule="r2"), after(0))
        groups.flushed(R2, ["z"], after(0))
        for each in "abc":
            groups.add(an_alert(each), after(1))
        groups.flushed(R1, "abc", after(1))
        assert [(each.group, ids_of(each)) for each in groups.due(after(100))] == [(R1, ["b", "c"])]

    def test_groups_that_have_ended_leave_nothing_behind(self) -> None:
        groups = Groups(Grouping(by=("story",), wait_s=0, interval_s=60, lasts_s=60))
        alert = an_alert()
        for at in range(20_000):
            one = alert.model_copy(update={"id": f"a{at}", "story": f"s{at}"})
            groups.flushed(groups.add(one, after(at / 20)), [one.id], after(at / 20))
        assert len(groups) == 20_000
        assert groups.due(after(900)) == []
        assert len(groups) == 3_199  # of the last minute
        assert groups.due(after(2000)) == []
        assert len(groups) == 0
