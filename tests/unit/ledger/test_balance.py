"""What a worker tells is balanced, whatever it is asked and whatever is edited meanwhile."""

from __future__ import annotations

import orjson
import pytest

from schemas.alert import AlertKind
from schemas.envelope import Incoming
from schemas.reasons import HeldReason, RefusalReason
from tests.unit.ledger.town import START_MS, Town, bulletin
from workers.errors import Refused
from workers.ledger import Audit

LONG_S = 100.0


def settled(*queries: str, max_bytes: int = 1_048_576) -> Town:
    """With rules that all workers know."""
    town = Town(max_bytes)
    for number, query in enumerate(queries or ("bulletin",)):
        town.rule("r" if number == 0 else f"r{number}", query)
    town.wait(LONG_S)
    return town


def assert_balanced(audit: Audit) -> None:
    assert audit.balanced(), audit.findings


def test_matches_are_alerts_and_decisions_rule_by_rule() -> None:
    town = settled("bulletin", "bulletin AND two", "absent")
    town.tell(bulletin(1), bulletin(2, lead="two"), {"uri": "u:3", "title": "News"})
    town.wait(10)
    town.tell(bulletin(1), bulletin(4, status="withheld", body="two"))
    audit = town.audit()
    assert_balanced(audit)
    assert set(audit.rules) == {"r", "r1"}
    assert audit.rules["r"].matches == 4
    assert audit.rules["r"].told == {AlertKind.CREATED: 2}
    assert audit.rules["r"].held == {HeldReason.SEEN_ALREADY: 1, HeldReason.NOT_USABLE: 1}
    assert audit.rules["r1"].told == {AlertKind.CREATED: 1}
    assert audit.rules["r1"].held == {HeldReason.NOT_USABLE: 1}
    assert audit.total.matches == 6
    assert (audit.articles, audit.pending) == (5, 0)


def test_a_batch_that_was_told_twice_is_repeats_and_balanced() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(1), bulletin(2))
    for topic in ("alerts", "alerts", "alerts.desk", "decisions"):
        town.again(topic)
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].repeats == 3
    assert audit.rules["r"].matches == 3


def test_what_the_workers_have_not_committed_is_pending_told_or_not() -> None:
    town = settled()
    town.tell(bulletin(1))
    town.publish(bulletin(2))
    audit = town.audit()
    assert_balanced(audit)
    assert (audit.rules["r"].pending, audit.rules["r"].matches, audit.pending) == (1, 1, 1)
    town.work()
    town.archive.commits["g", "articles"] = {0: 1}
    audit = town.audit()
    assert_balanced(audit)
    assert (audit.rules["r"].pending, audit.rules["r"].matches, audit.pending) == (0, 2, 1)


def test_articles_under_embargo_and_of_no_use_are_decisions() -> None:
    town = settled()
    town.tell(bulletin(1, status="canceled"), bulletin(2, embargoed_until="2999-01-01T00:00:00Z"))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].held.total() == 2


def test_a_dead_letter_accounts_for_what_cannot_be_read_and_for_what_can_be_read_again() -> None:
    town = settled()
    town.tell(b"no article", bulletin(1))
    assert_balanced(town.audit())
    assert town.audit().letters == {RefusalReason.NOT_JSON: 1}
    town.take_out("alerts")
    town.take_out("alerts.desk")
    town.alter("dead-letters", lambda row: row.update(offset=1))
    town.take_out("articles")
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].put_aside == 1


def test_two_records_of_one_uri_in_one_millisecond_are_told_apart_as_far_as_they_can_be() -> None:
    town = settled("bulletin AND one", "bulletin AND two")
    town.tell({**bulletin(1), "lead": "one"}, {**bulletin(1), "lead": "two"}, {**bulletin(1), "lead": "one two"})
    audit = town.audit()
    assert_balanced(audit)
    assert audit.total.told == {AlertKind.CREATED: 2}
    assert audit.total.held == {HeldReason.SEEN_ALREADY: 2}


def test_a_story_told_again_after_its_window_is_balanced() -> None:
    town = Town()
    town.rule(dedup_window_s=60)
    town.wait(LONG_S)
    town.tell(bulletin(1))
    town.wait(90)
    town.tell(bulletin(1))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].told == {AlertKind.CREATED: 2}


