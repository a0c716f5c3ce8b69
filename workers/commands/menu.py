"""All commands under one name, with what the help says first."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from workers.commands import (
    audit,
    channels,
    deliveries,
    demo,
    explain,
    inhibitions,
    lists,
    publish,
    rules,
    run,
    scan,
    silences,
    stories,
    tail,
    topics,
)
from workers.commands.endings import EXIT_CODES, ended

app = typer.Typer(
    name="wirewatch",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
app.add_typer(run.app, name="run")
app.add_typer(topics.app, name="topics")
app.add_typer(rules.app, name="rules")
app.add_typer(lists.app, name="lists")
app.add_typer(channels.app, name="channels")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(silences.app, name="silences")
app.add_typer(inhibitions.app, name="inhibitions")
for each in (demo.demo, publish.publish, tail.tail, scan.scan, stories.stories, explain.explain, audit.audit):
    app.command(epilog=EXIT_CODES)(each)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wirewatch {_version()}")
        raise typer.Exit


def _version() -> str:
    try:
        return version("wirewatch")
    except PackageNotFoundError:  # run from the checkout, not installed
        import tomllib

        project = Path(__file__).parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


@app.callback()
def root(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings in TOML; only what differs from the defaults.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and exit.")
    ] = False,
) -> None:
    """Standing watch rules over a stream of news: each match an alert, once per story, and always a reason.

    Settings come from config/defaults.toml, then --config FILE, then the environment: WIREWATCH_KAFKA=host:port,
    WIREWATCH_REDIS=redis://host:port/0, WIREWATCH_TOPIC_PREFIX=… and so on, as config/defaults.toml says.

    \b
    Look at it first, with nothing else installed:
      wirewatch demo
    \b
    A first round on your Kafka and Redis:
      wirewatch topics create
      wirewatch rules apply rules.yaml
      wirewatch run match &
      wirewatch tail &
      wirewatch publish articles.jsonl
    \b
    To those who do not read Kafka:
      export WIREWATCH_DELIVER_SECRETS_KEY=$(wirewatch channels key)
      wirewatch channels apply channels.yaml
      wirewatch run deliver &
      wirewatch channels test desk
    \b
    Without Kafka:
      wirewatch rules check rules.yaml
      wirewatch scan --rules rules.yaml --articles articles.jsonl
      wirewatch explain --rule 'Russia AND summit' --article articles.jsonl:1
    """


def run_with(arguments: Sequence[str]) -> int:
    """Run the command with these arguments; its exit code."""
    return ended(lambda: typer.main.get_command(app).main(list(arguments), "wirewatch"))
