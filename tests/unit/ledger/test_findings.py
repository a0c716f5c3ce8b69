"""What is broken by hand is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from schemas.envelope import moment
from tests.unit.ledger.test_balance import LONG_S, settled
from tests.unit.ledger.town import START_MS, Town, bulletin
from workers.ledger import SURPLUS, Finding, Slip


def only(town: Town) -> Finding:
    (finding,) = town.audit().findings
    return finding


def told() -> Town:
    """An alert and a decision."""
    town = settled()
    town.tell(bulletin(1))
    town.wait(10)
    town.tell(bulletin(1))
    town.wait(LONG_S)
    return town


def test_an_alert_that_was_deleted_is_missing_by_its_uri_its_record_its_rule_and_its_time() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(2))
    town.take_out("alerts", 1)
    town.take_out("alerts.desk", 1)
    found = only(town)
    assert (found.slip, found.rule_id, found.uri, found.record) == (Slip.MISSING, "r", "u:2", "articles/0/1")
    assert found.received == moment(START_MS + int(LONG_S * 1000))
    assert "bulletin" in found.detail
    assert town.audit().rules["r"].missing == 1
    assert town.audit().rules["r"].matches == 2


def test_a_decision_that_was_deleted_is_missing() -> None:
    town = told()
    town.take_out("decisions")
    assert (only(town).slip, only(town).record) == (Slip.MISSING, "articles/0/1")


def test_a_match_is_missing_though_its_rule_was_edited_later() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(2))
    town.wait(LONG_S)
    town.rule(query="bulletin OR later", version=2)
    town.wait(LONG_S)
    town.take_out("alerts", 0)
    town.take_out("alerts.desk", 0)
    assert (only(town).slip, only(town).uri) == (Slip.MISSING, "u:1")


def test_a_match_cannot_be_judged_when_nothing_tells_whether_the_edit_came_first() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(2))
    town.wait(LONG_S)
    town.rule(query="bulletin OR later", version=2)
    town.take_out("alerts", 1)
    town.take_out("alerts.desk", 1)
    audit = town.audit()
    assert audit.balanced()
    assert audit.rules["r"].unjudged == 1


def test_a_decision_without_a_match_is_found() -> None:
    town = told()
    town.alter("decisions", lambda row: row["rule"].update(query="absent"))
    assert [each.slip for each in town.audit().findings] == [Slip.NO_MATCH, Slip.MISSING]


def test_an_alert_without_a_match_is_found() -> None:
    town = settled("bulletin", "absent")
    town.tell(bulletin(1))
    town.again("alerts")
    town.again("alerts.desk")

    def forge(row: dict[str, Any]) -> None:
        row.update(id="al_forged")
        row["rule"].update(id="r1", query="absent")

    town.alter("alerts", forge, 1)
    town.alter("alerts.desk", forge, 1)
    assert (only(town).slip, only(town).rule_id, only(town).record) == (Slip.NO_MATCH, "r1", "articles/0/0")


@pytest.mark.parametrize("topic", ["alerts", "decisions"])
def test_what_tells_of_an_article_that_is_not_there_is_found(topic: str) -> None:
    town = told()
    town.again(topic)
    town.alter(topic, lambda row: row.update(id="x_1", channels=[], article={"uri": "u:9", "version": 1}), 1)
    assert (only(town).slip, only(town).uri) == (Slip.NO_ARTICLE, "u:9")


def test_an_alert_beside_a_decision_for_one_article_record_is_found() -> None:
    town = told()
    town.take_out("articles", 1)
    town.alter(
        "decisions",
        lambda row: row.update(record="articles/0/0", received=town.records("articles")[0].received.isoformat()),
    )
    found = only(town)
    assert found.slip is Slip.TWICE
    assert "decision seen_already" in found.detail
    assert town.audit().rules["r"].matches == 1


def test_two_decisions_for_one_article_record_are_found() -> None:
    town = told()
    town.again("decisions")
    town.alter("decisions", lambda row: row.update(id="de_2", reason="not_usable"), 1)
    assert only(town).slip is Slip.TWICE


def test_a_story_told_again_within_its_window_is_found_and_is_surplus() -> None:
    town = settled()
    town.tell(bulletin(1))
    town.world.lose_redis()
    town.wait(60)
    town.tell(bulletin(1))
    found = only(town)
    assert found.slip is Slip.TOLD_AGAIN
    assert "60 s after the last; the dedup window is 86400 s" in found.detail
    assert town.audit().balanced(SURPLUS)


def test_a_decision_whose_alert_was_never_told_is_found() -> None:
    town = told()
    town.take_out("alerts")
    town.take_out("alerts.desk")
    assert {each.slip for each in town.audit().findings} == {Slip.MISSING, Slip.NEVER_TOLD}


def test_a_decision_that_names_an_alert_which_was_too_large_is_found() -> None:
    town = settled(max_bytes=8_000)
    town.tell(bulletin(1, more="x" * 9_000))
    (large,) = town.records("decisions")
    town.tell({**bulletin(1), "uri": "u:2"}, {**bulletin(1), "uri": "u:3"})
    assert town.audit().balanced()
    town.alter("decisions", lambda row: row.update(alert_id="al_refused"), -1)
    assert large in town.records("decisions")
    assert (only(town).slip, only(town).uri) == (Slip.NEVER_TOLD, "u:3")


def test_an_alert_told_before_the_time_asked_counts_for_the_decisions_that_name_it() -> None:
    town = told()
    assert town.audit(START_MS + int(LONG_S * 1000) + 5_000).balanced()


@pytest.mark.parametrize(
    ("change", "late"),
    [
        pytest.param(lambda town: town.rule(version=2, query="bulletin AND two"), {"lead": "one"}, id="edited"),
        pytest.param(lambda town: town.rule(version=2, status="paused"), {}, id="paused"),
        pytest.param(lambda town: town.put("rules", "r", None), {}, id="deleted"),
    ],
)
def test_an_alert_by_a_version_that_stood_no_more_is_found(
    change: Callable[[Town], object], late: dict[str, object]
) -> None:
    town = settled()
    town.tell(bulletin(0))
    town.wait(LONG_S)
    old = town.world.book._rules["r"].rule  # the worker goes on with it
    change(town)
    town.world.book.put_rule(old)
    town.wait(LONG_S)
    town.tell(bulletin(1, **late))
    found = only(town)
    assert (found.slip, found.uri) == (Slip.STALE_RULE, "u:1")
    assert "by v1" in found.detail


def test_an_article_record_that_cannot_be_read_and_is_no_dead_letter_is_found() -> None:
    town = settled()
    town.tell(b"no article")
    town.take_out("dead-letters")
    assert (only(town).slip, only(town).record, only(town).rule_id) == (Slip.LETTER_MISSING, "articles/0/0", "")


def test_an_alert_that_its_channel_does_not_carry_is_found() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(2))
    town.take_out("alerts.desk", 1)
    assert (only(town).slip, only(town).uri) == (Slip.COPY_MISSING, "u:2")
    assert "alerts.desk" in only(town).detail


def test_what_a_channel_carries_without_an_alert_or_not_for_it_is_found() -> None:
    town = settled()
    town.tell(bulletin(1))
    town.put("alerts.east", "u:1", town.records("alerts")[0].value)
    assert (only(town).slip, only(town).detail.split()[0]) == (Slip.COPY_EXTRA, "alerts.east/0/0")


def test_copies_of_what_is_not_committed_yet_are_not_judged() -> None:
    town = settled()
    town.tell(bulletin(1))
    town.archive.commits["g", "articles"] = {0: 0}
    town.take_out("alerts.desk")
    town.put("alerts.east", "u:1", town.records("alerts")[0].value)
    assert town.audit().balanced()


@pytest.mark.parametrize("topic", ["alerts", "decisions", "dead-letters", "alerts.east"])
def test_a_record_among_the_outputs_that_is_none_is_found(topic: str) -> None:
    town = told()
    town.put(topic, "k", b"{}")
    assert (only(town).slip, only(town).record.rpartition("/")[0]) == (Slip.UNREADABLE, f"{topic}/0")


def test_channels_that_nobody_can_listen_to_are_counted() -> None:
    town = settled()
    town.world.channels.drop("desk")
    town.tell(bulletin(1))
    audit = town.audit()
    assert audit.balanced()
    assert audit.unheard == {"desk": 1}


@pytest.mark.parametrize(
    ("waits_s", "then", "found"),
    [
        pytest.param(600, None, [Slip.NOT_RELEASED], id="its time has passed"),
        pytest.param(200, None, [], id="its time has not come"),
        pytest.param(600, {}, [], id="it came again"),
        pytest.param(600, {"status": "canceled"}, [], id="it was killed"),
        pytest.param(600, {"version": 1}, [Slip.NOT_RELEASED], id="an older version came"),
        pytest.param(600, {"version": 1, "status": "canceled"}, [Slip.NOT_RELEASED], id="an older version was killed"),
    ],
)
def test_an_article_whose_embargo_is_over_must_come_again(
    waits_s: float, then: dict[str, object] | None, found: list[Slip]
) -> None:
    town = settled()
    town.archive.make("held")
    until = moment(town.world.now_ms + 300_000).isoformat()
    town.tell(bulletin(1, version=2, embargoed_until=until))
    town.wait(waits_s)
    if then is not None:
        town.tell(bulletin(1, **{"version": 2, **then}))
    assert [each.slip for each in town.audit().findings] == found
