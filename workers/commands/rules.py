"""`wirewatch rules`: check a file of rules, apply it, list and delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from workers.commands.columns import show_columns
from workers.commands.endings import EXIT_CODES
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, plain, say, say_error, say_json

if TYPE_CHECKING:
    from config.settings import Settings
    from schemas.rule import Rule
    from workers.commands.apply import Change, What
    from workers.commands.kept import Kept
    from workers.streams.admin import Admin

app = typer.Typer(
    name="rules", help="Check, apply, import, list and delete watch rules.", no_args_is_help=True, epilog=EXIT_CODES
)
STYLES: Mapping[What, str] = {"added": "bold green", "changed": "bold yellow", "unchanged": "dim"}

RulesFile = Annotated[Path, typer.Argument(metavar="FILE", help="Rules: JSON Lines, or YAML with lists and channels.")]
ListsFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Lists that the rules name as @name.")]


@app.command(epilog=EXIT_CODES)
def check(
    ctx: typer.Context,
    file: RulesFile,
    lists: ListsFile = None,
    articles: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recent articles, for what they say of words and fields.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a rule.")] = False,
    lint: Annotated[bool, typer.Option(help="Notes too; they cost a minute at 100,000 rules.")] = True,
) -> None:
    """Check a file of rules; needs no Kafka.

    Shows the canonical form of each rule that can be read, with notes on what is perhaps not meant, and a picture of
    the place where one cannot. With --json a line a rule: {"id", "ok": true, "canonical", "lint": [{"code", "start",
    "end", "message", "proposal"}]} or {"id", "ok": false, "error": {"message", "start", "end", "hint"}}, where start
    and end count characters of the query, null where another field is wrong. `id` is null for what is no rule at all.
    Notes change no exit code. Of problems that are alike three are shown; --json has all.

    \b
    Examples:
      wirewatch rules check rules.yaml
      wirewatch rules check rules.yaml --articles articles.jsonl.gz
      wirewatch rules check rules.jsonl --lists lists.jsonl --json | jq 'select(.ok | not)'
    """
    settings = settings_of(ctx)
    from workers.commands.check import check as checked_of
    from workers.commands.linting import Seen, articles_of, linted
    from workers.commands.verdicts import refuse, say_json_of, show_accepted

    checked = checked_of(file, lists)
    if lint:
        seen = Seen(articles_of(articles, settings.articles.max_bytes)) if articles else None
        checked = linted(checked, seen)
    if not json:
        show_accepted(checked)
        refuse(checked)
        return
    say_json_of(checked)
    if checked.refused:
        raise typer.Exit(1)


@app.command(epilog=EXIT_CODES)
def apply(ctx: typer.Context, file: RulesFile) -> None:
    """Send the rules, lists and channels of a file, whole or not at all.

    Only what differs from the topics is sent, with the next version number; one that was deleted counts on from its
    last version, as long as its tombstone stands on the topic, a week at least. Channels and lists go before rules. The
    topics of new channels are made, also of those that only a rule names: these are told, as they may be a slip. What
    stands on the topics and not in the file stays: see `wirewatch rules delete`.

    \b
    Example:
      wirewatch rules apply rules.yaml
    """
    settings = settings_of(ctx)
    from workers.commands.apply import implied, plan, standing_of
    from workers.commands.check import check as checked_of
    from workers.commands.topics import names_of_kept, refuse_unfit
    from workers.commands.verdicts import refuse

    with kafka_of(settings) as kafka:
        refuse_unfit(kafka.describe(names_of_kept()), settings.topic_prefix)
        standing = standing_of(kafka, settings.articles.max_bytes)
        checked = checked_of(file, known=standing.lists.records)
        refuse(checked)
        changes = plan(checked.file, standing)
        _make_topics(kafka, settings, changes)
        news = [change for change in changes if change.what != "unchanged"]
        kafka.send([change.message() for change in news if change.kind != "rule"])
        kafka.send([change.message() for change in news if change.kind == "rule"])
    for each in news:
        say((f"{each.what:9}", STYLES[each.what]), f"{each.kind} {each.record.id}  v{each.record.version}")
    for slip in implied(checked.file, standing):
        note((slip, "yellow"))
    counts = Counter(change.what for change in changes)
    say(", ".join(f"{counts[what]} {what}" for what in STYLES))


@app.command("import", epilog=EXIT_CODES)
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Queries: JSON Lines, or text with blank lines between.")
    ],
    dialect: Annotated[
        str,
        typer.Option("--from", metavar="DIALECT", help="scopus, corpustools, ovid, pubmed; each: as each row says."),
    ],
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="The rules; else standard output.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="The report; else standard error.")] = None,
) -> None:
    """Translate queries of other search tools into rules; needs no Kafka.

    Reads JSON Lines, plain or gzip, with {"query", and "id" or "name"}, or text. Writes a file of rules, JSON Lines,
    and a report with a line a query: {"id", "line", "taken": true, "changes": [{"code", "message"}], "reason": null}
    says all that changed its meaning; {"id", "line", "taken": false, …, "reason"} says why there is no rule. A table
    ends the report. The exit code is 1 if any query was not taken: the rules of the others are written all the same.

    \b
    Examples:
      wirewatch rules import --from scopus queries.jsonl --to rules.jsonl --report report.jsonl
      wirewatch rules import --from ovid search.txt 2> report.jsonl | tee rules.jsonl
    """
    settings_of(ctx)
    from workers.commands.importing import import_rules, show, show_not_taken

    summary = import_rules(file, dialect, to, report)
    if report is not None:  # else standard error has it all
        show_not_taken(summary, file)
    show(summary)
    if summary.not_taken:
        raise typer.Exit(1)


@app.command("list", epilog=EXIT_CODES)
def list_(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a rule, as it stands on the topic.")] = False,
) -> None:
    """Show the rules that stand on the topic.

    \b
    Examples:
      wirewatch rules list
      wirewatch rules list --json > rules.jsonl
    """
    settings = settings_of(ctx)
    with kafka_of(settings) as kafka:
        kept = _kept_rules(kafka, settings)
    rules = sorted(kept.records.values(), key=lambda rule: rule.id)
    if json:
        for rule in rules:
            say_json(rule.model_dump_json())
    elif rules:
        show_columns(("ID", "STATUS", "VERSION", "CHANNELS", "QUERY"), [_row(rule) for rule in rules], crop=True)
    else:
        note("no rules yet: wirewatch rules apply FILE")
    for each in kept.unread.values():
        say_error(f"cannot be read, and workers keep the version before: {each}")


@app.command(epilog=EXIT_CODES)
def delete(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of rules.")]
) -> None:
    """Delete rules. When one of the ids is not there, nothing is deleted.

    \b
    Example:
      wirewatch rules delete pact old-rule
    """
    settings = settings_of(ctx)
    from workers.commands.removal import check_there, remove

    with kafka_of(settings) as kafka:
        kept = _kept_rules(kafka, settings)
        check_there("rules", kept, ids)
        remove(kafka, "rules", kept, list(dict.fromkeys(ids)))


def _kept_rules(kafka: Admin, settings: Settings) -> Kept[Rule]:
    from schemas.rule import Rule
    from workers.commands.kept import read_kept

    return read_kept(kafka, "rules", Rule, settings.articles.max_bytes)


def _make_topics(kafka: Admin, settings: Settings, changes: Iterable[Change]) -> None:
    """The topics of channels, so that one who subscribes finds them before the first alert."""
    from config.topics import channel_topic

    channels: dict[str, None] = {}
    for change in changes:
        if change.kind == "channel":
            channels[change.record.id] = None
        channels |= dict.fromkeys(getattr(change.record, "channels", ()))
    for name in kafka.create(
        [channel_topic(each) for each in channels], settings.topics.partitions, settings.topics.replication
    ):
        say((f"{'made':9}", STYLES["added"]), f"topic {settings.topic_prefix}{name}")


def _row(rule: Rule) -> list[Text]:
    from workers.rules.language import RuleError, parse, render

    try:
        query = Text(plain(render(parse(rule.query))))
    except RuleError as exc:
        query = Text(plain(f"refused: {exc.message}"), "bold red")
    cells = (rule.id, rule.status, f"v{rule.version}", " ".join(rule.channels) or "-")
    return [*(Text(plain(cell)) for cell in cells), query]
