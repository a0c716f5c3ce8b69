"""An alert or a decision as people read it: a head line with its time, and a block below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Console
from rich.text import Text

from schemas import Alert, Decision
from schemas.alert import AlertKind, ArticleReference
from workers.commands.terminal import plain

INDENT = 10  # columns, as wide as the time
HIT_STYLE = "bold black on yellow"
KIND_STYLES = {AlertKind.UPDATED: "green", AlertKind.CORRECTED: "yellow", AlertKind.RETRACTED: "bold red"}
JOIN = " … "  # between the windows of an excerpt
BEFORE, BEHIND = "… ", " …"  # a window's text goes on
_HIT = re.compile(r"\[\[(.*?)\]\]")


def show(record: Alert | Decision, console: Console) -> None:
    """Print it, and an empty line. Hits stand in colour, or between [[ and ]] where there is none."""
    coloured = console.color_system is not None and not console.no_color
    head, *block = _alert(record, coloured) if isinstance(record, Alert) else _decision(record)
    pieces = (Text(" " * INDENT).append_text(piece) for line in block for piece in _wrapped(line, console))
    console.print(Text("\n").join([head, *pieces, Text()]))  # once, as each call has its price


def _wrapped(line: Text, console: Console) -> Iterable[Text]:
    """In pieces as wide as the terminal; addresses stay whole, so that they can be followed."""
    if not console.is_terminal or " " not in line.plain:
        return [line]
    pieces = line.wrap(console, max(console.width - INDENT, 20))
    for piece in pieces:
        piece.rstrip()
    return pieces


def _alert(alert: Alert, coloured: bool) -> Iterator[Text]:
    yield Text.assemble(
        (_time(alert.times.received), "dim"),
        (plain(alert.rule.name), "bold cyan"),
        ("  → ", "dim"),
        (", ".join(alert.channels) or "no channel", "cyan"),
        (f"  (no record of {', '.join(alert.channels_unknown)})" if alert.channels_unknown else "", "yellow"),
        *([(f"  {_following(alert)}", KIND_STYLES[alert.kind])] if alert.kind in KIND_STYLES else []),
    )
    title, excerpt = _parted(alert, coloured)
    yield title
    if excerpt:
        yield excerpt
    yield Text(plain(alert.article.url or alert.article.uri), "dim")
    if alert.previous:
        yield Text(_which(alert), "dim")


def _following(alert: Alert) -> str:
    """What an alert behind the first says, and why."""
    if alert.kind is AlertKind.CORRECTED:  # its cause is in the word
        return str(alert.kind)
    why = f"{alert.sources} sources" if alert.sources else str(alert.cause or "").replace("_", " ")
    return f"{alert.kind}: {why}" if why else str(alert.kind)


def _which(alert: Alert) -> str:
    """The alert that it follows on. A new version has a title of its own, so that does not tell which one is meant."""
    previous = plain(alert.previous or "")
    if alert.kind is AlertKind.RETRACTED:
        return f"takes back {previous}; the title is that of version {alert.article.version}, which came now"
    return f"follows on {previous}"


def _parted(alert: Alert, coloured: bool) -> tuple[Text, Text]:
    """Title and excerpt. An excerpt that begins in the title gives it its marks; its words are not shown twice."""
    title, source = _title(alert.article), _source(alert.article)
    excerpt = " ".join(plain(alert.evidence.excerpt).split())
    first, join, others = excerpt.partition(JOIN)
    first = first.removeprefix(BEFORE) if join else first.removeprefix(BEFORE).removesuffix(BEHIND)
    whole = " ".join(title.plain.split())
    part = re.escape(_HIT.sub(r"\1", first))
    found = re.search(rf"(?<!\w){part}(?!\w)", whole) if part else None
    if found:
        marked = with_hits(whole[: found.start()] + first + whole[found.end() :], coloured)
        marked.stylize_before("bold")
        return marked + source, with_hits(others, coloured)
    return title + source, with_hits(excerpt, coloured)


def _decision(decision: Decision) -> Iterator[Text]:
    why = str(decision.reason).replace("_", " ")
    why += f" as {plain(decision.first_uri)}" if decision.first_uri else ""
    yield Text.assemble(_time(decision.received), plain(decision.rule.name), f"  held back: {why}", style="dim")
    yield Text.assemble(_title(decision.article), _source(decision.article), style="dim")
    if decision.detail:
        yield Text(plain(decision.detail), "dim")
    if decision.alert_id and decision.alert_id not in decision.detail:
        yield Text(plain(f"alert {decision.alert_id}"), "dim")
    yield Text(plain(decision.article.uri), "dim")


def _title(article: ArticleReference) -> Text:
    return Text(plain(article.title or article.uri), "bold")


def _source(article: ArticleReference) -> Text:
    return Text(f" — {plain(article.source)}" if article.source else "", "italic")


def with_hits(text: str, coloured: bool) -> Text:
    """With what stands between [[ and ]] in colour."""
    if not coloured:
        return Text(text)
    shown, end = Text(), 0
    for found in _HIT.finditer(text):
        shown.append(text[end : found.start()]).append(found[1], HIT_STYLE)
        end = found.end()
    return shown.append(text[end:])


def _time(moment: datetime) -> str:
    """On this machine's clock; with the date unless it is today's."""
    local = moment.astimezone()
    today = local.date() == datetime.now().astimezone().date()
    return local.strftime("%H:%M:%S  " if today else "%Y-%m-%d %H:%M:%S  ")
