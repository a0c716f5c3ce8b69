"""The commands: `wirewatch`, or `python -m workers`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

INTERRUPTED = 130


def run_with(arguments: Sequence[str]) -> int:
    """Run the command with these arguments; its exit code. Ctrl-C while they load is no other end than later."""
    try:
        from workers.commands import menu
    except KeyboardInterrupt:
        return INTERRUPTED
    return menu.run_with(arguments)


def main() -> None:
    """Run the command and end the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Korean
    sys.exit(run_with(sys.argv[1:]))


if __name__ == "__main__":
    main()
