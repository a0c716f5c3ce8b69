"""`tail --decisions` shows matches that became no alert, and not what a channel held back from its endpoints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schemas import Decision
from schemas.alert import ArticleReference, RuleReference
from schemas.envelope import Incoming
from schemas.reasons import HeldReason
from workers.commands import tail

MATCH = Decision(
    id="de_1",
    reason=HeldReason.SEEN_ALREADY,
    rule=RuleReference(id="pact", name="pact", version=1, query="x", priority=3),
    article=ArticleReference(uri="u:1", version=1),
    story="s",
    record="articles/0/1",
    received=datetime(2026, 5, 1, 12, tzinfo=UTC),
)
OF_A_CHANNEL = MATCH.model_copy(update={"reason": HeldReason.THROTTLED, "channel": "desk", "record": "alerts/0/1"})


@pytest.mark.parametrize("show", [tail._show, tail._show_json], ids=["people", "programs"])
def test_a_decision_of_a_channel_is_passed_over(
    show: Callable[[Incoming], None], capfd: pytest.CaptureFixture[str]
) -> None:
    for offset, decision in enumerate((OF_A_CHANNEL, MATCH)):
        show(Incoming("decisions", 0, offset, 0, b"pact", decision.model_dump_json().encode()))
    told = capfd.readouterr().out.replace("seen already", "seen_already")
    assert "seen_already" in told
    assert "throttled" not in told
