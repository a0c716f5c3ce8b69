"""An account as people read it: the outcome, the tree of clauses, and what would have to be otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from rich.console import Console
from rich.text import Text

from schemas.article import Article
from workers.commands.explained_apart import how_far
from workers.commands.show import with_hits
from workers.commands.subject import AskedRule
from workers.commands.terminal import plain
from workers.commands.underlined import underlined
from workers.match.clause import Account, Clause, Occurrence, Wanted
from workers.match.excerpt import Shown, excerpt
from workers.match.reading import published
from workers.rules.language.tree import METADATA_FIELDS, MetadataField

OCCURRENCES_MAX = 3  # of a clause, that people are shown
EXCERPT_CHARS = 80
_CANONICAL_CHARS = 60  # of a clause that has others under it, which say the same
_DEPTH_MAX = 20  # deeper clauses are not moved further in
_SIGNS = {True: "✓", False: "✗"}
_PLAIN_SIGNS = {True: "yes", False: "no "}
_PLAIN = str.maketrans({"…": "...", "–": "-", "—": "-"})
_BY = {"spelling": "other spelling", "stem": "same stem"}
_NAMES = {"and": "AND", "or": "OR"}


def explained(rule: AskedRule, article: Article, account: Account, console: Console) -> Iterator[Text]:
    """What is printed of one rule and one article, top to bottom, in signs that the console can write."""
    return _Explained(rule, article, account, console).lines()


class _Explained:
    def __init__(self, rule: AskedRule, article: Article, account: Account, console: Console) -> None:
        self._rule, self._article, self._account = rule, article, account
        self._encoding = console.encoding
        self._coloured = console.color_system is not None and not console.no_color
        self._signs = _SIGNS if _writes("".join(_SIGNS.values()), console.encoding) else _PLAIN_SIGNS

    def lines(self) -> Iterator[Text]:
        yield from map(self._fitted, self._lines())

    def _lines(self) -> Iterator[Text]:
        account, title = self._account, self._article.title
        who = f"rule {self._rule.id}" if self._rule.id else "the query"
        outcome = f" {who} says {'yes' if account.answer else 'no'} to {self._article.uri[:200]}"
        about = f" — {' '.join(plain(title[:100]).split())}" if title else ""
        yield Text.assemble(self._sign(account.answer), (plain(outcome), "bold"), about)
        yield Text()
        yield from self._clause(account.clause, 0)
        if account.wanted:
            yield Text()
            yield from self._wanted(account.wanted)

    def _clause(self, clause: Clause, depth: int) -> Iterator[Text]:
        stack: list[tuple[Clause | Text, int]] = [(clause, depth)]
        while stack:
            each, depth = stack.pop()
            indent = "  " * min(depth, _DEPTH_MAX)
            if isinstance(each, Text):
                yield Text(indent).append_text(each)
                continue
            style = "" if each.counted else "dim"
            yield Text.assemble(indent, self._sign(each.answer), " ", _head(each), style=style)
            under: list[tuple[Clause | Text, int]] = [(line, depth + 2) for line in self._occurrences(each)]
            if each.apart and each.apart.nearest:
                under.append((self._nearest(each.apart.nearest), depth + 2))
            under += [(inner, depth + 1) for inner in each.clauses]
            under += [(Text(line, "dim"), depth + 1) for line in _others(each)]
            stack += reversed(under)

    def _occurrences(self, clause: Clause) -> Iterator[Text]:
        found = [each for each in clause.occurrences if each.by not in ("code", "number")]
        if clause.answer and any(each.counted for each in found):
            found = [each for each in found if each.counted]
        for occurrence in found[:OCCURRENCES_MAX]:
            yield self._occurrence(clause, occurrence)
        more = clause.occurrences_count - min(len(found), OCCURRENCES_MAX)
        if found and more:
            yield Text(f"and {more} more", "dim")

    def _occurrence(self, clause: Clause, occurrence: Occurrence) -> Text:
        field, entry, start, end = occurrence.field, occurrence.entry, occurrence.start, occurrence.end
        where = _where(field, entry, start, end)
        by = [_BY[occurrence.by]] if occurrence.by in _BY else []
        by += [f"of @{occurrence.list_name}"] if occurrence.list_name else []
        text = text_of(self._article, occurrence)
        if end - start > EXCERPT_CHARS:
            shown = Text(plain(f"{' '.join(occurrence.written.split())[:EXCERPT_CHARS]}…"))
        else:
            hits = [Shown(clause.canonical, field, start, end)]
            shown = with_hits(plain(excerpt({field: text}, hits, EXCERPT_CHARS)), self._coloured)
        return Text.assemble((where, "cyan"), "".join(f", {each}" for each in by), "  ", shown)

    def _nearest(self, nearest: Sequence[Occurrence]) -> Text:
        """The two sides of a NEAR that fails, where they are nearest, in one excerpt."""
        first, last = nearest[0], nearest[-1]
        hits = [Shown(str(at), first.field, each.start, each.end) for at, each in enumerate(nearest)]
        shown = plain(excerpt({first.field: text_of(self._article, first)}, hits, EXCERPT_CHARS))
        where = _where(first.field, first.entry, first.start, last.end)
        return Text.assemble((where, "cyan"), "  ", with_hits(shown, self._coloured))

    def _wanted(self, wanted: Wanted) -> Iterator[Text]:
        if not wanted.possible:
            why = "the rule contradicts itself" if wanted.smallest else "none was found in the time that it may take"
            yield Text(f"No change of its clauses would make it match: {why}.", "bold")
            return
        yield Text(f"It would match if{'' if wanted.smallest else ' (perhaps fewer would do)'}:", "bold")
        for leaf in wanted.leaves:
            of_list = f" (of @{leaf.list_name})" if leaf.list_name else ""
            yield Text(plain(f"  {leaf.canonical}{of_list} were {'not ' if leaf.answer else ''}true"))
        if wanted.count > len(wanted.leaves):
            yield Text(f"  and {wanted.count - len(wanted.leaves)} others were otherwise", "dim")
        yield Text()
        spans = [span for leaf in wanted.leaves for span in leaf.spans]
        for line in underlined(self._rule.query, spans):
            yield Text(line, "bold red" if set(line) <= {"^", " "} else "")

    def _sign(self, answer: bool) -> tuple[str, str]:
        return self._signs[answer], "bold green" if answer else "bold red"

    def _fitted(self, text: Text) -> Text:
        """What the console cannot write is written otherwise, character for character but for dots."""
        if _writes(text.plain, self._encoding):
            return text
        return Text(text.plain.translate(_PLAIN).encode(self._encoding, "replace").decode(self._encoding))


def text_of(article: Article, occurrence: Occurrence) -> str:
    """The text that an occurrence stands in."""
    if occurrence.field in METADATA_FIELDS:
        return published(article, cast("MetadataField", occurrence.field))[occurrence.entry or 0]
    written: str | None = getattr(article, occurrence.field)
    return written or ""


def _where(field: str, entry: int | None, start: int, end: int) -> str:
    return f"{field}{'' if entry is None else f' {entry + 1}'} {start}–{end}"


def _head(clause: Clause) -> Text:
    """What a clause is, on one line."""
    canonical, name = clause.canonical, _NAMES.get(clause.kind)
    head = Text(plain(canonical))
    if clause.clauses and len(canonical) > _CANONICAL_CHARS:
        head = Text(plain(f"{canonical[: _CANONICAL_CHARS - 1]}…"))
    if name:
        head = Text.assemble(name, "  ", (head.plain, "dim"))
    if clause.needed is not None:
        head.append(f"  {clause.found} found, {clause.needed} needed", "bold")
    if clause.apart:
        head.append(plain(f"  {how_far(clause, clause.apart)}"), "bold")
    if clause.kind in ("number", "codes"):
        has = "none" if clause.value is None else clause.value[:100]
        head.append(plain(f"  the article has {has}"))
    if clause.wanted is not None:
        head.append(f"  should be {'true' if clause.wanted else 'false'}", "yellow")
    return head


def _others(clause: Clause) -> Iterator[str]:
    told = [f"{clause.others_true} others true"] if clause.others_true else []
    told += [f"{clause.others_false} others false"] if clause.others_false else []
    if told:
        yield f"and {', '.join(told)}"


def _writes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
