"""The contestants of the matching benchmark: each is built from rules, and asked with title and body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from typing import Any, Protocol

from schemas.article import Article
from tests.benchmarks.families import FamilyRule
from workers.match import Matcher
from workers.match.evaluate import asked, holds
from workers.match.reading import Reading
from workers.rules.language import parse

Story = tuple[str, str]  # title and body


class Contestant(Protocol):
    """Which rules, by their numbers, say yes to a story."""

    name: str

    def ask(self, story: Story) -> Iterable[Any]:
        """Their ids."""


class Rival(Contestant, Protocol):
    """One that others made: it goes by what it takes for words."""

    def sees(self, story: Story) -> Callable[[str], bool]:
        """Whether a word or phrase, as it is spelled there, is in the story by the rival's way of reading."""


class Engine:
    """Ours, by the door that other rooms use."""

    name = "wirewatch"

    def __init__(self, rules: Sequence[FamilyRule]) -> None:
        self.matcher = Matcher({str(number): rule.query for number, rule in enumerate(rules)})

    def ask(self, story: Story) -> list[str]:
        """From the article's fields to ids."""
        return self.matcher.match({"title": story[0], "body": story[1]})


class Evaluator:
    """Ours without an index: every rule asked of every article."""

    name = "plain evaluator"

    def __init__(self, rules: Sequence[FamilyRule]) -> None:
        self._trees = {str(number): parse(rule.query) for number, rule in enumerate(rules)}

    def ask(self, story: Story) -> list[str]:
        """One after the other."""
        reading = Reading(Article(uri="u:1", title=story[0], body=story[1]))
        return [rule_id for rule_id, tree in self._trees.items() if holds(tree, reading, asked(reading))]


class MatcherPy:
    """matcher-py (Rust): patterns with & and |, words held apart by their boundaries. Line breaks are made spaces."""

    name = "matcher-py"

    def __init__(self, rules: Sequence[FamilyRule]) -> None:
        from matcher_py import ProcessType, SimpleMatcherBuilder

        builder = SimpleMatcherBuilder()
        for number, rule in enumerate(rules):
            pattern = "&".join("|".join(rf"\b{term}\b" for term in group) for group in rule.spelled)
            builder.add_word(ProcessType.NONE, number, pattern)
        self._matcher = builder.build()

    def ask(self, story: Story) -> list[str]:
        """Numbers as ids, as with the others."""
        return [str(found.word_id) for found in self._matcher.process(self._text(story))]

    def sees(self, story: Story) -> Callable[[str], bool]:
        """Letter for letter between boundaries of words."""
        text = self._text(story)
        return lambda term: re.search(rf"\b{re.escape(term)}\b", text) is not None

    @staticmethod
    def _text(story: Story) -> str:
        return f"{story[0]} | {story[1]}".lower().replace("\n", " ")


class Mokaccino:
    """mokaccino (Rust): queries over words as values of a field; pairs of words that rules name are values too."""

    name = "mokaccino"

    def __init__(self, rules: Sequence[FamilyRule]) -> None:
        from mokaccino import Document, Percolator, Query

        self._document = Document
        self._percolator = Percolator()
        self._pairs = {term for rule in rules for group in rule.spelled for term in group if " " in term}
        for number, rule in enumerate(rules):
            whole: Any = None
            for group in rule.spelled:
                any_of = Query.from_kv("word", group[0])
                for term in group[1:]:
                    any_of = any_of | Query.from_kv("word", term)
                whole = any_of if whole is None else whole & any_of
            self._percolator.add_query_id(whole, number)

    def ask(self, story: Story) -> list[str]:
        """Split by one regular expression."""
        words = self._words(story)
        document = self._document()
        for word in set(words):
            document.add_value("word", word)
        for pair in self._pairs.intersection(map(" ".join, pairwise(words))):
            document.add_value("word", pair)
        return list(map(str, self._percolator.percolate_list(document)))

    def sees(self, story: Story) -> Callable[[str], bool]:
        """As it is split for it."""
        words = self._words(story)
        return {*words, *map(" ".join, pairwise(words))}.__contains__

    @staticmethod
    def _words(story: Story) -> list[str]:
        return _WORDS.findall(f"{story[0]} | {story[1]}".lower())


_WORDS = re.compile(r"[a-z0-9]+|\|")

RIVALS: Mapping[str, Callable[[Sequence[FamilyRule]], Rival]] = {MatcherPy.name: MatcherPy, Mokaccino.name: Mokaccino}
"""By the names under which they are installed."""


def absent() -> list[str]:
    """The rivals that are not installed: nothing is compared with them."""
    missing = []
    for name in RIVALS:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    return missing
