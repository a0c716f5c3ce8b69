"""`wirewatch deliveries`: what was sent to endpoints, what became of it, and sending it again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.audit import since_ms
from workers.commands.endings import EXIT_CODES
from workers.commands.session import archive_of, settings_of
from workers.commands.terminal import note, say_error, say_line
from workers.errors import Refused

if TYPE_CHECKING:
    from schemas.delivery import DeliveryState
    from schemas.envelope import Incoming
    from schemas.reasons import HeldReason

app = typer.Typer(
    name="deliveries",
    help="List and show what was sent to endpoints, and send it again.",
    no_args_is_help=True,
    epilog=EXIT_CODES,
)
SINCE = "90m, 6h or 2d ago, or 2026-05-01T12:00:00Z."

OfChannel = Annotated[str | None, typer.Option("--channel", metavar="ID", help="Only of this channel.")]
OfEndpoint = Annotated[str | None, typer.Option("--endpoint", metavar="ID", help="Only at endpoints of this id.")]
States = Annotated[str, typer.Option("--state", metavar="STATE,…", help="Some of pending, delivered, held, given_up.")]
Yes = Annotated[bool, typer.Option("--yes", help="Send it; else only say what would be sent.")]
AsJson = Annotated[bool, typer.Option("--json", help="A JSON object a line.")]


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    channel: OfChannel = None,
    endpoint: OfEndpoint = None,
    state: States = "pending,delivered,held,given_up",
    since: Annotated[str, typer.Option(metavar="TIME", help=f"What has changed since: {SINCE}")] = "24h",
    json: AsJson = False,
) -> None:
    """List deliveries, each notification at each endpoint, as they stand: the latest change last.

    \b
    Examples:
      wirewatch deliveries list
      wirewatch deliveries list --channel asia --state pending,held,given_up --since 7d
      wirewatch deliveries list --json | jq 'select(.attempts > 1)'
    """
    settings = settings_of(ctx)
    from workers.commands.durations import told_at
    from workers.commands.sending_shown import pair_of, show_pairs
    from workers.commands.sendings import of_channel, sendings_of

    states, from_ms = _states(state), since_ms(since, _now_ms())
    with archive_of(settings) as kafka:
        wanted = of_channel(channel) if channel else _all
        sendings = sendings_of(kafka, from_ms, wanted, lambda _: False)
    rows = [
        (sending, at, outcome)
        for sending in sorted(sendings, key=lambda each: each.last)
        for at in sending.endpoints
        if endpoint in (None, at) and (outcome := sending.at(at)).state in states
    ]
    if json:
        for sending, at, outcome in rows:
            say_line(pair_of(sending, at, outcome))
    elif rows:
        show_pairs(rows)
    else:
        note(f"no such deliveries since {told_at(datetime.fromtimestamp(from_ms / 1000, UTC))}")
    for position in sendings.unread[:3]:
        say_error(f"cannot be read: {position}")


@app.command(epilog=EXIT_CODES)
def show(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="A webhook-id: of an alert, a digest, a test.")],
    channel: OfChannel = None,
    json: AsJson = False,
) -> None:
    """Show a notification with every attempt that is seen at each endpoint, and why it went as it went.

    An older attempt may be gone: the topic is compacted, and keeps the latest record of each delivery.

    \b
    Examples:
      wirewatch deliveries show al_0123456789abcdef
      wirewatch deliveries show dg_0123456789abcdef --json
    """
    settings = settings_of(ctx)
    from workers.commands.sendings import naming, sendings_of

    with archive_of(settings) as kafka:
        sendings = sendings_of(kafka, 0, naming(id_))
    found = [each for each in sendings if each.id == id_ and channel in (None, each.channel)]
    if not found:
        raise Refused(f"there is no delivery of {id_}", reason="unknown", hint="see wirewatch deliveries list")
    from workers.commands.sending_shown import say_json_of
    from workers.commands.sending_shown import show as show_of

    for each in found:
        (say_json_of if json else show_of)(each)


@app.command(epilog=EXIT_CODES)
def retry(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Webhook-ids.")],
    channel: OfChannel = None,
    endpoint: OfEndpoint = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Send again what was held or given up, by its ids, whatever held it; under the same ids.

    What follows on an alert goes behind it. What was taken back before it was sent is not sent.

    \b
    Examples:
      wirewatch deliveries retry al_0123456789abcdef
      wirewatch deliveries retry al_0123456789abcdef --endpoint pager --yes
    """
    settings = settings_of(ctx)
    from workers.commands.replaying import Asked, followers, resends
    from workers.commands.resending import resend, say_passed_over
    from workers.commands.sendings import naming, sendings_of

    with archive_of(settings) as kafka:
        sendings = sendings_of(kafka, 0, naming(*ids))
        unknown = [each for each in ids if each not in {sending.id for sending in sendings}]
        if unknown:
            told = f"there is no delivery of {', '.join(unknown)}"
            raise Refused(told, reason="unknown", hint="see wirewatch deliveries list")
        asked = Asked(endpoints=_only(endpoint), ids=followers(sendings, ids))
        found = [each for each in resends(sendings, asked) if channel in (None, each.sending.channel)]
        say_passed_over(sendings, ids, found, lambda of, at: channel in (None, of) and endpoint in (None, at))
        resend(settings, kafka, found, yes, json)


