"""`wirewatch channels`: the channels that stand on the topic."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, plain, say_error, say_json

app = typer.Typer(
    name="channels", help="List and delete the channels of alerts.", no_args_is_help=True, epilog=EXIT_CODES
)


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a channel, as it stands on the topic.")] = False,
) -> None:
    """Show the channels that stand on the topic; `wirewatch rules apply` makes and changes them.

    \b
    Examples:
      wirewatch channels list
      wirewatch channels list --json | jq .id
    """
    settings = settings_of(ctx)
    from schemas.channel import Channel
    from workers.commands.kept import read_kept

    with kafka_of(settings) as kafka:
        kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
    channels = sorted(kept.records.values(), key=lambda channel: channel.id)
    if json:
        for channel in channels:
            say_json(channel.model_dump_json())
    elif channels:
        rows = [
            (each.id, f"v{each.version}", f"{settings.topic_prefix}alerts.{each.id}", each.name) for each in channels
        ]
        show_columns(
            ("ID", "VERSION", "TOPIC", "NAME"), [[Text(plain(cell)) for cell in row] for row in rows], crop=True
        )
    else:
        note("no channels yet: the first rule that names one makes it")
    for each in kept.unread.values():
        say_error(f"cannot be read, and workers keep the version before: {each}")


@app.command(epilog=EXIT_CODES)
def delete(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of channels.")]
) -> None:
    """Delete channels; their topics stay. When one is not there, or a rule names it, nothing is deleted.

    \b
    Example:
      wirewatch channels delete old-desk
    """
    settings = settings_of(ctx)
    from workers.commands.apply import standing_of
    from workers.commands.removal import check_there, remove

    with kafka_of(settings) as kafka:
        standing = standing_of(kafka, settings.articles.max_bytes)
        check_there("channels", standing.channels, ids)
        rules = standing.rules.records.values()
        naming = [(rule.id, each) for rule in rules for each in ids if each in rule.channels]
        for rule_id, channel in naming:
            say_error(f"rule {rule_id} names channel {channel}", "take it out of the rule first")
        if naming:
            raise typer.Exit(1)
        remove(kafka, "channels", standing.channels, list(dict.fromkeys(ids)))
