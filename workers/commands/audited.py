"""An audit as people read it, and as programs do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.envelope import moment
from workers.commands.accounts import counted, heading, say_wrapped, show_accounts, show_finding, split
from workers.commands.audited_deliveries import say_json_of_deliveries, show_deliveries
from workers.commands.terminal import SHOWN_MAX, note, out, say, say_line
from workers.ledger import FINDINGS_MAX, Audit, Balance, Finding, Slip

ROWS_MAX = 40  # rules that people are shown
ALL = "all rules"
BESIDE = {  # columns that are no part of the sum
    "pending": "matches that workers have not committed yet",
    "besides": "alerts beside a decision, or that need no match",
    "repeats": "the same again, as after a crash",
    "found": "findings, each named below",
}
NEXT: Mapping[Slip, str] = {
    Slip.MISSING: "ask again; if it stays, an alert was lost: keep the workers' logs of that time, and tell us",
    Slip.NEVER_TOLD: "see who takes records from alerts; if nobody does, an alert was lost: tell us",
    Slip.RETRACTION_MISSING: "tell the channel's readers; did Redis evict keys? else keep the logs, and tell us",
    Slip.NOT_RELEASED: "is a worker running? its log names what keeps it from the topic held",
    Slip.LETTER_MISSING: "look at the workers' logs of that time",
    Slip.COPY_MISSING: "subscribers of the channel did not get it: it stands on alerts",
    Slip.NO_MATCH: "see who else writes to the topics",
    Slip.NO_ARTICLE: "was articles emptied or made anew? else see who else writes to the topics",
    Slip.STALE_RULE: "look for a worker that has not heard of an edit, or raise --edit-live",
    Slip.TWICE: "no news is lost; look for a loss of Redis's memory at that time",
    Slip.TOLD_AGAIN: "no news is lost; look for a loss of Redis's memory, or a worker that was away, at that time",
    Slip.COPY_EXTRA: "see who else writes to the topics",
    Slip.UNREADABLE: "see who else writes to the topics, or use the newer release that wrote it",
}


def show(audit: Audit) -> None:
    """The table, the findings, and the sum of it in a sentence; then the same of deliveries."""
    total = audit.total
    rules = sorted(audit.rules.items(), key=lambda each: (-each[1].slips.total(), -each[1].matches, each[0]))
    if rules:
        rows = [((name,), _cells(balance)) for name, balance in (*rules[:ROWS_MAX], (ALL, total))]
        show_accounts(("RULE",), rows, _columns(total))
        for line in legend(total):
            say_wrapped(line, "  ", style="dim")
        if len(rules) > ROWS_MAX:
            note(f"and {len(rules) - ROWS_MAX} rules more: --json has them all")
    for finding in audit.findings[:SHOWN_MAX]:
        _show_finding(finding)
    _tell(audit, total)
    if audit.deliveries is not None:
        show_deliveries(audit.deliveries)


def _columns(total: Balance) -> list[str]:
    """What there is something of."""
    cells = _cells(total)
    always = ("matches", "missing")
    return [name for name, number in cells.items() if number or name in always]


def _cells(balance: Balance) -> dict[str, int]:
    return {
        "matches": balance.matches,
        **dict(sorted(balance.told.items())),
        **dict(sorted(balance.held.items())),
        "put_aside": balance.put_aside,
        "missing": balance.missing,
        "not_judged": balance.unjudged,
        "pending": balance.pending,
        **{f"besides_{kind}": number for kind, number in sorted(balance.besides.items())},
        "repeats": balance.repeats,
        "found": balance.slips.total(),
    }


def legend(total: Balance) -> Iterator[str]:
    """What the columns are, for those that are there."""
    there = _columns(total)
    alerts = [heading(each) for each in there if each in total.told]
    decisions = [heading(each) for each in there if each in total.held]
    parts = [f"{', '.join(alerts)} (alerts)"] if alerts else []
    parts += [f"{', '.join(decisions)} (decisions)"] if decisions else []
    parts += ["PUT ASIDE (dead letters)"] if "put_aside" in there else []
    parts += ["MISSING (nothing was told)"]
    parts += ["NOT JUDGED (edited then)"] if "not_judged" in there else []
    yield f"MATCHES = {' + '.join(parts)}"
    for name, what in BESIDE.items():
        if any(each.partition("_")[0] == name for each in there):
            yield f"{heading(name)}: {what}"


def _show_finding(finding: Finding) -> None:
    where = " ".join(each for each in (f"rule {finding.rule_id}" if finding.rule_id else "", finding.uri) if each)
    show_finding(finding.slip, finding.received, where, finding.record, finding.detail, NEXT[finding.slip])


def _tell(audit: Audit, total: Balance) -> None:
    """What was judged, and what it comes to."""
    found = audit.slips.total()
    if found > SHOWN_MAX:
        note(f"and {found - SHOWN_MAX} more: --json has {'them all' if found <= FINDINGS_MAX else 'more of them'}")
    out().print()
    since = f" since {moment(audit.since_ms).astimezone():%Y-%m-%d %H:%M:%S %z}" if audit.since_ms else ""
    if audit.since_ms and audit.since_ms == audit.kept_from_ms:
        since += " (what came before may be deleted already)"
    say_wrapped(f"{audit.articles:,} article records{since}; {audit.letters.total():,} of them dead letters", "  ")
    for line in _asides(audit, total):
        say((line, "dim"))
    if not audit.slips:
        say(("balanced: ", "bold green"), _sum(total))
    else:
        slips = ", ".join(f"{number:,} {slip.replace('_', ' ')}" for slip, number in audit.slips.most_common())
        say(("not balanced: ", "bold red"), f"{slips}; {_sum(total)}")


def _sum(total: Balance) -> str:
    """matches = alerts + decisions …"""
    parts = [
        f"{total.told.total():,} alerts{split(total.told)}",
        f"{total.held.total():,} decisions{split(total.held)}",
    ]
    for number, what in (
        (total.put_aside, "put aside as dead letters"),
        (total.unjudged, "not judged"),
        (total.missing, "missing"),
    ):
        if number:
            parts.append(f"{number:,} {what}")
    return f"{total.matches:,} matches = {' + '.join(parts)}"


def _asides(audit: Audit, total: Balance) -> Iterator[str]:
    """What the sum does not say."""
    if audit.pending:
        yield f"{audit.pending:,} article records are not committed by the workers yet: their matches are pending"
    if total.unjudged:
        yield f"{total.unjudged:,} matches are not judged: the rule, or a list of it, was edited about when they came"
    if audit.unproven:
        yield f"{audit.unproven:,} alerts and decisions are taken at their word: their query cannot be asked any more"
    if total.repeats:
        yield f"{total.repeats:,} records are repeats of the same alert or decision, as after a crash"
    for channel, number in audit.unheard.most_common(SHOWN_MAX):
        yield f"{number:,} alerts name the channel {channel}, which was unknown: nobody could listen there"


def say_json_of(audit: Audit) -> None:
    """A line a rule, by id; a line a finding; those of deliveries; the last is for all."""
    for rule_id, balance in sorted(audit.rules.items()):
        say_line({"type": "rule", "rule": rule_id, **_row(balance)})
    for finding in audit.findings:
        say_line(
            {
                "type": "finding",
                "slip": finding.slip,
                "rule": finding.rule_id or None,
                "uri": finding.uri or None,
                "record": finding.record or None,
                "received": finding.received,
                "detail": finding.detail,
            }
        )
    if audit.deliveries is not None:
        say_json_of_deliveries(audit.deliveries)
    say_line(
        {
            "type": "total",
            "balanced": audit.balanced(),
            **_row(audit.total),
            "slips": counted(audit.slips),
            "since": moment(audit.since_ms) if audit.since_ms else None,
            "articles": audit.articles,
            "articles_pending": audit.pending,
            "dead_letters": counted(audit.letters),
            "channels_unknown": counted(audit.unheard),
            "unproven": audit.unproven,
        }
    )


def _row(balance: Balance) -> dict[str, Any]:
    return {
        "matches": balance.matches,
        "alerts": counted(balance.told),
        "decisions": counted(balance.held),
        "put_aside": balance.put_aside,
        "missing": balance.missing,
        "not_judged": balance.unjudged,
        "pending": balance.pending,
        "besides": counted(balance.besides),
        "repeats": balance.repeats,
        "slips": counted(balance.slips),
    }
