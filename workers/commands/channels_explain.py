"""`wirewatch channels explain`: where an alert went, step by step, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.session import archive_of, settings_of
from workers.commands.terminal import out, say, say_line

if TYPE_CHECKING:
    from config.settings import Settings
    from workers.commands.whereabouts import Whereabouts
    from workers.streams.archive_kafka import KafkaArchive


def explain(
    ctx: typer.Context,
    alert: Annotated[str, typer.Option(metavar="ID", help="The alert's id, which is its webhook-id, too.")],
    channel: Annotated[str | None, typer.Option(metavar="ID", help="Only on this channel.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Tell where an alert went and why: its channels, what held it back, its digest, each attempt at each endpoint.

    Of older attempts only the latest may be there: the topic is compacted.

    \b
    Examples:
      wirewatch channels explain --alert al_0123456789abcdef
      wirewatch channels explain --alert al_0123456789abcdef --channel asia --json
    """
    settings = settings_of(ctx)
    with archive_of(settings) as kafka:
        found = _found(settings, kafka, alert)
    channels = [each for each in found.channels if channel in (None, each.id)]
    if json:
        told = [
            {
                "channel": each.id,
                "endpoints": each.endpoints,
                "steps": [{"at": step.at, "endpoint": step.endpoint, "what": step.what} for step in each.steps],
                "now": each.standing,
            }
            for each in channels
        ]
        say_line({"alert": found.alert.model_dump(mode="json"), "at": found.at, "channels": told})
        return
    _show(found)
    for each in channels:
        out().print()
        say(("channel ", "dim"), (each.id, "bold cyan"))
        for step in each.steps:
            say((f"  {step.told_at}  ", "dim"), (f"{step.endpoint}  ", "cyan") if step.endpoint else "", step.what)
        say("  ", (f"now: {each.standing}", "bold"))


def _found(settings: Settings, kafka: KafkaArchive, alert: str) -> Whereabouts:
    from schemas.channel import Channel
    from workers.commands.kept import read_kept
    from workers.commands.whereabouts import whereabouts

    kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
    group = settings.deliver.group
    found = whereabouts(alert, kafka, kept.records)
    taken_up = kafka.committed(group, "alerts").get(found.partition, 0) > found.offset
    return found.judged(taken_up, kafka.members(group) != 0)


def _show(found: Whereabouts) -> None:
    from workers.commands.durations import told_at

    alert = found.alert
    say((f"alert {alert.id}", "bold"), f"  {alert.kind}  {told_at(found.at)}, {found.position}")
    say(f"  rule {alert.rule.id} v{alert.rule.version}, priority {alert.rule.priority}: {alert.article.title or ''}")
    say(f"  article {alert.article.uri}, version {alert.article.version}")
    if alert.previous:
        say(f"  follows on {alert.previous}" + (f": {alert.cause.value.replace('_', ' ')}" if alert.cause else ""))
    say(
        "  for the channels " + ", ".join(alert.channels) if alert.channels else "  for no channel: its rule names none"
    )
    for each in alert.channels_unknown:
        say(f"  its rule names channel {each}, of which there was no record")
