"""`wirewatch topics`: make the topics of the catalogue, and compare those that are there with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, plain, say, say_error

if TYPE_CHECKING:
    from schemas.topic import Topic

app = typer.Typer(
    name="topics", help="Make the topics, and see how they are kept.", no_args_is_help=True, epilog=EXIT_CODES
)
Found = Mapping[str, tuple[int, Mapping[str, str]]]


@app.command(epilog=EXIT_CODES)
def create(ctx: typer.Context) -> None:
    """Make the topics that are not there yet; those that are stay as they are.

    A topic of rules, lists or channels that is there and has several partitions, or is not compacted, is told with what
    to do, and the exit code is 1: workers would not know all that stands on it.

    Their names begin with topic_prefix; topics.partitions and topics.replication say how they are made. The topics of
    channels are made by `wirewatch rules apply`.

    \b
    Examples:
      wirewatch topics create
      WIREWATCH_TOPIC_PREFIX=desk. WIREWATCH_TOPICS_REPLICATION=3 wirewatch topics create
    """
    from config.topics import CATALOGUE

    settings = settings_of(ctx)
    with kafka_of(settings) as kafka:
        made = kafka.create(CATALOGUE, settings.topics.partitions, settings.topics.replication)
        found = kafka.describe(names_of_kept())
    for name in made:
        say(("made ", "bold green"), settings.topic_prefix + name)
    say(f"{len(made)} made, {len(CATALOGUE) - len(made)} there already")
    refuse_unfit(found, settings.topic_prefix)


@app.command("list", epilog=EXIT_CODES)
def list_(ctx: typer.Context) -> None:
    """Show the topics, and where they differ from how they should be kept.

    \b
    Example:
      wirewatch topics list
    """
    from config.topics import CATALOGUE, channel_topic

    settings = settings_of(ctx)
    with kafka_of(settings) as kafka:
        channels = sorted(name for name in kafka.topics() if name.startswith("alerts."))
        topics = [*CATALOGUE, *(channel_topic(name.removeprefix("alerts.")) for name in channels)]
        found = kafka.describe([topic.name for topic in topics])
    rows = [
        [
            Text(plain(settings.topic_prefix + topic.name)),
            Text(str(found[topic.name][0]) if topic.name in found else "-"),
            Text(topic.key),
            _state(topic, found),
        ]
        for topic in topics
    ]
    show_columns(("TOPIC", "PARTITIONS", "KEY", "STATE"), rows)
    if any(topic.name not in found for topic in CATALOGUE):
        note("make those that are missing: wirewatch topics create")


def _state(topic: Topic, found: Found) -> Text:
    if topic.name not in found:
        return Text("missing", "bold red")
    drift = [*differences(topic, *found[topic.name])]
    return Text(plain("; ".join(drift)), "yellow") if drift else Text("as it should be", "green")


def names_of_kept() -> list[str]:
    """The topics that must be one compacted partition: their latest records are what workers know."""
    from config.topics import CATALOGUE

    return [
        topic.name for topic in CATALOGUE if topic.partitions == 1 and topic.config.get("cleanup.policy") == "compact"
    ]


def refuse_unfit(found: Found, prefix: str) -> None:
    """Tell of those of them that are there and are kept otherwise, and end with 1."""
    unfit = [slip for name in names_of_kept() if name in found for slip in _unfit(prefix + name, *found[name])]
    for error, hint in unfit:
        say_error(error, hint)
    if unfit:
        raise typer.Exit(1)


def _unfit(name: str, partitions: int, config: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if partitions != 1:
        yield (
            f"the topic {name} has {partitions} partitions, and workers read the first only",
            "it must have one partition, and Kafka takes none away: save what stands on it (wirewatch rules list "
            "--json), delete the topic, then wirewatch topics create and wirewatch rules apply",
        )
    policy = config.get("cleanup.policy", "compact")
    if policy != "compact":
        yield (
            f"the topic {name} is kept with cleanup.policy {policy}, and would lose records that still hold",
            f"kafka-configs.sh --bootstrap-server HOST:PORT --alter --entity-type topics --entity-name {name} "
            "--add-config cleanup.policy=compact",
        )


def differences(topic: Topic, partitions: int, config: Mapping[str, str]) -> Iterator[str]:
    """In which points a topic is not kept as the catalogue says; what the broker does not tell is no point."""
    if topic.partitions is not None and topic.partitions != partitions:
        yield f"partitions {partitions}, should be {topic.partitions}"
    for name, wanted in topic.config.items():
        if name in config and config[name] != wanted:
            yield f"{name} {config[name]}, should be {wanted}"
