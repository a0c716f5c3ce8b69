"""`wirewatch publish`: articles of a file on to the topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.envelope import Outgoing
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import SHOWN_MAX, err, note, say, say_error
from workers.errors import Refused

if TYPE_CHECKING:
    from rich.progress import Progress

    from workers.streams.admin import Admin

BATCH_MAX_RECORDS = 500
BATCH_MAX_BYTES = 8 * 1024 * 1024

Line = tuple[int, bytes]  # its number from 1, its bytes


def publish(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Articles: JSON Lines, plain or gzip; - is standard input.")
    ],
    as_is: Annotated[bool, typer.Option("--as-is", help="Send lines that are no articles too.")] = False,
) -> None:
    """Send the articles of a file, keyed by their uri.

    The whole file is checked first; when a line is no article, nothing is sent. With --as-is all lines are sent as they
    are: those that are no articles become dead letters.

    \b
    Examples:
      wirewatch publish articles.jsonl
      wirewatch publish archive.jsonl.gz --as-is
      zstd -dc archive.jsonl.zst | wirewatch publish -
    """
    settings = settings_of(ctx)
    lines = Lines(file)
    number = sum(1 for _ in lines) if as_is else _checked(lines, file, settings.articles.max_bytes)
    messages = (Outgoing("articles", key_of(value), value) for _, value in lines)
    with kafka_of(settings) as kafka, _progress() as progress:
        _send(kafka, progress, messages, number)
    what = "line" if as_is else "article"
    say(f"{number} {what}{'' if number == 1 else 's'} on {settings.topic_prefix}articles")


class Lines:
    """The lines of a file, to be read more than once; those of a pipe or of `-` are kept in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[Line] | None = None
        if str(path) == "-" or (path.exists() and not path.is_file()):
            self._kept = list(self)

    def __iter__(self) -> Iterator[Line]:
        from workers.articles import read_articles

        return read_articles(self._path) if self._kept is None else iter(self._kept)


def key_of(value: bytes) -> bytes:
    """The uri of an article, or of what wants to be one; empty where there is none."""
    import orjson

    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        return b""
    uri = data.get("uri") if isinstance(data, dict) else None
    return uri.encode() if isinstance(uri, str) else b""


def _checked(lines: Iterable[Line], file: Path, max_bytes: int) -> int:
    """How many articles there are. Ends the command when a line is none."""
    from workers.articles import read

    number = refused = 0
    for line, value in lines:
        try:
            read(value, max_bytes)
        except Refused as why:
            refused += 1
            if refused <= SHOWN_MAX:
                say_error(f"{file}:{line}: {why.message}", why.hint)
        else:
            number += 1
    if refused > SHOWN_MAX:
        note(f"and {refused - SHOWN_MAX} more")
    if refused:
        what = "1 line is no article" if refused == 1 else f"{refused} lines are no articles"
        say_error(f"{what}: nothing was sent", "mend them, or send them to become dead letters: --as-is")
        raise typer.Exit(1)
    return number


def _send(kafka: Admin, progress: Progress, messages: Iterable[Outgoing], number: int) -> None:
    task = progress.add_task("publishing", total=number)
    sent = 0
    try:
        for batch in _batches(messages):
            kafka.send(batch, lambda more: progress.advance(task, more))
            sent += len(batch)
    finally:
        if sent < number:
            progress.stop()
            note(f"{sent} of {number} are sent for certain")


def _batches(messages: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    batch: list[Outgoing] = []
    size_bytes = 0
    for message in messages:
        batch.append(message)
        size_bytes += len(message.value or b"")
        if len(batch) >= BATCH_MAX_RECORDS or size_bytes >= BATCH_MAX_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _progress() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err(), disable=not err().is_terminal, transient=True)
