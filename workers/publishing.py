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
    refused = list[Message]()
    left = messages
    while left:
        now, left = _parted(left)
        large = await _send(outbox, teller, now, tally)
        never = {each.record.id for each in large if isinstance(each.record, Alert)}
        left = [each for each in left if _named(each) not in never]
        refused += large
    return frozenset(
        (message.match.owner, rule_id)
        for message in refused
        if message.match is not None
        for rule_id in message.match.rules
    )


def _parted(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """What can be sent; and what comes behind it: what names an alert of the former, and the alerts behind such a one.

    So alerts keep their order. Where all name one another, all is sent.
    """
    told = {each.record.id for each in messages if isinstance(each.record, Alert)}
    now, behind, stopped = list[Message](), list[Message](), False
    for each in messages:
        is_alert = isinstance(each.record, Alert)
        waits = _named(each) in told or (is_alert and stopped)
        stopped = stopped or (is_alert and waits)
        (behind if waits else now).append(each)
    return (now, behind) if now else (behind, [])


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
