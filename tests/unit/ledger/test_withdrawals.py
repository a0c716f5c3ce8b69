"""An alert whose article was killed, or matches no more, must have been retracted."""

from __future__ import annotations

import pytest

from tests.unit.ledger.test_balance import LONG_S, settled
from tests.unit.ledger.town import Town, bulletin
from workers.ledger import Slip

NO_MORE = {"version": 2, "title": "Rain"}
KILLS = [
    {"version": 2, "title": "Rain", "status": "canceled"},
    {"version": 1, "title": "Rain", "status": "withheld"},
    {"title": "Withdrawn", "status": "canceled"},
]


def told(**first: object) -> Town:
    town = settled()
    town.tell(bulletin(1, **first))
    town.wait(5)
    return town


def edited_since_it_told() -> Town:
    """The rule says no to it now."""
    town = told()
    town.wait(LONG_S)
    town.rule(query="elsewhere", version=2)
    town.wait(LONG_S)
    return town


def lose_the_last_alert(town: Town) -> None:
    for topic in ("alerts", "alerts.desk"):
        town.take_out(topic, -1)


def slips(town: Town) -> list[Slip]:
    return [each.slip for each in town.audit().findings]


@pytest.mark.parametrize("second", [NO_MORE, *KILLS])
def test_a_lost_retraction_is_found(second: dict[str, object]) -> None:
    town = told()
    town.tell(bulletin(1, **second))
    assert slips(town) == []
    lose_the_last_alert(town)
    (found,) = town.audit().findings
    assert (found.slip, found.rule_id, found.uri, found.record) == (
        Slip.RETRACTION_MISSING,
        "r",
        "u:1",
        "articles/0/1",
    )
    assert "was not retracted" in found.detail


def test_the_lost_retraction_of_what_was_told_anew_is_found() -> None:
    town = told()
    town.tell(bulletin(1, **NO_MORE))
    town.tell(bulletin(1, version=3))
    town.tell(bulletin(1, version=4, title="Rain", status="canceled"))
    assert slips(town) == []
    lose_the_last_alert(town)
    assert slips(town) == [Slip.RETRACTION_MISSING]


def test_the_lost_retraction_of_all_versions_is_found_behind_the_newest() -> None:
    town = told()
    town.tell(bulletin(1, version=2))
    town.tell(bulletin(1, title="Rain", status="canceled"))
    assert slips(town) == []
    lose_the_last_alert(town)
    assert slips(town) == [Slip.RETRACTION_MISSING]


def test_the_lost_retraction_of_a_kill_that_still_matches_is_missing() -> None:
    town = told()
    town.tell(bulletin(1, version=2, status="canceled"))
    lose_the_last_alert(town)
    assert slips(town) == [Slip.MISSING]


@pytest.mark.parametrize("second", [NO_MORE, *KILLS])
def test_what_is_not_committed_yet_may_still_be_retracted(second: dict[str, object]) -> None:
    town = told()
    town.publish(bulletin(1, **second))
    assert slips(town) == []


@pytest.mark.parametrize(
    "second",
    [
        {"version": 2, "title": "Rain", "embargoed_until": "2030-01-01T00:00:00Z"},
        {"version": 1, "title": "Rain"},
        {"version": 2},
    ],
    ids=["under embargo", "the same version", "still matches"],
)
def test_nothing_is_wanted_of_what_takes_nothing_back(second: dict[str, object]) -> None:
    town = told()
    town.tell(bulletin(1, **second))
    assert slips(town) == []


def test_nothing_is_wanted_of_a_kill_that_came_late() -> None:
    town = told()
    town.tell(bulletin(1, version=3))
    town.tell(bulletin(1, version=2, status="canceled"))
    assert slips(town) == []


def test_nothing_is_wanted_of_a_rule_that_was_edited_since() -> None:
    town = edited_since_it_told()
    town.tell(bulletin(1, **NO_MORE))
    assert len(town.records("alerts")) == 2
    lose_the_last_alert(town)
    assert slips(town) == []


def test_a_kill_is_owed_to_those_who_were_told_whatever_became_of_the_rule() -> None:
    town = edited_since_it_told()
    town.tell(bulletin(1, version=2, status="canceled"))
    assert slips(town) == []
    lose_the_last_alert(town)
    assert slips(town) == [Slip.RETRACTION_MISSING]