def test_an_alert_that_some_topics_refused_for_its_size_is_accounted_for() -> None:
    town = settled()
    town.tell(bulletin(1))
    town.take_out("alerts.desk")
    town.world.outbox.topics.clear()
    held = {
        "id": "de_1",
        "reason": "too_large",
        "rule": {"id": "r", "name": "r", "version": 1, "query": "bulletin", "priority": 3},
        "article": {"uri": "u:1", "version": 1},
        "story": "s",
        "record": "articles/0/0",
        "received": town.records("articles")[0].received,
    }
    town.put("decisions", "r", held)
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].matches == 1


@pytest.mark.parametrize("reason", list(HeldReason))
def test_a_decision_of_any_reason_accounts_for_its_match(reason: HeldReason) -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(1))
    town.alter("decisions", lambda row: row.update(reason=reason))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].held == {reason: 1}


def test_only_articles_from_the_time_asked_on_are_judged() -> None:
    town = settled()
    town.tell(bulletin(1))
    town.wait(LONG_S)
    since_ms = town.world.now_ms
    town.tell(bulletin(1), bulletin(2))
    town.take_out("decisions")
    audit = town.audit(since_ms)
    assert (audit.articles, audit.rules["r"].matches, audit.rules["r"].missing) == (2, 2, 1)


def test_what_the_topics_may_have_forgotten_is_not_judged() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(1))
    town.take_out("decisions")
    assert town.audit().total.missing == 1
    town.archive.kept_ms["decisions"] = 3_600_000
    town.wait(3 * 3600)
    town.tell(bulletin(2))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.articles == 1
    assert audit.since_ms == audit.kept_from_ms > START_MS


def test_a_group_that_has_committed_nothing_is_refused() -> None:
    town = settled()
    town.publish(bulletin(1))
    with pytest.raises(Refused, match="committed nothing"):
        town.audit()


def test_topics_without_articles_are_balanced() -> None:
    assert_balanced(settled().audit())


@pytest.mark.parametrize("kind", list(AlertKind))
def test_an_alert_of_any_kind_accounts_for_its_match(kind: AlertKind) -> None:
    town = settled()
    town.tell(bulletin(1))
    for topic in ("alerts", "alerts.desk"):
        town.alter(topic, lambda row: row.update(kind=kind))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].told == {kind: 1}


def test_what_is_decided_of_deliveries_is_no_part_of_the_account_of_matches() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(1))
    before = town.audit().total
    row = orjson.loads(town.records("decisions")[0].value or b"")
    held = {"id": "de_x", "reason": HeldReason.THROTTLED, "channel": "desk", "record": "alerts/0/0"}
    town.put("decisions", "r", row | held)
    town.put("decisions", "r", row | held | {"id": "de_y", "endpoint": "a", "record": "articles/0/0"})
    audit = town.audit()
    assert_balanced(audit)
    assert audit.total == before


def test_a_kill_in_the_millisecond_of_what_it_kills_is_accounted_for_by_its_own_retraction() -> None:
    town = settled()
    town.tell(bulletin(1), bulletin(1, status="withheld", version=1))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].matches == 2


def test_a_copy_that_is_told_when_it_is_read_again_since_the_first_was_taken_back_meanwhile_is_balanced() -> None:
    town = settled()
    town.tell(bulletin(1), {**bulletin(1), "uri": "copy"})
    town.wait(1)
    town.tell(bulletin(1, status="canceled", version=2))
    town.wait(1)
    town.work_again(1)
    audit = town.audit()
    assert [each["kind"] for each in map(loads, town.records("alerts"))] == ["created", "retracted", "created"]
    assert_balanced(audit)
    assert audit.rules["r"].matches == 3


def loads(record: Incoming) -> dict[str, object]:
    value: dict[str, object] = orjson.loads(record.value or b"")
    return value


def test_a_copy_of_what_was_refused_is_told_and_both_are_accounted_for() -> None:
    town = settled(max_bytes=8_000)
    town.tell(bulletin(1, more="x" * 9_000), {**bulletin(1), "uri": "u:2"})
    audit = town.audit()
    assert audit.findings == []
    balance = audit.rules["r"]
    assert (balance.told, balance.held) == ({AlertKind.CREATED: 1}, {HeldReason.TOO_LARGE: 1})
    assert balance.repeats == 0
