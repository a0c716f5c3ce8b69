"""How a command ends: an exit code that scripts can go by, and one clear line for people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum

from config.sources import SettingsError
from workers.commands.output import Unwritten
from workers.commands.terminal import no_reader, say_error, unwritten
from workers.errors import Refused, Unavailable


class Ending(IntEnum):
    """The exit codes. Those from 64 on are sysexits.h, those above 128 a signal's number and 128."""

    OK = 0
    REFUSED = 1  # what was given cannot be taken
    USAGE = 2  # the command line or the settings are wrong
    UNAVAILABLE = 69  # Kafka or Redis is away
    UNWRITTEN = 74  # standard output is a file that cannot be written, as on a full disk
    INTERRUPTED = 130  # Ctrl-C
    NO_READER = 141  # who read our output has gone, as with `| head`


EXIT_CODES = (
    "Exit codes: 0 done; 1 the input was refused; 2 the command line or the settings are wrong; "
    "69 Kafka or Redis is away; 74 the output cannot be written; 130 Ctrl-C (run match: 0); "
    "141 who read the output has gone."
)


def ended(command: Callable[[], object]) -> int:
    """Run a command; its exit code. Errors that people can mend are told in a line, without a traceback."""
    try:
        code = _told(command)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return no_reader()
    except Unwritten as exc:
        return unwritten(exc)


def _told(command: Callable[[], object]) -> int:
    try:
        return _code(command)
    except SettingsError as exc:
        for problem in exc.problems:
            say_error(problem)
        return Ending.USAGE
    except Refused as exc:
        say_error(exc.message, exc.hint)
        return Ending.REFUSED
    except Unavailable as exc:
        say_error(str(exc))
        return Ending.UNAVAILABLE
    except KeyboardInterrupt:
        return Ending.INTERRUPTED


def _code(command: Callable[[], object]) -> int:
    try:
        command()
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else Ending.OK
    return Ending.OK
