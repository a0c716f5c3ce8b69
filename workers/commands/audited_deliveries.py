"""An account of deliveries as people read it, and as programs do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workers.commands.accounts import counted, heading, say_wrapped, show_accounts, show_finding, split
from workers.commands.terminal import SHOWN_MAX, note, out, say, say_line
from workers.ledger import DeliveryAudit, DeliveryBalance, DeliverySlip

ROWS_MAX = 40  # endpoints that people are shown
ALL = ("all endpoints", "")
BESIDE = {  # columns that are no part of the sum
    "replays": "sent again on request",
    "found": "findings, each named below",
}
NEXT: Mapping[DeliverySlip, str] = {
    DeliverySlip.NOT_DISPATCHED: "ask again; if it stays, an alert was lost on its way: keep the deliver workers' logs "
    "of that time, and tell us; wirewatch deliveries replay sends what there is a notification of",
    DeliverySlip.NO_DIGEST: "see who takes records from deliveries; if nobody does, a digest was lost: tell us",
    DeliverySlip.FOLLOW_UP_MISSING: "whoever reads there relies on what does not hold any more: replay it, and tell us",
    DeliverySlip.FOLLOW_UP_EXTRA: "no news is lost; see who else writes to deliveries; if nobody does, tell us",
    DeliverySlip.OVERTAKEN: "whoever reads there may rely on what was taken back: tell them, and tell us",
    DeliverySlip.NOT_NAMED: "see who else writes to deliveries, and whether the channel was edited just then",
    DeliverySlip.NO_NOTIFICATION: "see who takes records from deliveries, or else writes to it",
    DeliverySlip.NO_ALERT: "was alerts emptied or made anew? else see who else writes to deliveries",
}


def show_deliveries(audit: DeliveryAudit) -> None:
    """The table, the findings, and the sum of it in a sentence."""
    total = audit.total
    ends = sorted(audit.endpoints.items(), key=lambda each: (-each[1].slips.total(), -each[1].alerts, each[0]))
    out().print()
    if ends:
        columns = [name for name, number in _cells(total).items() if number or name in ("alerts", "missing")]
        rows = [(names, _cells(balance)) for names, balance in ends[:ROWS_MAX]]
        show_accounts(("CHANNEL", "ENDPOINT"), [*rows, (ALL, _cells(total))], columns)
        for line in legend(total, columns):
            say_wrapped(line, "  ", style="dim")
        if len(ends) > ROWS_MAX:
            note(f"and {len(ends) - ROWS_MAX} endpoints more: --json has them all")
    for found in audit.findings[:SHOWN_MAX]:
        where = " ".join(each for each in (f"{found.channel}/{','.join(found.endpoints)}", found.uri) if each)
        what = f"{found.notification}: {found.detail}"
        show_finding(found.slip, found.at, where, found.record, what, NEXT[found.slip])
    _tell(audit, total)


def _cells(balance: DeliveryBalance) -> dict[str, int]:
    return {
        "alerts": balance.alerts,
        "delivered": balance.delivered,
        **dict(sorted(balance.held.items())),
        "pending": balance.pending,
        "given_up": balance.given_up,
        "missing": balance.missing,
        "replays": balance.replays.total(),
        "found": balance.slips.total(),
    }


def legend(total: DeliveryBalance, columns: list[str]) -> Iterator[str]:
    """What the columns are, for those that are there."""
    held = [heading(each) for each in columns if each in total.held]
    parts = ["DELIVERED"] if "delivered" in columns else []
    parts += [f"{', '.join(held)} (held)"] if held else []
    parts += ["PENDING (it waits, or is tried again)"] if "pending" in columns else []
    parts += ["GIVEN UP"] if "given_up" in columns else []
    yield f"ALERTS = {' + '.join([*parts, 'MISSING (nothing tells of it)'])}"
    for name, what in BESIDE.items():
        if name in columns:
            yield f"{heading(name)}: {what}"


def _tell(audit: DeliveryAudit, total: DeliveryBalance) -> None:
    found = audit.slips.total()
    if found > SHOWN_MAX:
        note(f"and {found - SHOWN_MAX} more: --json has them")
    out().print()
    if audit.undispatched:
        say((f"{audit.undispatched:,} alerts are not committed by the deliver workers yet: they are pending", "dim"))
    if audit.slips:
        say(("deliveries not balanced: ", "bold red"), f"{split(audit.slips)[2:-1]}; {_sum(total)}")
    else:
        say(("deliveries balanced: ", "bold green"), _sum(total))


def _sum(total: DeliveryBalance) -> str:
    """alerts × endpoints = delivered + held + …"""
    parts = [f"{total.delivered:,} delivered", f"{total.held.total():,} held{split(total.held)}"]
    for number, what in ((total.pending, "pending"), (total.given_up, "given up"), (total.missing, "missing")):
        if number:
            parts.append(f"{number:,} {what}")
    return f"{total.alerts:,} alerts at their endpoints = {' + '.join(parts)}"


def say_json_of_deliveries(audit: DeliveryAudit) -> None:
    """A line an endpoint, by channel; a line a finding; the last is for all."""
    for (channel, endpoint), balance in sorted(audit.endpoints.items()):
        say_line({"type": "endpoint", "channel": channel, "endpoint": endpoint, **_row(balance)})
    for found in audit.findings:
        say_line(
            {
                "type": "finding",
                "slip": found.slip,
                "channel": found.channel,
                "endpoints": found.endpoints,
                "notification": found.notification,
                "rule": found.rule_id or None,
                "uri": found.uri or None,
                "record": found.record or None,
                "at": found.at,
                "detail": found.detail,
            }
        )
    say_line(
        {
            "type": "deliveries",
            "balanced": not audit.slips,
            **_row(audit.total),
            "slips": counted(audit.slips),
            "alerts_undispatched": audit.undispatched,
        }
    )


def _row(balance: DeliveryBalance) -> dict[str, Any]:
    return {
        "alerts": balance.alerts,
        "delivered": balance.delivered,
        "held": counted(balance.held),
        "pending": balance.pending,
        "given_up": balance.given_up,
        "missing": balance.missing,
        "replays": counted(balance.replays),
        "slips": counted(balance.slips),
    }
