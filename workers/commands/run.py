"""`wirewatch run`: the workers."""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING, Literal, NoReturn

import typer

from workers.commands.endings import EXIT_CODES, ended
from workers.commands.session import settings_of

if TYPE_CHECKING:
    from config.settings import Settings
    from workers.vitals import Vitals

app = typer.Typer(no_args_is_help=True, help="Run a worker until SIGTERM or Ctrl-C.", epilog=EXIT_CODES)


@app.command(epilog=EXIT_CODES)
def match(ctx: typer.Context) -> None:
    """Match articles with the rules and send alerts, until SIGTERM or Ctrl-C.

    Any number of copies may run; they share the partitions of `articles`. SIGTERM and Ctrl-C finish the batch in flight
    and end with 0. Every other end is a failure with another code, 69 after an outage longer than
    match.outage_timeout_s: let a supervisor start it afresh.

    \b
    Examples:
      wirewatch run match
      wirewatch --config wirewatch.toml run match
      WIREWATCH_MATCH_METRICS_PORT=9100 wirewatch run match
    """
    settings = settings_of(ctx)
    from config.logging import setup

    setup(settings.log_format, settings.log_level)
    vitals = _served(settings, "match")
    # The import compiles the matching engine where that has not been done before; the worker says so and can be asked.
    signal.signal(signal.SIGTERM, _leave)  # until the app has its own way
    from workers.app import match_app_of
    from workers.streams.match_worker import run_app

    worker = match_app_of(settings, vitals)
    code = ended(lambda: run_app(worker))
    logging.shutdown()
    # The interpreter would wait for the thinking thread, which may still be at a batch that was given up.
    os._exit(code)


@app.command(epilog=EXIT_CODES)
def deliver(ctx: typer.Context) -> None:
    """Send alerts to the endpoints of their channels, until SIGTERM or Ctrl-C.

    Any number of copies may run; they share the channels. SIGTERM and Ctrl-C finish the attempts under way and end with
    0. Every other end is a failure with another code, as of `run match`.

    \b
    Examples:
      wirewatch run deliver
      WIREWATCH_DELIVER_SECRETS_KEY=$KEY wirewatch run deliver
    """
    settings = settings_of(ctx)
    from config.logging import setup

    setup(settings.log_format, settings.log_level)
    vitals = _served(settings, "deliver")
    signal.signal(signal.SIGTERM, _leave)  # until the app has its own way
    from workers.deliver_app import deliver_app_of
    from workers.streams.match_worker import run_app

    worker = deliver_app_of(settings, vitals)
    code = ended(lambda: run_app(worker))
    logging.shutdown()
    os._exit(code)


def _leave(*_: object) -> NoReturn:
    """Nothing has been begun yet."""
    raise SystemExit(0)


def _served(settings: Settings, worker: Literal["match", "deliver"]) -> Vitals:
    """What the worker says of itself, over HTTP if that is wished for. Raises SettingsError."""
    from config.sources import SettingsError
    from workers.vitals import Vitals

    vitals = Vitals()
    section = settings.match if worker == "match" else settings.deliver
    if section.metrics_port:
        try:
            vitals.serve(section.metrics_host, section.metrics_port)
        except OSError as exc:
            served = f"{section.metrics_host}, {worker}.metrics_port: {section.metrics_port}"
            told = f"{worker}.metrics_host: {served}: cannot be listened on: {exc.strerror or exc}"
            raise SettingsError([told]) from None
    return vitals
