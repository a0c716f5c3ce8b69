"""What lint says to the rules of a file, with what a file of articles tells of the world around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.rule import Dedup, Rule, Updates
from workers.articles import read, read_articles
from workers.articles.files import UNREADABLE
from workers.commands.check import Checked, Verdict
from workers.errors import Refused
from workers.match.occurrences import fitting
from workers.match.reading import Reading, published
from workers.match.spellings import spellings
from workers.match.stems import stem
from workers.rules.language.lint import lint
from workers.rules.language.lint_knowledge import Knowledge
from workers.rules.language.lint_note import Code, Note, note_on
from workers.rules.language.lint_related import KnownRules
from workers.rules.language.tree import METADATA_FIELDS, TEXT_FIELDS, Query

if TYPE_CHECKING:
    from schemas.article import Article

_HEAD = re.compile(r"[^*?]*")


class Seen:
    """The words of articles and the fields they fill; what is no article is passed over and counted."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.filled: set[str] = set()
        self._articles: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        for article in articles:
            self._articles.update(Reading(article).vocabulary())
            self._languages[article.language or "en"] += 1
            self.filled.update(_filled(article))

    def articles_with(self, word: str) -> int:
        """In how many articles the word stands; where several spellings stand in one, it counts for each."""
        return sum(self._articles[each] for each in spellings(word))

    def inflections(self, word: str) -> Iterator[str]:
        """The words with the word's stem in the language of most articles, but for its own spellings."""
        own = spellings(word)
        return (each for each in self._stems.get(stem(word, self._language), ()) if each not in own)

    def expansion(self, pattern: str) -> int:
        """How many words a wildcard stands for."""
        found = _HEAD.match(pattern)
        fits = fitting(pattern).fullmatch
        letters = found[0][:3] if found else ""
        return sum(1 for word in self._beginnings.get(letters, self._articles) if fits(word))

    @property
    def _language(self) -> str:
        return max(self._languages, key=self._languages.__getitem__, default="en")

    @cached_property
    def _stems(self) -> Mapping[str, Collection[str]]:
        stems: dict[str, list[str]] = {}
        for word in self._articles:
            stems.setdefault(stem(word, self._language), []).append(word)
        return stems

    @cached_property
    def _beginnings(self) -> Mapping[str, Collection[str]]:
        """Words by their first three letters."""
        words: dict[str, list[str]] = {}
        for word in self._articles:
            words.setdefault(word[:3], []).append(word)
        return words


def articles_of(path: Path, max_bytes: int) -> Iterator[Article]:
    """The articles of a file. Raises Refused where the file cannot be read or has none."""
    some = False
    for _, value in read_articles(path):
        try:
            article = read(value, max_bytes)
        except Refused:
            continue
        some = True
        yield article
    if not some:
        raise Refused(f"{path}: has no article", reason=UNREADABLE, hint="give recent articles, JSON Lines")


def linted(checked: Checked, seen: Seen | None = None) -> Checked:
    """The same with notes on all rules that can be read; they are each other's other rules."""
    trees = {verdict.id: verdict.tree for verdict in checked.verdicts if verdict.tree is not None}
    known = KnownRules(trees, spellings)

    def with_notes(verdict: Verdict) -> Verdict:
        if verdict.tree is None:
            return verdict
        knowledge = Knowledge(
            spellings=spellings,
            seen=seen,
            filled=None if seen is None else frozenset(seen.filled),
            related=known.related_to(verdict.id),
        )
        notes = lint(verdict.query, verdict.tree, knowledge)
        return replace(verdict, notes=(*notes, *_of_fields(checked.file.rules[verdict.id], verdict.tree)))

    return replace(checked, verdicts=tuple(map(with_notes, checked.verdicts)))


def _of_fields(rule: Rule, tree: Query) -> Iterator[Note]:
    """Notes on what the rule's fields ask for together; they stand at the query, which is what people see of a rule."""
    if rule.dedup is Dedup.ARTICLE and rule.updates is Updates.SOURCES:
        told = "with dedup: article each article is a story of its own, so no other source ever adds to it: no updates"
        yield note_on(Code.NEVER_UPDATED, tree, told, "write dedup: story, or leave updates: sources out")


def _filled(article: Article) -> Iterator[str]:
    """Names of fields as rules write them."""
    yield from (name for name in TEXT_FIELDS if getattr(article, name))
    yield from (name for name in METADATA_FIELDS if any(published(article, name)))  # type: ignore[arg-type]
    if article.language:
        yield "lang"
    if article.country:
        yield "country"
    if article.urgency is not None:
        yield "urgency"
