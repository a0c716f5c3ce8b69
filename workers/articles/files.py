"""Articles in a file: JSON Lines, plain or gzip."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader
from pathlib import Path

from schemas.reasons import RefusalReason
from workers.errors import Refused

LINE_MAX_BYTES = 64 * 1024 * 1024  # far above any article; it bounds memory
UNREADABLE = "unreadable_file"  # a file's reason; no record on a topic has it
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"
_ARRAY = re.compile(rb"\s*\[\s*(?:\{|$)")  # how a file begins that is one array of objects


def read_articles(path: Path, line_max_bytes: int = LINE_MAX_BYTES) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, unread, with its number from 1; without line ends and the file's byte order mark.

    Reads as it goes; gzip is known by its first bytes, and `-` is standard input. Raises Refused where the file cannot
    be read, is a broken gzip, is one JSON array, or has a line above `line_max_bytes`.
    """
    number, begun = 0, False
    try:
        with _opened(path) as raw, _unpacked(raw) as file:
            while line := file.readline(line_max_bytes + 2):
                number += 1
                if number == 1:
                    line = line.removeprefix(_MARK)
                if not begun and line.strip():
                    begun = True
                    refuse_array(line, str(path))
                if len(line.rstrip(b"\r\n")) > line_max_bytes:
                    raise Refused(
                        f"{path}:{number}: the line has more than {line_max_bytes} bytes",
                        reason=RefusalReason.TOO_LARGE,
                        hint="write one article a line",
                    )
                if not line.isspace() and line:
                    yield number, line.rstrip(b"\r\n")
    except (OSError, EOFError, zlib.error) as exc:
        place = f"{path}:{number + 1}" if number else str(path)
        what = getattr(exc, "strerror", None) or str(exc)
        raise Refused(
            f"{place}: cannot be read: {what}", reason=UNREADABLE, hint="give a file of JSON Lines, plain or gzip"
        ) from exc


def refuse_array(line: bytes, place: str) -> None:
    """Raises Refused where the first line of a file that is not blank begins an array of objects."""
    if _ARRAY.match(line):
        raise Refused(
            f"{place}: is one JSON array, and must be JSON Lines: one object a line",
            reason=UNREADABLE,
            hint="make lines of it: jq -c '.[]' articles.json > articles.jsonl",
        )


def _opened(path: Path) -> BufferedReader:
    """By its number: to open /dev/stdin waits for ever when who wrote to the pipe has ended already."""
    return open(0, "rb", closefd=False) if str(path) == "-" else path.open("rb")


def _unpacked(raw: BufferedReader) -> BufferedIOBase:
    packed = raw.peek(2).startswith(_GZIP)  # works on a pipe too
    return gzip.open(raw) if packed else raw
