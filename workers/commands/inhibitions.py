"""`wirewatch inhibitions`: which alerts hush which others on the same story."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.matchers import Author, author_of, in_words, matchers_of
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, plain, say, say_error, say_json

if TYPE_CHECKING:
    from config.settings import Settings
    from schemas.silence import Inhibition
    from workers.commands.kept import Kept
    from workers.streams.admin import Admin

app = typer.Typer(
    name="inhibitions",
    help="Let alerts hush others on the same story; list and delete.",
    no_args_is_help=True,
    epilog=EXIT_CODES,
)


@app.command(epilog=EXIT_CODES)
def add(
    ctx: typer.Context,
    source: Annotated[list[str], typer.Option(metavar="MATCHER", help="Of the alert that hushes; all must hold.")],
    target: Annotated[list[str], typer.Option(metavar="MATCHER", help="Of those that are hushed; all must hold.")],
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="So long after the source's alert.")] = "24h",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; stands in each decision.")] = "",
    author: Author = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Its id, also of one to be replaced; else one is made.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The record.")] = False,
) -> None:
    """Let an alert for which all of --source hold hush those for which all of --target hold, on the same story.

    A matcher is field=value, field!=value, field~glob or field!~glob, as `wirewatch silences add --help` tells.
    Retractions and priority 1 are never hushed. Each alert that is hushed is a decision.

    \b
    Examples:
      wirewatch inhibitions add --source rule=pact --target rule=asia --reason 'pact says more'
      wirewatch inhibitions add --source tag=urgent --target 'tag!=urgent' --for 6h
    """
    settings = settings_of(ctx)
    inhibition = _typed(id_, source, target, for_, author, reason)
    from schemas.envelope import Outgoing
    from workers.commands.kept import next_version

    with kafka_of(settings) as kafka:
        kept = _kept(kafka, settings)
        inhibition = inhibition.model_copy(update={"version": next_version(kept, inhibition.id)})
        kafka.send([Outgoing("inhibitions", inhibition.id.encode(), inhibition.model_dump_json().encode())])
    if json:
        say_json(inhibition.model_dump_json())
        return
    what = "changed" if inhibition.id in kept.records else "added"
    told = f"{in_words(inhibition.source)} hushes {in_words(inhibition.target)}"
    say((f"{what:9}", "bold green"), f"inhibition {inhibition.id}  {told}")


def _typed(
    id_: str | None, source: list[str], target: list[str], for_: str, author: str | None, reason: str
) -> Inhibition:
    """The inhibition that is asked for. Raises typer.BadParameter and Refused."""
    from schemas.silence import Inhibition
    from workers.commands.durations import span_of
    from workers.commands.kept import checked
    from workers.restraint import check_inhibition

    inhibition = checked(
        Inhibition,
        "inhibition",
        id=id_ or f"in-{secrets.token_hex(4)}",
        source=matchers_of(source, "--source"),
        target=matchers_of(target, "--target"),
        lasts_s=span_of(for_, "--for").total_seconds(),
        author=author_of(author),
        reason=reason,
    )
    check_inhibition(inhibition)
    return inhibition


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="A JSON object each, as it stands on the topic.")] = False,
) -> None:
    """Show the inhibitions.

    \b
    Example:
      wirewatch inhibitions list
    """
    settings = settings_of(ctx)
    from datetime import timedelta

    from workers.commands.durations import span_in_words

    with kafka_of(settings) as kafka:
        kept = _kept(kafka, settings)
    found = sorted(kept.records.values(), key=lambda each: each.id)
    if json:
        for each in found:
            say_json(each.model_dump_json())
    elif found:
        cells = [
            (
                *(each.id, in_words(each.source), in_words(each.target)),
                *(span_in_words(timedelta(seconds=each.lasts_s)), each.author, each.reason),
            )
            for each in found
        ]
        headings = ("ID", "SOURCE", "TARGET", "FOR", "AUTHOR", "REASON")
        show_columns(headings, [[Text(plain(cell)) for cell in row] for row in cells], crop=True)
    else:
        note("no inhibitions yet: wirewatch inhibitions add")
    for unread in kept.unread.values():
        say_error(f"cannot be read, and workers keep the version before: {unread}")


@app.command(epilog=EXIT_CODES)
def delete(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of inhibitions.")]
) -> None:
    """Delete inhibitions. When one of the ids is not there, nothing is deleted.

    \b
    Example:
      wirewatch inhibitions delete in-0a1b2c3d
    """
    settings = settings_of(ctx)
    from workers.commands.removal import check_there, remove

    with kafka_of(settings) as kafka:
        kept = _kept(kafka, settings)
        check_there("inhibitions", kept, ids)
        remove(kafka, "inhibitions", kept, list(dict.fromkeys(ids)))


def _kept(kafka: Admin, settings: Settings) -> Kept[Inhibition]:
    from schemas.silence import Inhibition
    from workers.commands.kept import read_kept

    return read_kept(kafka, "inhibitions", Inhibition, settings.articles.max_bytes)
