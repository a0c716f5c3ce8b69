"""What must come out, by the plain evaluator and the rule "once a story": the measure of every contestant.

The evaluator is asked about every rule and every article that holds the words which the rule cannot do without, in any
of their spellings; words are split here more coarsely than in the product, so that nothing is passed over. A sample of
articles is asked about every rule, and must agree.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from schemas.article import Article
from tests.benchmarks.reuters import Publication, Story
from tests.benchmarks.rule_maker import MadeRule
from workers import articles
from workers.match import evaluate
from workers.match.spellings import spellings
from workers.rules.language import expand, parse
from workers.rules.language.tree import Query

WORD = re.compile(r"[a-z0-9]+")
JOINING = str.maketrans("", "", "'.")  # o'brien is one word, d.p.r.k. too


class Disagreement(Exception):
    """The words of a rule passed over an article that the evaluator says yes to, or a contestant's output is wrong."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The alerts, and how many matches become decisions because their story was told of."""

    alerts: frozenset[tuple[str, str]]  # rule id, article uri
    held: int
    articles_with_alerts: int


def predict(publications: Sequence[Publication], rules: Sequence[MadeRule], sample: int, seed: int) -> Prediction:
    """Ask the evaluator. Raises Disagreement when the sample of so many stories shows a mistake of ours."""
    queries = {rule.id: expand(parse(rule.query), {}) for rule in rules}
    stories = {each.story.number: each.story for each in publications}
    read = {number: _article(story) for number, story in stories.items()}
    yes = _yes(stories.values(), rules, queries, read)
    for number in random.Random(seed).sample(sorted(stories), min(sample, len(stories))):
        all_rules = {rule_id for rule_id, query in queries.items() if evaluate(query, read[number])}
        if all_rules != yes[number]:
            raise Disagreement(f"story {number}: {all_rules} say yes, and we expected {yes[number]}")
    times = Counter(each.uri for each in publications)
    rules_of = {each.uri: yes[each.story.number] for each in publications}
    return Prediction(
        alerts=frozenset((rule_id, uri) for uri, found in rules_of.items() for rule_id in found),
        held=sum((times[uri] - 1) * len(found) for uri, found in rules_of.items()),
        articles_with_alerts=sum(bool(found) for found in rules_of.values()),
    )


def _article(story: Story) -> Article:
    return articles.read(Publication(f"reuters:{story.number}", story).value(), 10 * 1024 * 1024)


def _yes(
    stories: Iterable[Story], rules: Sequence[MadeRule], queries: dict[str, Query], read: dict[int, Article]
) -> dict[int, set[str]]:
    having = _having(stories)
    yes: dict[int, set[str]] = defaultdict(set)
    for rule in rules:
        groups = [{same for word in group for same in spellings(word)} | set(group) for group in rule.needs]
        for number in _intersection(having, groups):
            if evaluate(queries[rule.id], read[number]):
                yes[number].add(rule.id)
    return yes


def _having(stories: Iterable[Story]) -> dict[str, set[int]]:
    having: dict[str, set[int]] = defaultdict(set)
    for story in stories:
        text = story.text.lower()
        for word in {*WORD.findall(text), *WORD.findall(text.translate(JOINING))}:
            having[word].add(story.number)
    return having


def _intersection(having: dict[str, set[int]], groups: Iterable[Collection[str]]) -> set[int]:
    return set.intersection(*(set().union(*(having.get(word, set()) for word in group)) for group in groups))
