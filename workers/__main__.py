"""The commands: `wirewatch`, or `python -m workers`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from workers.commands.output import told_apart

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
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")  # a terminal that knows no Korean
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout = told_apart(sys.stdout)
    sys.exit(run_with(sys.argv[1:]))


if __name__ == "__main__":
    main()
