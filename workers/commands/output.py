"""Standard output whose own errors are known from those of other files, such as that of a full disk.

Commands write it in several ways, by lines of JSON, by tables and by their help: here is where all of them meet.
"""

from __future__ import annotations

from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Unwritten(OSError):
    """Standard output cannot be written. A reader that has gone is no such error, but a BrokenPipeError as ever."""


class _Raw(FileIO):
    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise Unwritten(exc.errno, exc.strerror) from exc


def told_apart(stream: TextIOWrapper) -> TextIOWrapper:
    """The same output, of which errors are Unwritten; a terminal that lacks a character shows its number."""
    stream.flush()
    return TextIOWrapper(
        BufferedWriter(_Raw(stream.fileno(), "wb", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering or stream.write_through,
    )
