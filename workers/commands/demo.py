"""wirewatch demo: the whole of it on this machine, with nothing else installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.session import settings_of

if TYPE_CHECKING:
    from workers.demo import Means

PAUSE_S = 1.0
# Tansu knows no idempotent producer, and lets a new member wait for half of the session timeout.
KNOBS = {
    "log_format": "json",
    "match.producer": "plain",
    "match.session_timeout_s": 3,
    "match.rebalance_timeout_s": 3,
    "match.heartbeat_interval_s": 0.5,
    "match.stop_timeout_s": 2,
    "match.lease_s": 5,
}


def demo(
    ctx: typer.Context,
    articles: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own articles, JSON Lines, instead of the samples.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own rules, YAML or JSON Lines, instead of the samples.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="No pause between the articles.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running, to publish and tail by hand.")] = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE.svg", hidden=True)] = None,
) -> None:
    """Show it at work: a broker, a store and a match worker on this machine, sample rules, sample articles.

    All of it runs on free ports of the loopback address and in a temporary folder; Ctrl-C at any moment ends and
    removes it. It takes about a minute, with --fast some ten seconds.

    \b
    Examples:
      wirewatch demo
      wirewatch demo --fast --rules rules.yaml --articles articles.jsonl
      wirewatch demo --keep
    """
    settings_of(ctx)  # the demo's own are laid down; wrong ones are a slip all the same
    from workers.commands.demo_files import script_of
    from workers.commands.demo_picture import recorded
    from workers.commands.demo_screen import DemoScreen
    from workers.commands.terminal import out
    from workers.demo import run

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no Korean shows ? for it
    script = script_of(articles, rules, 0.0 if fast else PAUSE_S, keep=keep)
    with recorded(picture) if picture else DemoScreen(out()) as screen:
        code = run(script, _means(), screen)
        if code:
            raise typer.Exit(code)


def _means() -> Means:
    import logging

    from config.environment import environment_with
    from config.settings import load
    from workers.demo import Means
    from workers.demo.stage import Launch
    from workers.streams.admin import Admin

    logging.getLogger().addHandler(logging.NullHandler())  # the clients' errors come as exceptions, told once
    root = Path(__file__).parents[2]  # of the checkout or of the installed packages: another `workers` may lie around
    command = [sys.executable, "-m", "workers", "run", "match"]
    return Means(
        topics=lambda kafka: Admin(kafka, ""),
        worker=lambda kafka, redis: Launch(command, environment_with({"kafka": kafka, "redis": redis, **KNOBS}), root),
        group=load(None, {}).match.group,
    )
