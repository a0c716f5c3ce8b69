"""`wirewatch lists`: the named lists that stand on the topic."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, plain, say_error, say_json

app = typer.Typer(
    name="lists", help="List and delete the lists that rules name as @name.", no_args_is_help=True, epilog=EXIT_CODES
)


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a list, as it stands on the topic.")] = False,
) -> None:
    """Show the lists that stand on the topic; `wirewatch rules apply` makes and changes them.

    \b
    Examples:
      wirewatch lists list
      wirewatch lists list --json > lists.jsonl
    """
    settings = settings_of(ctx)
    from schemas.lists import WordList
    from workers.commands.kept import read_kept

    with kafka_of(settings) as kafka:
        kept = read_kept(kafka, "lists", WordList, settings.articles.max_bytes)
    lists = sorted(kept.records.values(), key=lambda words: words.id)
    if json:
        for words in lists:
            say_json(words.model_dump_json())
    elif lists:
        rows = [(each.id, f"v{each.version}", str(len(each.entries)), ", ".join(each.entries)) for each in lists]
        cells = [[Text(plain(cell)) for cell in row] for row in rows]
        show_columns(("ID", "VERSION", "NUMBER", "ENTRIES"), cells, crop=True)
    else:
        note("no lists yet: they stand under lists: in the file for wirewatch rules apply FILE")
    for each in kept.unread.values():
        say_error(f"cannot be read, and workers keep the version before: {each}")


@app.command(epilog=EXIT_CODES)
def delete(
    ctx: typer.Context, names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names of lists.")]
) -> None:
    """Delete lists. When one of them is not there, or a rule or another list uses it, nothing is deleted.

    \b
    Example:
      wirewatch lists delete old-firms
    """
    settings = settings_of(ctx)
    from workers.commands.apply import check_unused, standing_of
    from workers.commands.removal import check_there, remove

    with kafka_of(settings) as kafka:
        standing = standing_of(kafka, settings.articles.max_bytes)
        check_there("lists", standing.lists, names)
        check_unused(names, standing)
        remove(kafka, "lists", standing.lists, list(dict.fromkeys(names)))
