"""The summary counts every match once and says honestly how long alerts took."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas import Alert, DeadLetter, Decision
from schemas.alert import AlertKind, ArticleReference, Evidence, RuleReference, Times
from schemas.reasons import HeldReason, RefusalReason
from workers.demo.summary import Summary, percentile

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOON_S = NOON.timestamp()


def alert(name: str, rule: str = "r") -> Alert:
    """An alert of an article that was received at noon."""
    return Alert(
        id=name,
        kind=AlertKind.CREATED,
        rule=RuleReference(id=rule, name=rule, version=1, query="a", priority=3),
        article=ArticleReference(uri="a:1", version=1),
        story="s",
        evidence=Evidence(hits=(), excerpt=""),
        channels=(),
        times=Times(received=NOON),
    )


def decision(name: str, reason: HeldReason, rule: str = "r") -> Decision:
    """A match held back."""
    told = alert("al", rule)
    return Decision(
        id=name, reason=reason, rule=told.rule, article=told.article, story="s", record="articles/0/1", received=NOON
    )


def letter(offset: int) -> DeadLetter:
    """A message that is no JSON."""
    return DeadLetter(
        topic="articles",
        partition=0,
        offset=offset,
        timestamp=NOON,
        reason=RefusalReason.NOT_JSON,
        message="no JSON",
        key=None,
        value=b"{",
        size_bytes=1,
        sha256="",
    )


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([7.0], 0.5, 7.0, id="one value is every percentile"),
        pytest.param([7.0], 0.99, 7.0, id="also the highest"),
        pytest.param([4.0, 1.0, 3.0, 2.0], 0.5, 2.0, id="an even number takes the lower middle"),
        pytest.param([5.0, 1.0, 3.0], 0.5, 3.0, id="an odd number takes the middle"),
        pytest.param([float(n) for n in range(1, 101)], 0.99, 99.0, id="the 99th of a hundred"),
        pytest.param([float(n) for n in range(1, 102)], 0.99, 100.0, id="the 100th of 101"),
        pytest.param([1.0, 2.0], 1.0, 2.0, id="all of them do not exceed the largest"),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


@pytest.mark.parametrize(
    ("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)], ids=["none", "zero", "above one"]
)
def test_a_percentile_of_nothing_is_refused(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="a percentile needs values"):
        percentile(values, share)


def test_every_match_is_an_alert_or_held_back_with_its_reason() -> None:
    summary = Summary(rules=3)
    for record in (
        alert("al_1"),
        alert("al_2", "s"),
        decision("de_1", HeldReason.SEEN_ALREADY),
        decision("de_2", HeldReason.SEEN_ALREADY),
        decision("de_3", HeldReason.EMBARGOED, "t"),
    ):
        assert summary.take(record, NOON_S)
    assert (summary.matches, summary.alerts) == (5, 2)
    assert summary.kinds == {AlertKind.CREATED: 2}
    assert summary.held == {HeldReason.SEEN_ALREADY: 2, HeldReason.EMBARGOED: 1}
    assert summary.fired == {"r", "s", "t"}


def test_a_dead_letter_is_no_match() -> None:
    summary = Summary(rules=1)
    summary.take(letter(1), NOON_S)
    summary.take(letter(2), NOON_S)
    assert summary.letters == {RefusalReason.NOT_JSON: 2}
    assert summary.matches == 0


@pytest.mark.parametrize(
    "record",
    [alert("al_1"), decision("de_1", HeldReason.SEEN_ALREADY), letter(1)],
    ids=["alert", "decision", "dead letter"],
)
def test_a_record_that_is_told_twice_counts_once(record: Alert | Decision | DeadLetter) -> None:
    summary = Summary(rules=1)
    assert summary.take(record, NOON_S)
    assert not summary.take(record, NOON_S + 1)
    assert summary.matches + summary.letters.total() == 1


def test_latency_runs_from_the_articles_timestamp_to_the_reading_of_its_alert() -> None:
    summary = Summary(rules=1)
    summary.take(alert("al_1"), NOON_S + 0.040)
    summary.take(alert("al_2"), NOON_S + 0.100)
    assert summary.latencies_ms == [pytest.approx(40, abs=0.1), pytest.approx(100, abs=0.1)]


def test_a_clock_that_is_set_back_makes_no_negative_latency() -> None:
    summary = Summary(rules=1)
    summary.take(alert("al_1"), NOON_S - 5)
    assert summary.latencies_ms == [0]
