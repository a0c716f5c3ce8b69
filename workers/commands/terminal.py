"""What people and programs are shown. Text of others never steers the terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, NoReturn

import orjson
from rich.console import Console
from rich.text import Text

from workers.commands.output import Unwritten

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they would make text read otherwise than it is
_UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI}\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]")
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{_BIDI}\U000e0000-\U000e007f]")
_NOT_ASCII = re.compile("[^\x00-\x7e]")
SHOWN_MAX = 20  # lines of a file whose refusals are told one by one
UNWRITTEN = 74  # the exit code of one whose output could not be written
NO_READER = 141  # the same of one that SIGPIPE ended
_PICTURES = 0x2400  # of the control characters: ␀ ␁ …


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """The reader has gone: `| head`."""
        raise SystemExit(no_reader())


@cache
def out() -> Console:
    """Standard output, for people."""
    return _console(stderr=False)


@cache
def err() -> Console:
    """Standard error."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    return _Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)


def plain(text: str, keep: str = "") -> str:
    """Text of others as it may be printed, one character for each: control characters become pictures of themselves.

    Line breaks and tabs become spaces; those in `keep` stay.
    """
    return _UNSAFE.sub(lambda found: found[0] if found[0] in keep else _pictured(found[0]), text)


def shortened(text: str, most: int) -> str:
    """For people: no more than so many characters, and how many there are."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters; --json has them all)"


def _pictured(character: str) -> str:
    if character in "\n\r\t\x0b\x0c\x85\u2028\u2029":
        return " "
    if character < " ":
        return chr(_PICTURES + ord(character))
    return "␡" if character == "\x7f" else "\N{REPLACEMENT CHARACTER}"


def say_line(value: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output."""
    say_json(orjson.dumps(value, default=str).decode())


def say_json(text: str) -> None:
    """JSON that is on one line already; what could steer a terminal is escaped, which changes no value."""
    unicode = sys.stdout.encoding.lower().startswith("utf") if sys.stdout.encoding else True
    try:
        sys.stdout.write((_UNSAFE_IN_JSON if unicode else _NOT_ASCII).sub(_escaped, text) + "\n")
    except BrokenPipeError:
        raise SystemExit(no_reader()) from None


def flush() -> None:
    """Hand on what has been said: somebody may wait for it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise SystemExit(no_reader()) from None


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def no_reader() -> int:
    """Who read our output has gone; the exit code."""
    _to_nowhere()
    return NO_READER


def unwritten(error: Unwritten) -> int:
    """Standard output cannot be written, as where it is a file on a full disk: tell so; the exit code."""
    _to_nowhere()
    say_error(f"standard output cannot be written: {error.strerror or error}")
    return UNWRITTEN


def _to_nowhere() -> None:
    """Let what is still to be flushed go nowhere, or the interpreter would complain at its end."""
    with suppress(OSError, ValueError):  # a test's output has no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(*parts: str | tuple[str, str]) -> None:
    """A line for people on standard output; a part may have a style. Parts may hold text of others."""
    out().print(_line(parts))


def note(*parts: str | tuple[str, str]) -> None:
    """The same on standard error, for what is no result."""
    err().print(_line(parts))


def say_error(message: str, hint: str = "") -> None:
    """What went wrong and what to do, on standard error. Line breaks stay: a refusal may be a picture."""
    err().print(Text.assemble(("error: ", "bold red"), plain(message, keep="\n")))
    if hint:
        err().print(Text.assemble(("  hint: ", "bold"), plain(hint)))


def _line(parts: tuple[str | tuple[str, str], ...]) -> Text:
    return Text.assemble(*((plain(each), "") if isinstance(each, str) else (plain(each[0]), each[1]) for each in parts))
