"""Alerts, decisions and dead letters as lines of a terminal. Text of others cannot steer it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from schemas.alert import Alert, ArticleReference, Hit
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from workers.commands.terminal import plain

HIT = "bold yellow"
DIM = "dim"
LETTER = "magenta"
_INDENT = 2
_MARKED = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)
_SHOWN_BYTES = 70


def show(console: Console, lines: Sequence[Text]) -> None:
    """Print the first line, and the others indented; in a pipe each stays one line."""
    console.print(lines[0], soft_wrap=not console.is_terminal)
    for line in lines[1:]:
        if console.is_terminal:
            console.print(Padding(line, (0, 0, 0, _INDENT), expand=False), soft_wrap=False)
        else:
            console.print(Text(" " * _INDENT) + line, soft_wrap=True)


def show_alert(console: Console, alert: Alert) -> None:
    """Print an alert: hits in colour, or between [[ and ]] where there is none."""
    show(console, alert_lines(alert, marks=console.color_system is None or console.no_color))


def alert_lines(alert: Alert, *, marks: bool) -> list[Text]:
    """Rule and channels, title, excerpt, origin; with `marks` the hits stand between [[ and ]]."""
    rule = Text.assemble(("ALERT", "bold green"), "  ", (plain(alert.rule.name), "bold"))
    if alert.channels:
        rule.append(f"  → {', '.join(alert.channels)}", "cyan")
    if alert.channels_unknown:
        rule.append(f"  no such channel: {', '.join(alert.channels_unknown)}", "red")
    lines = [rule]
    if alert.article.title:
        lines.append(_title(alert.article.title, alert.evidence.hits, marks=marks))
    excerpt = _excerpt(alert.evidence.excerpt, marks=marks)
    if not _says_the_same(excerpt, alert.article.title):
        lines.append(excerpt)
    lines.append(Text(_origin(alert.article), DIM))
    return lines


def decision_lines(decision: Decision) -> list[Text]:
    """A match that became no alert, dimly."""
    reason = decision.reason.replace("_", " ")
    what = Text.assemble(("held back", "bold"), f"  {plain(decision.rule.name)}: {reason}", style=DIM)
    article = plain(decision.article.title or decision.article.uri)
    return [what, Text(f"{article}  ({plain(decision.detail)})" if decision.detail else article, DIM)]


def letter_lines(letter: DeadLetter) -> list[Text]:
    """A message that could not be read: why, how it begins, the remedy."""
    place = f"{letter.topic}/{letter.partition}/{letter.offset}"
    what = Text.assemble(("DEAD LETTER", "bold"), f"  {plain(letter.message)}", style=LETTER)
    begins = plain((letter.value or b"")[:_SHOWN_BYTES].decode(errors="replace"))
    lines = [what, Text(begins + ("…" if letter.size_bytes > _SHOWN_BYTES else ""), DIM)]
    return [*lines, Text(f"{place} · hint: {plain(letter.hint)}" if letter.hint else place, DIM)]


def _title(title: str, hits: Iterable[Hit], *, marks: bool) -> Text:
    """The title with its hits; of overlapping ones the first, and none behind the end of a shortened title."""
    text = Text(style="bold")
    done = 0
    for start, end in sorted({(hit.start, hit.end) for hit in hits if hit.field == "title"}):
        if done <= start < end <= len(title):
            text.append(plain(title[done:start])).append(_hit(title[start:end], marks=marks))
            done = end
    return text.append(plain(title[done:]))


def _excerpt(excerpt: str, *, marks: bool) -> Text:
    """The excerpt with what stands between [[ and ]] as hits."""
    text = Text()
    done = 0
    for found in _MARKED.finditer(excerpt):
        text.append(plain(excerpt[done : found.start()])).append(_hit(found[1], marks=marks))
        done = found.end()
    return text.append(plain(excerpt[done:]))


def _hit(words: str, *, marks: bool) -> Text:
    return Text(f"[[{plain(words)}]]" if marks else plain(words), HIT)


def _says_the_same(excerpt: Text, title: str | None) -> bool:
    words = excerpt.plain.replace("[[", "").replace("]]", "").strip()
    return not words or words == plain(title or "").strip()


def _origin(article: ArticleReference) -> str:
    version = "" if article.version == 1 else f", version {article.version}"
    parts = [article.source, article.language, _time(article.published), article.uri + version]
    return " · ".join(plain(part) for part in parts if part)


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""
