"""An account of deliveries explains itself to those who read it, and stands beside that of matches."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from schemas.delivery import DeliveryState
from schemas.reasons import HeldReason
from workers.commands.audited import say_json_of, show
from workers.commands.audited_deliveries import NEXT
from workers.ledger import Audit, DeliveryAudit, DeliveryBalance, DeliveryFinding, DeliverySlip


def an_account() -> Audit:
    deliveries = DeliveryAudit(undispatched=2)
    deliveries.endpoints["asia", "a"] = DeliveryBalance(
        delivered=1200, held=Counter({HeldReason.SILENCED: 3}), pending=2, replays=Counter({DeliveryState.DELIVERED: 1})
    )
    deliveries.endpoints["asia", "b"] = DeliveryBalance(delivered=5, given_up=1)
    return Audit(since_ms=0, deliveries=deliveries)


def broken() -> Audit:
    audit = an_account()
    assert audit.deliveries is not None
    audit.deliveries.of("asia", "b").missing += 1
    at = datetime(2026, 5, 1, tzinfo=UTC)
    found = (DeliverySlip.NOT_DISPATCHED, "asia", ("b",), "al_1", "pact", "u:1", "alerts/0/1", at, "nothing\x1b[31m")
    audit.deliveries.find(DeliveryFinding(*found))
    return audit


def test_each_endpoint_has_its_line_and_the_sum_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    show(an_account())
    told = [" ".join(line.split()) for line in capfd.readouterr().out.splitlines()]
    at = told.index("CHANNEL ENDPOINT ALERTS DELIVERED SILENCED PENDING GIVEN UP MISSING REPLAYS")
    assert told[at + 1 : at + 6] == [
        "asia a 1,205 1,200 3 2 0 0 1",
        "asia b 6 5 0 0 1 0 0",
        "all endpoints 1,211 1,205 3 2 1 0 1",
        "ALERTS = DELIVERED + SILENCED (held) + PENDING (it waits, or is tried again) + GIVEN UP"
        " + MISSING (nothing tells of it)",
        "REPLAYS: sent again on request",
    ]
    assert "2 alerts are not committed by the deliver workers yet: they are pending" in told
    assert told[-1] == (
        "deliveries balanced: 1,211 alerts at their endpoints"
        " = 1,205 delivered + 3 held (3 silenced) + 2 pending + 1 given up"
    )


def test_a_finding_names_the_endpoint_and_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    assert set(NEXT) == set(DeliverySlip)
    show(broken())
    told = capfd.readouterr().out
    assert "asia/b u:1  alerts/0/1\n    al_1: nothing" in told
    assert "\x1b" not in told
    assert f"    next: {NEXT[DeliverySlip.NOT_DISPATCHED]}\n" in told
    assert "\nbalanced: 0 matches" in told
    assert "\ndeliveries not balanced: 1 not dispatched; 1,212 alerts at their endpoints" in told
    assert " + 1 missing\n" in told


def test_programs_get_a_line_an_endpoint_and_the_last_is_for_all(capfd: pytest.CaptureFixture[str]) -> None:
    say_json_of(broken())
    first, second, finding, deliveries, total = map(json.loads, capfd.readouterr().out.splitlines())
    assert (first["type"], first["channel"], first["endpoint"]) == ("endpoint", "asia", "a")
    assert (first["alerts"], first["held"], first["replays"]) == (1205, {"silenced": 3}, {"delivered": 1})
    assert (second["missing"], second["slips"]) == (1, {"not_dispatched": 1})
    assert (finding["slip"], finding["endpoints"], finding["notification"]) == ("not_dispatched", ["b"], "al_1")
    assert (deliveries["type"], deliveries["balanced"], deliveries["alerts_undispatched"]) == ("deliveries", False, 2)
    assert (total["type"], total["balanced"]) == ("total", False)


def test_where_nothing_is_delivered_nothing_is_said_of_it(capfd: pytest.CaptureFixture[str]) -> None:
    show(Audit(since_ms=0))
    say_json_of(Audit(since_ms=0))
    assert "deliver" not in capfd.readouterr().out
