"""Deliveries as people read them, and as programs do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.text import Text

from schemas.delivery import EventType
from workers.commands.attempted import attempt_in_words, outcome_in_words
from workers.commands.columns import show_columns
from workers.commands.durations import told_at
from workers.commands.sendings import Outcome, Sending
from workers.commands.terminal import out, plain, say, say_line

STYLES = {"delivered": "green", "pending": "yellow", "held": "dim", "given_up": "bold red"}
_HEADINGS = ("CHANGED", "STATE", "ENDPOINT", "TYPE", "ID", "WHY")
ALERTS_SHOWN = 20  # of a digest


def pair_of(sending: Sending, endpoint: str, outcome: Outcome) -> dict[str, Any]:
    """A notification at one endpoint, for JSON."""
    delivery = outcome.delivery
    return {
        "id": sending.id,
        "type": sending.type,
        "channel": sending.channel,
        "endpoint": endpoint,
        "state": outcome.state,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "part_of": outcome.part_of,
        "attempts": delivery.attempts if delivery else 0,
        "due": delivery.due if delivery else None,
        "last": delivery.last.model_dump(mode="json") if delivery and delivery.last else None,
        "alerts": sending.alerts,
        "replay": sending.replay,
        "made": sending.made,
        "changed": sending.last,
    }


def show_pairs(rows: Iterable[tuple[Sending, str, Outcome]]) -> None:
    """In columns."""
    cells = [
        (
            *(told_at(sending.last), outcome.state.value, f"{sending.channel}/{endpoint}", sending.type.value),
            *(named(sending), outcome_in_words(outcome)),
        )
        for sending, endpoint, outcome in rows
    ]
    show_columns(_HEADINGS, [[Text(plain(cell), STYLES.get(cell, "")) for cell in row] for row in cells], crop=True)


def named(sending: Sending) -> str:
    """Its id, and whose request it is where it was sent again."""
    return f"{sending.id} ~{sending.replay}" if sending.replay else sending.id


def say_json_of(sending: Sending) -> None:
    """One JSON object: the notification as it stands, and each attempt that was seen."""
    told = sending.notification
    say_line(
        {
            "id": sending.id,
            "channel": sending.channel,
            "type": sending.type,
            "replay": sending.replay,
            "notification": told.model_dump(mode="json") if told else None,
            "endpoints": [
                {
                    **pair_of(sending, each, sending.at(each)),
                    "seen": [one.model_dump(mode="json") for _, one in sending.deliveries.get(each, ())],
                }
                for each in sending.endpoints
            ],
        }
    )


def show(sending: Sending) -> None:
    """For people."""
    again = f"  sent again as {sending.replay}" if sending.replay else ""
    say((sending.id, "bold"), f"  {sending.type.value} for channel {sending.channel}, {told_at(sending.made)}{again}")
    told = sending.notification
    if told is None:
        say("  its own record is not there any more")
    for alert in told.alerts[:ALERTS_SHOWN] if told else ():
        digested = f"{alert.id}  " if sending.type is EventType.DIGEST else ""
        say(f"  {digested}rule {alert.rule.id}: {alert.article.title or alert.article.uri}")
    if told and len(told.alerts) > ALERTS_SHOWN:
        say(f"  … and {len(told.alerts) - ALERTS_SHOWN} more")
    for reason, of_rules in dict(told.data.get("left_out", {}) if told else {}).items():
        say(
            f"  left out, {reason.replace('_', ' ')}: "
            + ", ".join(f"{number} of {rule}" for rule, number in of_rules.items())
        )
    for endpoint in sending.endpoints:
        outcome = sending.at(endpoint)
        say(f"  {endpoint}  ", (outcome.state.value, STYLES[outcome.state]), f"  {outcome_in_words(outcome)}")
        for _, each in sending.deliveries.get(endpoint, ()):
            if each.last:
                say(f"    {told_at(each.last.at)}  attempt {each.last.number}  {attempt_in_words(each.last)}")
                if each.last.answer and each.last.outcome != "accepted":
                    say(f"      it said: {each.last.answer[:200]}")
    out().print()
