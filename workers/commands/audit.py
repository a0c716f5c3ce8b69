"""`wirewatch audit`: every match accounted for, rule by rule, and every delivery, endpoint by endpoint."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.session import archive_of, settings_of
from workers.commands.terminal import err, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    from config.settings import Settings
    from workers.ledger import Audit

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AGO = re.compile(r"(\d{1,9})([smhd])")
TURN = 500  # records between two looks at the progress bar


def since_ms(text: str, now_ms: int) -> int:
    """A time, or how long ago it is, as milliseconds since 1970 UTC. Raises typer.BadParameter."""
    ago = _AGO.fullmatch(text)
    if ago:
        return max(now_ms - int(ago[1]) * _UNITS_S[ago[2]] * 1000, 0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} is no time: write 90m, 6h or 2d ago, or a time with its zone, 2026-05-01T12:00:00Z",
            param_hint="--since",
        )
    return max(round(moment.timestamp() * 1000), 0)


Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Judge articles that came since: 90m, 6h or 2d ago, or 2026-05-01T12:00:00Z. Else all that are kept.",
    ),
]
EditLive = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, max=3600, help="An edit counts as known to all workers after so.")
]


def audit(
    ctx: typer.Context,
    since: Since = None,
    json: Annotated[
        bool, typer.Option("--json", help="A JSON object a rule, an endpoint, a finding; one for all.")
    ] = False,
    edit_live: EditLive = 2.0,
) -> None:
    """Account for every match: each is one alert, or one decision with its reason; and for every delivery.

    Reads the topics to their ends, asks the rules as they stood when each article came, and shows rule by rule that
    matches = alerts + decisions; what is missing, or is there and should not be, is named with its rule, article and
    time. Workers may go on meanwhile: what they have not committed is pending. Changes nothing.

    Columns: MATCHES is the sum of alerts (CREATED …), decisions by reason (SEEN ALREADY …) and MISSING: nothing was
    told. FOUND counts the findings named below, each with what to do. The exit code is 0 when all is balanced, and 1
    when something is missing or odd. docs/audit.md tells how to read it, and what it cannot know.

    Where alerts are sent to endpoints, a second table says of each: alerts = delivered + held + pending + given up.

    \b
    Examples:
      wirewatch audit
      wirewatch audit --since 6h
      wirewatch audit --since 1d --json | jq 'select(.type == "finding")'
    """
    settings = settings_of(ctx)
    from_ms = since_ms(since, _now_ms()) if since else 0
    try:
        done = _audited(settings, from_ms, edit_live)
    except KeyboardInterrupt:
        note("interrupted: nothing is shown, as part of an account is none")
        raise
    from workers.commands.audited import say_json_of, show

    if since and done.since_ms > from_ms:
        note("older records may be gone from the topics: judged from where all of them are kept")
    (say_json_of if json else show)(done)
    if not done.balanced():
        raise typer.Exit(1)


def _audited(settings: Settings, from_ms: int, edit_live_s: float) -> Audit:
    with archive_of(settings) as archive, _progress() as progress:
        # Only once Kafka has answered: the import compiles the matching engine where that has not been done before.
        from workers.auditing import Terms
        from workers.auditing import audit as audit_of

        live_ms = int(edit_live_s * 1000)
        group, max_bytes = settings.match.group, settings.articles.max_bytes
        terms = Terms(group, max_bytes, from_ms, live_ms, settings.deliver.group)
        return audit_of(archive, terms, _now_ms, lambda what, number: _watch(progress, what, number))


def _now_ms() -> int:
    return int(time.time() * 1000)


def _watch(progress: Progress, what: str, number: int) -> Callable[[], None]:
    """Hears of each record, and moves the bar now and then."""
    task, seen = progress.add_task(what, total=number), 0

    def see() -> None:
        nonlocal seen
        seen += 1
        if seen % TURN == 0:
            progress.update(task, completed=seen)

    return see


def _progress() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err(), disable=not err().is_terminal, transient=True)
