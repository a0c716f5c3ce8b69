"""`wirewatch stories`: which articles of a file tell the same story, without Kafka and Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.commands.session import settings_of
from workers.commands.terminal import SHOWN_MAX, note, say_error, say_line
from workers.errors import Refused

if TYPE_CHECKING:
    from schemas.article import Article

Row = dict[str, Any]


def stories(
    ctx: typer.Context,
    articles: Annotated[Path, typer.Option(metavar="FILE", help="Articles: JSON Lines, plain or gzip.")],
) -> None:
    """Which articles tell the same story; needs neither Kafka nor Redis.

    Prints a JSON object an article, in the order of the file, each compared with those before it: {"uri": …,
    "story": 32 digits, "same_as": the uri of the article it repeats or null, "likeness": 0 to 1, "reason": "first",
    "same_article", "same_url", "same_text", "like" or "superseded"}. An article that comes again, or in another
    version, is "same_article", and one older than a version before it "superseded"; both are compared with the latest
    version. The whole file counts as one window. A line that is no article is told as by `wirewatch scan`, and the exit
    code is 1 at the end.

    \b
    Examples:
      wirewatch stories --articles articles.jsonl
      wirewatch stories --articles archive.jsonl.gz | grep -v '"first"'
    """
    unread = asyncio.run(_told(articles, settings_of(ctx).articles.max_bytes))
    if unread:
        note("1 line is no article" if unread == 1 else f"{unread} lines are no articles")
        raise typer.Exit(1)


async def _told(articles: Path, max_bytes: int) -> int:
    """Print a line each; how many were no articles."""
    unread = 0
    async for row in placed(articles, max_bytes):
        say_line(row)
        if row["uri"] is None:
            unread += 1
            if unread > SHOWN_MAX:  # the output has them all
                continue
            say_error(f"{articles}:{row['line']}: {row['error']['message']}", row["error"]["hint"])
    return unread


async def placed(articles: Path, max_bytes: int) -> AsyncIterator[Row]:
    """A row an article, as they are read."""
    from workers.articles import read, read_articles

    placing = _Placing()
    for line, value in read_articles(articles):
        try:
            article = read(value, max_bytes)
        except Refused as why:
            error = {"reason": why.reason, "message": why.message, "hint": why.hint}
            yield {"uri": None, "line": line, "error": error}
        else:
            yield await placing.row(article)
        await asyncio.sleep(0)  # nothing here waits, and Ctrl-C is heard only by what does


class _Placing:
    """The stories as workers place them, and the latest version of each article.

    To a worker an article that comes again is no news, and to the stories it is the same as the first time: who looks
    at a file wants to be told that it is a repeat.
    """

    def __init__(self) -> None:
        from workers.dedup import Fingerprint
        from workers.dedup.stories_memory import MemoryStories

        self._stories = MemoryStories(lambda: 0)  # time stands still
        self._latest: dict[str, tuple[Fingerprint, str]] = {}  # by uri, with its story

    async def row(self, article: Article) -> Row:
        """What is told of it."""
        from schemas.reasons import HeldReason
        from workers.dedup import PlacementReason, fingerprint
        from workers.dedup.likeness import likeness

        own = fingerprint(article)
        latest, story = self._latest.get(own.uri, (None, ""))
        if latest is None or own.version > latest.version:
            (placement,) = await self._stories.place([own])
            self._latest[own.uri] = own, placement.story
            return _row(own.uri, placement.story, placement.same_as, placement.likeness, placement.reason)
        reason = HeldReason.SUPERSEDED if own.version < latest.version else PlacementReason.SAME_ARTICLE
        return _row(own.uri, story, own.uri, likeness(own.text, latest.text), reason)


def _row(uri: str, story: str, same_as: str | None, likeness: float, reason: str) -> Row:
    return {"uri": uri, "story": story, "same_as": same_as, "likeness": likeness, "reason": reason}
