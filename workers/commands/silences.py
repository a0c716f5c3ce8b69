"""`wirewatch silences`: what shall not be sent to endpoints for a while, and by whose word."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.matchers import Author, author_of, in_words, matchers_of
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, plain, say, say_error, say_json
from workers.errors import Refused

if TYPE_CHECKING:
    from config.settings import Settings
    from schemas.silence import Silence
    from workers.commands.kept import Kept
    from workers.streams.admin import Admin

app = typer.Typer(
    name="silences", help="Silence alerts for a while; list and end silences.", no_args_is_help=True, epilog=EXIT_CODES
)
STYLES = {"pending": "yellow", "active": "bold green", "expired": "dim"}
AT_LEAST = timedelta(milliseconds=1)


@app.command(epilog=EXIT_CODES)
def add(
    ctx: typer.Context,
    match: Annotated[list[str], typer.Option(metavar="MATCHER", help="What it silences; all given must hold.")],
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="So long: 30m, 2h, 3d or 1w.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; stands in each decision.")],
    author: Author = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="From then on, 2026-05-01T12:00:00Z; else from now on.")
    ] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="ID", help="Its id; else one is made.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The record.")] = False,
) -> None:
    """Send no alerts for which all matchers hold to endpoints, for a while; topics carry them as before.

    A matcher is field=value, field!=value, field~glob or field!~glob. In a glob `*` stands for anything, and upper and
    lower case are one. Fields: rule, name, tag, owner, priority, kind, source, language, story, uri, channel. Of tags,
    one must be so for = and ~, and none for != and !~.

    Each alert that is silenced is a decision, with author and reason. A silence holds priority 1 and retractions, too.

    \b
    Examples:
      wirewatch silences add --match rule=pact --for 2h --reason 'known, being looked into'
      wirewatch silences add --match channel=asia --match 'source~wire*' --for 1d --reason move --author desk
    """
    settings = settings_of(ctx)
    silence = _typed(id_, match, start, for_, author, reason)
    from workers.commands.kept import next_version

    with kafka_of(settings) as kafka:
        kept = _kept(kafka, settings)
        if silence.id in kept.records:
            told = f"there is a silence {silence.id} already"
            raise Refused(told, reason="there_already", hint="give another --id, or none")
        silence = _sent(kafka, silence, next_version(kept, silence.id))
    _say_added(silence, json)


def _say_added(silence: Silence, json: bool) -> None:
    from workers.commands.durations import told_at

    if json:
        say_json(silence.model_dump_json())
    else:
        say(("added    ", "bold green"), f"silence {silence.id}  {in_words(silence.matchers)}")
        say(
            f"from {told_at(silence.starts)} to {told_at(silence.ends)}; end it: wirewatch silences expire {silence.id}"
        )


def _typed(id_: str | None, match: list[str], start: str | None, for_: str, author: str | None, reason: str) -> Silence:
    """The silence that is asked for. Raises typer.BadParameter and Refused."""
    from schemas.silence import Silence
    from workers.commands.durations import moment_of, span_of
    from workers.commands.kept import checked
    from workers.restraint import check_silence

    now = datetime.now(UTC)
    starts = moment_of(start, "--start") if start else now
    silence = checked(
        Silence,
        "silence",
        id=id_ or f"si-{secrets.token_hex(4)}",
        matchers=matchers_of(match, "--match"),
        author=author_of(author),
        reason=reason,
        starts=starts,
        ends=starts + span_of(for_, "--for"),
    )
    check_silence(silence)
    if silence.ends <= now:
        raise Refused("it would have ended already", reason="expired", hint="give a later --start, or a longer --for")
    return silence


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    state: Annotated[
        str, typer.Option(metavar="STATE,…", help="Some of pending, active, expired.")
    ] = "pending,active,expired",
    json: Annotated[bool, typer.Option("--json", help="A JSON object a silence, as it stands on the topic.")] = False,
) -> None:
    """Show the silences, by their end.

    \b
    Examples:
      wirewatch silences list --state active
      wirewatch silences list --json | jq 'select(.author == "desk")'
    """
    settings = settings_of(ctx)
    from workers.restraint import SilenceState, state_of

    try:
        states = {SilenceState(each) for each in state.split(",")}
    except ValueError:
        accepted = ", ".join(SilenceState)
        raise typer.BadParameter(f"{state!r}: accepted: {accepted}", param_hint="--state") from None
    with kafka_of(settings) as kafka:
        kept = _kept(kafka, settings)
    now = datetime.now(UTC)
    found = sorted(kept.records.values(), key=lambda each: (each.ends, each.id))
    found = [each for each in found if state_of(each, now) in states]
    if json:
        for each in found:
            say_json(each.model_dump_json())
    elif found:
        rows = [[Text(plain(cell), STYLES.get(cell, "")) for cell in _row(each, now)] for each in found]
        show_columns(("ID", "STATE", "FROM", "TO", "AUTHOR", "MATCHERS", "REASON"), rows, crop=True)
    else:
        note("no such silences")
    for unread in kept.unread.values():
        say_error(f"cannot be read, and workers keep the version before: {unread}")


def _row(silence: Silence, now: datetime) -> tuple[str, ...]:
    from workers.commands.durations import told_at
    from workers.restraint import state_of

    state, matchers = state_of(silence, now).value, in_words(silence.matchers)
    times = told_at(silence.starts), told_at(silence.ends)
    return (silence.id, state, *times, silence.author, matchers, silence.reason)


@app.command(epilog=EXIT_CODES)
def expire(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of silences.")]
) -> None:
    """End silences now. When one of the ids is not there, or has ended, nothing is ended.

    What was silenced stays so: it can be sent, wirewatch deliveries replay --channel … --reason silenced.

    \b
    Example:
      wirewatch silences expire si-0a1b2c3d
    """
    settings = settings_of(ctx)
    from workers.commands.kept import the_one

    with kafka_of(settings) as kafka:
        kept, now = _kept(kafka, settings), datetime.now(UTC)
        found = [the_one("silence", each, kept.records, "see wirewatch silences list") for each in dict.fromkeys(ids)]
        ended = [expired(each, now) for each in found]
        for silence in ended:
            _sent(kafka, silence, silence.version + 1)
            say(("expired  ", "bold yellow"), f"silence {silence.id}")


def expired(silence: Silence, now: datetime) -> Silence:
    """The same, over; one that has not begun never does. Raises Refused where it is over."""
    if silence.ends <= now:
        told = f"silence {silence.id} has ended, at {silence.ends.isoformat()}"
        raise Refused(told, reason="expired", hint="see wirewatch silences list --state active,pending")
    return silence.model_copy(update={"starts": min(silence.starts, now - AT_LEAST), "ends": now})


def _kept(kafka: Admin, settings: Settings) -> Kept[Silence]:
    from schemas.silence import Silence
    from workers.commands.kept import read_kept

    return read_kept(kafka, "silences", Silence, settings.articles.max_bytes)


def _sent(kafka: Admin, silence: Silence, version: int) -> Silence:
    from schemas.envelope import Outgoing

    silence = silence.model_copy(update={"version": version})
    kafka.send([Outgoing("silences", silence.id.encode(), silence.model_dump_json().encode())])
    return silence