@app.command(epilog=EXIT_CODES)
def replay(
    ctx: typer.Context,
    channel: Annotated[str, typer.Option(metavar="ID", help="The channel.")],
    since: Annotated[str, typer.Option(metavar="TIME", help=f"What came since: {SINCE}")],
    endpoint: OfEndpoint = None,
    state: States = "held,given_up",
    reason: Annotated[
        str, typer.Option(metavar="REASON,…", help="Of what is held: only these; silenced and throttled by name only.")
    ] = "",
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Send again what a channel's endpoints did not get, in its order and under the same ids: a dry run first.

    What a silence, an inhibition or a throttle held back goes only where --reason names it, and what was taken back
    never. A receiver that has lost what it got may be sent it again: --state delivered.

    \b
    Examples:
      wirewatch deliveries replay --channel asia --since 2d
      wirewatch deliveries replay --channel asia --endpoint pager --since 2026-05-01T12:00:00Z --yes
      wirewatch deliveries replay --channel asia --since 6h --state held --reason silenced
    """
    settings = settings_of(ctx)
    from schemas.channel import Channel
    from schemas.delivery import DeliveryState
    from workers.commands.kept import read_kept, the_one
    from workers.commands.replaying import Asked, resends
    from workers.commands.resending import resend
    from workers.commands.sendings import of_channel, sendings_of

    if DeliveryState.PENDING in (states := _states(state)):
        raise typer.BadParameter("what is pending will be tried as it is", param_hint="--state")
    from_ = datetime.fromtimestamp(since_ms(since, _now_ms()) / 1000, UTC)
    asked = Asked(states=states, reasons=_reasons(reason), endpoints=_only(endpoint), since=from_)
    with archive_of(settings) as kafka:
        channels = read_kept(kafka, "channels", Channel, settings.articles.max_bytes).records
        of = of_channel(the_one("channel", channel, channels, "see wirewatch channels list").id)
        sendings = sendings_of(kafka, 0, of, lambda told: told.made >= from_)
        resend(settings, kafka, resends(sendings, asked), yes, json)


def _states(text: str) -> frozenset[DeliveryState]:
    from schemas.delivery import DeliveryState

    try:
        return frozenset(DeliveryState(each) for each in text.split(","))
    except ValueError:
        accepted = ", ".join(DeliveryState)
        raise typer.BadParameter(f"{text!r}: accepted: {accepted}", param_hint="--state") from None


def _reasons(text: str) -> frozenset[HeldReason]:
    from schemas.reasons import HeldReason

    try:
        return frozenset(HeldReason(each) for each in text.split(",") if each)
    except ValueError:
        told = f"{text!r} is no reason: see schemas/reasons.py, or wirewatch deliveries list"
        raise typer.BadParameter(told, param_hint="--reason") from None


def _only(endpoint: str | None) -> tuple[str, ...]:
    return (endpoint,) if endpoint else ()


def _all(_: Incoming) -> bool:
    return True


def _now_ms() -> int:
    return int(time.time() * 1000)
