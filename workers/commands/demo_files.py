"""What the demo plays: the samples, or files of one's own, checked before anything starts."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

from config.settings import load
from config.topics import CATALOGUE, channel_topic
from schemas.channel import Channel
from schemas.envelope import Outgoing
from workers import articles
from workers.articles.files import UNREADABLE, read_articles
from workers.commands.check import Checked, check
from workers.demo import Script
from workers.errors import Refused

PROBLEMS_MAX = 20  # told


def script_of(articles_path: Path | None, rules_path: Path | None, pause_s: float, *, keep: bool) -> Script:
    """The script. Raises Refused with file and line of what is wrong in one's own files.

    The samples have poison among them to show what becomes of it; a broken line in a file of one's own is a slip.
    """
    with as_file(files("workers.demo") / "samples") as samples:
        checked = _checked(rules_path or samples / "rules.yaml")
        messages = list(_articles(articles_path or samples / "articles.jsonl", strict=articles_path is not None))
    rules = checked.file.rules.values()
    named = {name: Channel(id=name) for rule in rules for name in rule.channels} | dict(checked.file.channels)
    records = [
        *(Outgoing("channels", each.id.encode(), each.model_dump_json().encode()) for each in named.values()),
        *(Outgoing("lists", each.id.encode(), each.model_dump_json().encode()) for each in checked.file.lists.values()),
        *(Outgoing("rules", each.id.encode(), each.model_dump_json().encode()) for each in rules),
    ]
    return Script([*CATALOGUE, *map(channel_topic, named)], records, len(rules), messages, pause_s, keep)


def _checked(path: Path) -> Checked:
    checked = check(path)
    problems = [_told(f"{each.place}: {each.message}", each.hint) for each in checked.problems]
    problems += [
        f"{each.place}: rule {each.id}\n{each.error.told(each.query)}" for each in checked.verdicts if each.error
    ]
    if problems:
        raise _refused(problems)
    if not checked.file.rules:
        raise Refused(f"{path}: there is no rule in it", reason=UNREADABLE, hint="wirewatch rules check FILE")
    return checked


def _articles(path: Path, *, strict: bool) -> Iterator[Outgoing]:
    max_bytes = load(None, {}).articles.max_bytes
    problems = []
    number = 0
    for number, line in read_articles(path):
        try:
            uri = articles.read(line, max_bytes).uri
        except Refused as exc:
            problems.append(_told(f"{path}:{number}: {exc.message}", exc.hint))
            uri = f"line-{number}"
        yield Outgoing("articles", uri.encode(), line)
    if strict and problems:
        raise _refused(problems)
    if not number:
        raise Refused(f"{path}: there is no article in it", reason=UNREADABLE, hint="write one JSON object a line")


def _told(message: str, hint: str) -> str:
    return message + (f"\n  hint: {hint}" if hint else "")


def _refused(problems: list[str]) -> Refused:
    """All in one, each as an error of its own."""
    more = [f"and {len(problems) - PROBLEMS_MAX} more"] if len(problems) > PROBLEMS_MAX else []
    told = [*problems[:PROBLEMS_MAX], *more, "nothing was started"]
    return Refused("\nerror: ".join(told), reason=UNREADABLE, hint="mend the file, or try the samples: wirewatch demo")
