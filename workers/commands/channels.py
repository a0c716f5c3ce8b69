"""`wirewatch channels`: the channels that stand on the topic, and what is sent to their endpoints."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from workers.commands import channels_explain, steering, trial
from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.session import archive_of, kafka_of, settings_of
from workers.commands.terminal import note, plain, say, say_error, say_line
from workers.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from workers.commands.channel_plan import ChannelChange
    from workers.streams.admin import Admin

app = typer.Typer(
    name="channels",
    help="Apply, show, test and steer the channels of alerts, and tell where an alert went.",
    no_args_is_help=True,
    epilog=EXIT_CODES,
)
STYLES = {"added": "bold green", "changed": "bold yellow", "removed": "bold red", "unchanged": "dim"}
SIGNS = {"added": "+", "changed": "~", "removed": "-"}


@app.command(epilog=EXIT_CODES)
def key() -> None:
    """Print a new key for deliver.secrets_key, with which secrets of endpoints are encrypted; needs no Kafka.

    Workers and the commands that write secrets must have the same. To replace it, put the new one in front, with a
    comma behind it: the older ones go on opening what they have closed.

    \b
    Example:
      export WIREWATCH_DELIVER_SECRETS_KEY=$(wirewatch channels key)
    """
    from workers.delivery import make_key

    say(make_key(secrets.token_bytes))


@app.command(epilog=EXIT_CODES)
def apply(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Channels: JSON Lines, or YAML.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; send nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a channel, with the secrets made.")] = False,
) -> None:
    """Send the channels of a file, whole or not at all.

    A channel becomes as the file has it, and endpoints that the file does not name go. What stays unless the file gives
    it: the channel's state, and of an endpoint that is there its secrets, enabled, created and revived. An endpoint is

    \b
      - {id: pager, url: https://hooks.example.org/wirewatch, secret: whsec_…}
      - {id: chat, kind: apprise, apprise_url: slack://…}

    Where a webhook has no secret one is made and shown, this once. Secrets and Apprise URLs are encrypted with
    deliver.secrets_key before they are written. The topics of new channels are made. What stands on the topic and not
    in the file stays: see `wirewatch channels delete`.

    \b
    Examples:
      wirewatch channels apply channels.yaml --dry-run
      wirewatch channels apply channels.yaml
    """
    settings = settings_of(ctx)
    from config.topics import channel_topic

    with kafka_of(settings) as kafka:
        changes = _planned(file, settings, kafka)
        made: list[str] = []
        if not dry_run:
            topics = [channel_topic(each.channel.id) for each in changes]
            made = kafka.create(topics, settings.topics.partitions, settings.topics.replication)
            kafka.send([each.message() for each in changes if each.change.what != "unchanged"])
    _say_applied(changes, [settings.topic_prefix + each for each in made], dry_run, json)


def _planned(file: Path, settings: Settings, kafka: Admin) -> list[ChannelChange]:
    """What the file changes. Raises Refused."""
    from schemas.channel import Channel
    from workers.commands.channel_file import read_channels
    from workers.commands.channel_plan import plan_channels
    from workers.commands.kept import read_kept
    from workers.commands.topics import names_of_kept, refuse_unfit
    from workers.delivery import Unsealed, make_secret
    from workers.options_of import policy_of, seal_of

    read = read_channels(file, policy_of(settings))
    refuse_unfit(kafka.describe(names_of_kept()), settings.topic_prefix)
    standing = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
    now = datetime.now(UTC)
    try:
        return plan_channels(read, standing, seal_of(settings), now, lambda: make_secret(secrets.token_bytes))
    except Unsealed as exc:
        raise Refused(str(exc), reason="no_key") from None


def _say_applied(changes: Sequence[ChannelChange], topics: Sequence[str], dry_run: bool, json: bool) -> None:
    from workers.commands.channel_shown import where

    for topic in [] if json else topics:
        say((f"{'made':9}", STYLES["added"]), f"topic {topic}")
    for each in changes:
        endpoints = list(each.endpoints())
        made = {} if dry_run else each.made
        if json:
            told = [{"what": what, "id": one.id, "secret": made.get(one.id)} for what, one in endpoints]
            channel = {"channel": each.channel.id, "version": each.channel.version}
            say_line({"what": each.change.what, **channel, "dry_run": dry_run, "endpoints": told})
            continue
        head = each.change.what
        if head != "unchanged":
            say((f"{head:9}", STYLES[head]), f"channel {each.channel.id}  v{each.channel.version}")
        for what, one in endpoints:
            say((f"  {SIGNS[what]} ", STYLES[what]), f"endpoint {one.id}: {one.kind.value} to {where(one)}")
        for endpoint, secret in made.items():
            say(f"secret of {each.channel.id}/{endpoint}, shown this once: ", (secret, "bold"))
        if dry_run and each.made:
            say(f"a secret would be made for {', '.join(each.made)}")
    if not json:
        _say_sum(changes, dry_run)


def _say_sum(changes: Sequence[ChannelChange], dry_run: bool) -> None:
    counts = [sum(each.change.what == what for each in changes) for what in ("added", "changed", "unchanged")]
    say("{} added, {} changed, {} unchanged".format(*counts) + (": a dry run, nothing was sent" if dry_run else ""))


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a channel, without its secrets.")] = False,
) -> None:
    """Show the channels that stand on the topic; `wirewatch rules apply` makes those that rules name.

    \b
    Examples:
      wirewatch channels list
      wirewatch channels list --json > channels.jsonl
    """
    settings = settings_of(ctx)
    from schemas.channel import Channel
    from workers.commands.channel_shown import without_secrets
    from workers.commands.kept import read_kept

    with kafka_of(settings) as kafka:
        kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
    channels = sorted(kept.records.values(), key=lambda channel: channel.id)
    if json:
        for channel in channels:
            say_line(without_secrets(channel))
    elif channels:
        rows = [
            (
                *(each.id, f"v{each.version}", each.state.value, str(len(each.endpoints))),
                *(f"{settings.topic_prefix}alerts.{each.id}", each.name),
            )
            for each in channels
        ]
        headings = ("ID", "VERSION", "STATE", "ENDPOINTS", "TOPIC", "NAME")
        show_columns(headings, [[Text(plain(cell)) for cell in row] for row in rows], crop=True)
    else:
        note("no channels yet: the first rule that names one makes it")
    for unread in kept.unread.values():
        say_error(f"cannot be read, and workers keep the version before: {unread}")


@app.command(epilog=EXIT_CODES)
def show(
    ctx: typer.Context,
    channel: steering.ChannelArgument,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show a channel: what it takes, what holds its alerts back, and how its endpoints fare; no secrets.

    Counts are of what stands on `deliveries`, 30 days unless that was changed.

    \b
    Examples:
      wirewatch channels show asia
      wirewatch channels show asia --json | jq '.endpoints[] | {id, health, counts}'
    """
    settings = settings_of(ctx)
    from schemas.channel import Channel
    from workers.commands import channel_shown
    from workers.commands.kept import read_kept, the_one
    from workers.commands.sendings import of_channel, sendings_of

    with archive_of(settings) as kafka:
        kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
        found = the_one("channel", channel, kept.records, "see wirewatch channels list")
        sendings = sendings_of(kafka, 0, of_channel(channel), lambda _: False)
    shown = channel_shown.say_json_of if json else channel_shown.show
    shown(found, sendings, f"{settings.topic_prefix}alerts.{channel}", datetime.now(UTC))


@app.command(epilog=EXIT_CODES)
def delete(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of channels.")]
) -> None:
    """Delete channels; their topics stay. When one is not there, or a rule or a channel names it, nothing is deleted.

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
        others = [each for each in standing.channels.records.values() if each.id not in ids]
        told = [(each.id, each.alarms) for each in others if each.alarms in ids]
        for other, channel in told:
            hint = "take it out of its alarms first: wirewatch channels apply"
            say_error(f"channel {channel} hears of the endpoints of channel {other} that fail", hint)
        if naming or told:
            raise typer.Exit(1)
        remove(kafka, "channels", standing.channels, list(dict.fromkeys(ids)))


for command in (steering.pause, steering.resume, steering.enable, steering.disable):
    app.command(epilog=EXIT_CODES)(command)
app.command("test", epilog=EXIT_CODES)(trial.trial)
app.command(epilog=EXIT_CODES)(channels_explain.explain)
app.add_typer(steering.secret_app, name="secret")
