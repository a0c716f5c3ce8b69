"""Out with what is to be told: alerts first, and behind them what names one, so that nothing names what never was."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.alert import Alert
from schemas.decision import Decision
from workers.streams.outbox import Outbox
from workers.tally import Tally
from workers.telling import Message, Teller


async def publish(
    outbox: Outbox, teller: Teller, messages: Sequence[Message], tally: Tally
) -> frozenset[tuple[str, str]]:
    """Send all. What the broker refuses for its size is told in fewer words, once: an alert as a decision.

    What names a refused alert of this batch is not sent: whoever calls asks again what becomes of those copies. A batch
    without copies of its own alerts goes out at once. Returns (owner, rule id) of the alerts that were not told.
    """
    alerts = {each.record.id for each in messages if isinstance(each.record, Alert)}
    refused = await _send(outbox, teller, [each for each in messages if _named(each) not in alerts], tally)
    never = {each.record.id for each in refused if isinstance(each.record, Alert)}
    behind = [each for each in messages if _named(each) in alerts - never]
    if behind:
        refused += await _send(outbox, teller, behind, tally)
    return frozenset(
        (message.match.owner, rule_id)
        for message in refused
        if message.match is not None
        for rule_id in message.match.rules
    )


async def _send(outbox: Outbox, teller: Teller, messages: Sequence[Message], tally: Tally) -> list[Message]:
    """Send, and say in fewer words what is refused. Hands back what was refused, but for copies on channels."""
    refused = {id(each) for each in await outbox.publish([message.outgoing for message in messages])}
    tally.count(
        message.record
        for message in messages
        if message.original and message.record is not None and id(message.outgoing) not in refused
    )
    large = [message for message in messages if id(message.outgoing) in refused]
    if large:
        await _send(outbox, teller, teller.tell_shorter(large), tally)
    return [message for message in large if message.original]


def _named(message: Message) -> str | None:
    """The alert that it says was told before."""
    record = message.record
    if isinstance(record, Alert):
        return record.previous
    return record.alert_id if isinstance(record, Decision) else None
