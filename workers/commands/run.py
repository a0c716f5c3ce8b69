"""`wirewatch run`: the workers."""

from __future__ import annotations

import typer

from workers.commands.endings import EXIT_CODES
from workers.commands.session import settings_of

app = typer.Typer(no_args_is_help=True, help="Run a worker until SIGTERM or Ctrl-C.", epilog=EXIT_CODES)


@app.command(epilog=EXIT_CODES)
def match(ctx: typer.Context) -> None:
    """Match articles with the rules and send alerts, until SIGTERM or Ctrl-C.

    Any number of copies may run; they share the partitions of `articles`. SIGTERM and Ctrl-C finish the batch in flight
    and end with 0. Every other end is a failure with another code: let a supervisor start it afresh.

    \b
    Examples:
      wirewatch run match
      wirewatch --config wirewatch.toml run match
      WIREWATCH_MATCH_METRICS_PORT=9100 wirewatch run match
    """
    settings = settings_of(ctx)
    from config import logging
    from config.sources import SettingsError

    logging.setup(settings.log_format, settings.log_level)
    # Behind the log, since the import compiles the matching engine where that has not been done before, and says so.
    from workers.app import match_app_of
    from workers.streams.match_worker import run_app

    try:
        app = match_app_of(settings)
    except OSError as exc:  # nothing but the metrics listens
        served = f"{settings.match.metrics_host}, match.metrics_port: {settings.match.metrics_port}"
        raise SettingsError([f"match.metrics_host: {served}: cannot be listened on: {exc.strerror or exc}"]) from None
    run_app(app)
