"""An audit explains itself to those who read it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from schemas.alert import AlertKind
from schemas.reasons import HeldReason
from workers.commands.audited import NEXT, legend, show
from workers.ledger import Audit, Balance, Finding, Slip


def test_the_legend_is_the_sum_in_the_columns_that_are_there() -> None:
    total = Balance(
        told=Counter({AlertKind.CREATED: 1}),
        held=Counter({HeldReason.SEEN_ALREADY: 1, HeldReason.NOT_USABLE: 1}),
    )
    assert list(legend(total)) == [
        "MATCHES = CREATED (alerts) + NOT USABLE, SEEN ALREADY (decisions) + MISSING (nothing was told)"
    ]
    total.pending, total.repeats, total.unjudged = 1, 1, 1
    total.besides[AlertKind.RETRACTED] += 1
    first, *others = legend(total)
    assert first.endswith(" + MISSING (nothing was told) + NOT JUDGED (edited then)")
    assert [each.partition(":")[0] for each in others] == ["PENDING", "BESIDES", "REPEATS"]


def test_each_finding_says_what_to_do_next(capfd: pytest.CaptureFixture[str]) -> None:
    assert set(NEXT) == set(Slip)
    audit = Audit(since_ms=1_780_000_000_000, kept_from_ms=1_780_000_000_000)
    audit.find(Finding(Slip.COPY_MISSING, "pact", "u:1", "articles/0/1", datetime(2026, 5, 1, tzinfo=UTC), "on asia"))
    show(audit)
    told = capfd.readouterr().out
    assert "    on asia\n    next: subscribers of the channel did not get it: it stands on alerts\n" in told
    assert "(what came before may be deleted already)" in told
    assert "FOUND: findings, each named below\n" in told
