"""Logging: structlog and the standard library through one formatter, to standard error."""

from __future__ import annotations

import logging
import re
import sys
from enum import Enum
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.floods import Dam

# Libraries that talk a lot. In the name of our modules mode tells how its services start and stop.
QUIET = ("faust", "aiokafka", "kafka", "mode", "asyncio", "workers")
_LABEL = re.compile(r"^\[\^-*[A-Za-z]*\]: ")  # mode's, of the service: [^---Follower]:


def setup(format: Literal["auto", "console", "json"], level: str) -> None:
    """Send all logging to standard error, from `level` on; libraries from WARNING on, repeats rarely.

    `auto` is console on a terminal and JSON, one object a line with UTC times, elsewhere. May be called again.
    """
    terminal = sys.stderr.isatty()
    shared = _shared()
    as_json = format == "json" or (format == "auto" and not terminal)
    last = _json() if as_json else _console(colors=terminal)
    handler = logging.StreamHandler(sys.stderr)
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _without_label], processors=[without_meta, *last]
    )
    handler.setFormatter(formatter)
    handler.addFilter(Dam())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _shared() -> list[Processor]:
    """What is done to every event, ours and the libraries'."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_enums,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _without_enums(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Values of enums as they are in JSON too."""
    return {name: _value(each) for name, each in event.items()}


def _value(given: object) -> object:
    if isinstance(given, Enum):
        return given.value
    return [_value(each) for each in given] if isinstance(given, list | tuple | set | frozenset) else given


def _without_label(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["event"] = _LABEL.sub("", str(event["event"]))
    return event


def _json() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]


def _console(*, colors: bool) -> list[Processor]:
    # Plain tracebacks: the default shows local variables, whole articles and passwords among them.
    # Values as repr: text of others must not steer the terminal.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain, repr_native_str=True)]
