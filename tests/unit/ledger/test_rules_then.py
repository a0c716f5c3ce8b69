"""Each article is judged by the rules as they stood when it came."""

from __future__ import annotations

import pytest

from schemas.rule import RuleStatus
from tests.unit.ledger.test_balance import LONG_S, assert_balanced, settled
from tests.unit.ledger.town import Town, bulletin


@pytest.mark.parametrize("status", [each for each in RuleStatus if each is not RuleStatus.LIVE])
def test_a_rule_that_is_not_live_raises_nothing(status: RuleStatus) -> None:
    town = settled()
    town.tell(bulletin(1))
    town.wait(LONG_S)
    town.rule(status=status, version=2)
    town.wait(LONG_S)
    town.tell(bulletin(2))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].matches == 1


def test_versions_of_a_rule_are_each_judged_in_their_time() -> None:
    town = settled("bulletin AND one")
    town.tell(bulletin(1, lead="one"), bulletin(2, lead="two"))
    town.wait(LONG_S)
    town.rule(query="bulletin AND two", version=2)
    town.wait(LONG_S)
    town.tell(bulletin(3, lead="one"), bulletin(4, lead="two"))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].matches == 2


def test_an_alert_by_a_version_that_compaction_took_away_is_judged_by_the_query_that_it_names() -> None:
    town = settled("bulletin AND one")
    town.tell(bulletin(1, lead="one"))
    town.wait(LONG_S)
    town.rule(query="bulletin AND two", version=2)
    town.take_out("rules")
    assert_balanced(town.audit())


def test_an_article_that_waited_is_told_by_rules_younger_than_itself() -> None:
    town = settled()
    town.publish(bulletin(1))
    town.wait(LONG_S)
    town.rule("young", "bulletin")
    town.wait(LONG_S)
    town.work()
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["young"].matches == 1


def test_an_article_that_waited_is_not_told_by_a_rule_that_was_deleted_meanwhile() -> None:
    town = settled()
    town.publish(bulletin(1))
    town.wait(LONG_S)
    town.put("rules", "r", None)
    town.world.book.drop_rule("r")
    town.wait(LONG_S)
    town.work()
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].unjudged == 1


@pytest.mark.parametrize(("apart_s", "unjudged"), [(1.0, 1), (5.0, 0)], ids=["just before", "long before"])
def test_an_edit_just_before_an_article_may_not_have_been_known(apart_s: float, unjudged: int) -> None:
    town = settled("absent")
    town.tell(bulletin(0))
    town.wait(LONG_S)
    town.rule(version=2)
    town.wait(apart_s)
    town.tell(bulletin(1))
    town.take_out("alerts")
    town.take_out("alerts.desk")
    audit = town.audit()
    assert audit.rules["r"].unjudged == unjudged
    assert audit.rules["r"].missing == 1 - unjudged


def test_a_rule_by_lists_is_asked_with_the_lists_of_the_time() -> None:
    town = Town()
    town.words("firms", "acme")
    town.rule(query="@firms AND bulletin")
    town.wait(LONG_S)
    town.tell(bulletin(1, lead="acme"), bulletin(2, lead="big"))
    town.wait(LONG_S)
    town.words("firms", "big")
    town.wait(LONG_S)
    town.tell(bulletin(3, lead="acme"), bulletin(4, lead="big"))
    audit = town.audit()
    assert_balanced(audit)
    assert audit.rules["r"].matches == 2


def test_a_list_that_stands_behind_the_rule_that_names_it_is_found_as_after_compaction() -> None:
    town = Town()
    town.words("firms", "acme")
    town.rule(query="@firms AND bulletin")
    town.wait(LONG_S)
    town.words("firms", "acme", "big")
    town.take_out("lists")
    town.wait(LONG_S)
    town.tell(bulletin(1, lead="big"))
    assert_balanced(town.audit())
    town.take_out("alerts")
    town.take_out("alerts.desk")
    assert town.audit().rules["r"].missing == 1


def test_a_rule_whose_latest_record_is_refused_stays_as_it_was_or_not() -> None:
    town = settled()
    town.put("rules", "r", {"id": "r", "query": "bulletin AND (two", "version": 2})
    town.wait(LONG_S)
    town.tell(bulletin(1))
    assert_balanced(town.audit())
    town.take_out("alerts")
    town.take_out("alerts.desk")
    assert town.audit().rules["r"].unjudged == 1
