"""`wirewatch scan`: rules against a file of articles, without Kafka."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.rule import RuleStatus
from workers.commands.session import settings_of
from workers.commands.terminal import SHOWN_MAX, note, say_error, say_line
from workers.errors import Refused

if TYPE_CHECKING:
    from workers.commands.check import Checked
    from workers.match import Matcher

Row = dict[str, Any]


def scan(
    ctx: typer.Context,
    rules: Annotated[Path, typer.Option(metavar="FILE", help="Rules: JSON Lines or YAML.")],
    articles: Annotated[Path, typer.Option(metavar="FILE", help="Articles: JSON Lines, plain or gzip.")],
    lists: Annotated[Path | None, typer.Option(metavar="FILE", help="Lists that the rules name as @name.")] = None,
) -> None:
    """Which rules say yes to which articles; needs no Kafka.

    Prints a JSON object an article, in the order of the file: {"uri": …, "rules": [ids, in the order of the rules]}.
    Only rules that are live are asked. With a refused rule nothing but the refusal is printed, and the exit code is 1.
    A line that is no article is told on standard error, the first twenty of them; in the output it is
    {"uri": null, "line": number, "error": {"reason", "message", "hint"}}, and the exit code is 1 at the end.

    \b
    Examples:
      wirewatch scan --rules rules.yaml --articles articles.jsonl
      wirewatch scan --rules rules.jsonl --lists lists.jsonl --articles archive.jsonl.gz | grep '"pact"'
    """
    settings = settings_of(ctx)
    unread = 0
    for row in scanned(rules, articles, lists, settings.articles.max_bytes):
        say_line(row)
        if row["uri"] is None:
            unread += 1
            if unread > SHOWN_MAX:  # the output has them all
                continue
            say_error(f"{articles}:{row['line']}: {row['error']['message']}", row["error"]["hint"])
    if unread:
        note("1 line is no article" if unread == 1 else f"{unread} lines are no articles")
        raise typer.Exit(1)


def scanned(rules: Path, articles: Path, lists: Path | None, max_bytes: int) -> Iterator[Row]:
    """A row an article, as they are read. Ends with exit code 1 before the first row when a rule is refused."""
    from workers.articles import read, read_articles
    from workers.commands.check import check

    matcher, ranks = _asked(check(rules, lists))
    for line, value in read_articles(articles):
        try:
            article = read(value, max_bytes)
        except Refused as why:
            error = {"reason": why.reason, "message": why.message, "hint": why.hint}
            yield {"uri": None, "line": line, "error": error}
        else:
            yield {"uri": article.uri, "rules": sorted(matcher.match(article), key=ranks.__getitem__)}


def _asked(checked: Checked) -> tuple[Matcher, Mapping[str, int]]:
    """The live rules of a file, ready to be asked, and their order in it."""
    from workers.commands.verdicts import refuse
    from workers.match import Matcher
    from workers.rules.language import expand

    refuse(checked)
    matcher, idle = Matcher(), []
    for verdict in checked.verdicts:
        if verdict.tree is None:
            continue
        if checked.file.rules[verdict.id].status is RuleStatus.LIVE:
            matcher.add(verdict.id, expand(verdict.tree, checked.entries))
        else:
            idle.append(verdict.id)
    if idle:
        note(f"not asked, as they are not live: {', '.join(idle)}")
    return matcher, {verdict.id: rank for rank, verdict in enumerate(checked.verdicts)}
