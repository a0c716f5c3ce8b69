"""The main job on a real broker and a real store: what operators were promised."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.audited import audited
from tests.acceptance.house import House, pairs, wait_for

ARTICLE_FILE = Path(__file__).parents[3] / "shared" / "articles" / "pyongyang-putin-visit.txt"
RULE = {"id": "dprk", "query": "Russia AND North Korea AND defence", "channels": ["desk"]}
PACT = {"uri": "a:1", "title": "Russia and North Korea sign a defence pact"}
EDIT_LIVE_S = 2.0


def article_of_the_mission() -> dict[str, Any]:
    """The real article, with its headline, standfirst and body told apart."""
    if not ARTICLE_FILE.exists():
        pytest.skip(f"the article {ARTICLE_FILE.name} is not beside this repository (it may not be passed on)")
    _, title, lead, body = ARTICLE_FILE.read_text().split("\n", 3)
    return {"uri": "trt:pyongyang", "title": title, "lead": lead, "body": body, "source": "TRT World"}


def test_the_article_of_the_mission_arrives_as_one_alert_and_the_same_again_as_one_decision(house: House) -> None:
    house.create_topics(["desk"])
    house.apply(RULE)
    article = article_of_the_mission()
    house.start().wait_ready()
    house.publish(article)
    house.wait_done()
    (alert,) = house.rows("alerts.desk")
    assert house.rows("alerts") == [alert]
    assert (alert["kind"], alert["rule"]["id"], alert["article"]["uri"]) == ("created", "dprk", "trt:pyongyang")
    found = {(hit["term"], article[hit["field"]][hit["start"] : hit["end"]]) for hit in alert["evidence"]["hits"]}
    assert {("defence", "defence"), ('"north korea"', "North Korea"), ("russia", "Russia")} <= found
    assert {re.sub(r"\W+$", "", text).lower() for _, text in found} <= {
        "russia",
        "russia's",
        "north korea",
        "defence",
        "defense",
    }
    assert "[[" in alert["evidence"]["excerpt"]
    house.publish(article)
    house.wait_done()
    (decision,) = house.rows("decisions")
    assert (decision["reason"], decision["rule"]["id"]) == ("seen_already", "dprk")
    assert decision["article"]["uri"] == "trt:pyongyang"
    assert decision["alert_id"] == alert["id"]
    assert house.rows("alerts.desk") == [alert]


def test_a_refused_rule_changes_nothing_and_is_told_as_a_dead_letter(house: House) -> None:
    house.create_topics(["desk"])
    house.apply(RULE)
    worker = house.start(match_metrics_port=0)
    worker.wait_ready()
    house.send("rules", [("dprk", {**RULE, "query": "Russia AND (North Korea"})])
    worker.wait_logged("query_refused")
    wait_for(lambda: house.rows("dead-letters"), 60)
    house.publish(PACT)
    house.wait_done()
    assert pairs(house.rows("alerts.desk")) == [("dprk", "a:1")]
    (letter,) = house.rows("dead-letters")
    assert (letter["topic"], letter["reason"]) == ("rules", "query_refused")
    assert "never closed" in letter["message"]
    audited(house)


def test_two_workers_write_one_dead_letter_for_a_refused_rule(house: House) -> None:
    house.create_topics()
    workers = [house.start(), house.start()]
    for worker in workers:
        worker.wait_ready()
    house.send("rules", [("dprk", b"not json"), ("good", {"id": "good", "query": "pact"})])
    for worker in workers:
        worker.wait_logged("not_json")
    wait_for(lambda: house.rows("dead-letters"), 60)
    house.publish(PACT)
    house.wait_done()
    for worker in workers:
        assert worker.terminate() == 0
    assert len(house.rows("dead-letters")) == 1


@pytest.mark.alone
def test_an_edit_is_live_within_two_seconds_and_so_is_its_end(house: House) -> None:
    house.create_topics(["desk"])
    house.start().wait_ready()
    house.apply({"id": "late", "query": "zeppelin", "channels": ["desk"]})
    time.sleep(EDIT_LIVE_S)  # the promise itself: nothing may be waited for but this
    house.publish({"uri": "z:1", "title": "A zeppelin"})
    house.send("rules", [("late", None)])
    time.sleep(EDIT_LIVE_S)
    house.publish({"uri": "z:2", "title": "A second zeppelin"})
    house.wait_done()
    assert pairs(house.rows("alerts.desk")) == [("late", "z:1")]
    audited(house)


@pytest.mark.alone
def test_a_list_and_a_new_channel_are_live_before_the_rule_that_names_them(house: House) -> None:
    house.create_topics(["desk"])
    house.start().wait_ready()
    house.send("lists", [("firms", {"id": "firms", "entries": ["acme", '"big co"']})])
    house.apply({"id": "firms", "query": "@firms AND centrifuge*", "channels": ["desk"]})
    time.sleep(EDIT_LIVE_S)
    house.publish({"uri": "f:1", "title": "Big Co. sells centrifuges"})
    house.wait_done()
    assert pairs(house.rows("alerts.desk")) == [("firms", "f:1")]


def test_rules_written_before_the_worker_starts_hold_for_the_first_article(house: House) -> None:
    house.create_topics(["desk"])
    house.publish(PACT)
    house.apply(*[{"id": f"r{number}", "query": f"word{number}"} for number in range(500)], RULE)
    house.start()
    house.wait_done()
    assert pairs(house.rows("alerts.desk")) == [("dprk", "a:1")]


def test_a_story_told_by_one_worker_is_held_by_another_after_a_restart(house: House) -> None:
    house.create_topics(["desk"])
    house.apply(RULE)
    first = house.start()
    first.wait_ready()
    house.publish(PACT)
    house.wait_done()
    assert first.terminate() == 0
    house.publish(PACT)
    house.start()
    house.wait_done()
    assert len(house.rows("alerts.desk")) == 1
    assert [row["reason"] for row in house.rows("decisions")] == ["seen_already"]


def test_sigterm_drains_and_exits_0_with_nothing_left_and_nothing_twice(house: House) -> None:
    house.create_topics(["desk"])
    house.apply({"id": "all", "query": "bulletin", "channels": ["desk"]})
    worker = house.start(match_batch_max_records=20)
    worker.wait_ready()
    house.publish(*[{"uri": f"s:{number}", "title": f"bulletin {number}"} for number in range(400)])
    wait_for(lambda: house.values("alerts"), 60)
    assert worker.terminate(timeout_s=10) == 0
    told_before = len(house.values("alerts"))
    house.start()
    house.wait_done()
    assert len(house.values("alerts")) == 400, f"{told_before} before the restart"
    assert audited(house).total.matches == 400


def test_a_worker_without_its_topics_says_so_and_exits_non_zero(house: House) -> None:
    worker = house.start()
    assert worker.wait_exit() != 0
    assert "wirewatch topics create" in worker.log
