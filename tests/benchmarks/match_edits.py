"""What edits cost: adding, replacing and removing a rule between articles, and what matching costs beside them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle

from tests.benchmarks.families import Corpus, FamilyRule, family
from tests.benchmarks.match_timing import percentiles_us, timed_s
from tests.benchmarks.matchers import Engine, Story
from workers.match import Matcher
from workers.rules.language import parse

EDITS_A_SECOND = 100
COMMON = "said"
HOT = 100_000

Figures = dict[str, dict[str, float]]


def edits(matcher: Matcher, fresh: Sequence[str], stories: Sequence[Story], articles_between: int = 1) -> Figures:
    """One edit after the other, with articles in between: microseconds.

    Rules are added, replaced by another of them, removed; and added anew as trees, which is what is left of adding
    when the text has been parsed.
    """
    articles = cycle([{"title": title, "body": body} for title, body in stories])
    times: dict[str, list[float]] = {name: [] for name in ("add", "replace", "remove", "add, parsed before")}

    def note(name: str, taken_s: float) -> None:
        times[name].append(taken_s)
        for _ in range(articles_between):
            matcher.match(next(articles))

    for number, query in enumerate(fresh):
        note("add", timed_s(lambda: matcher.add(f"new {number}", query)))  # noqa: B023  # called at once
    for number, query in enumerate(reversed(fresh)):
        note("replace", timed_s(lambda: matcher.add(f"new {number}", query)))  # noqa: B023
    for number in range(len(fresh)):
        note("remove", timed_s(lambda: matcher.remove(f"new {number}")))  # noqa: B023
    for number, query in enumerate(fresh):
        tree = parse(query)
        note("add, parsed before", timed_s(lambda: matcher.add(f"new {number}", tree)))  # noqa: B023
    for number in range(len(fresh)):
        matcher.remove(f"new {number}")
    return {name: percentiles_us(taken) for name, taken in times.items()}


def beside(engine: Engine, fresh: Sequence[str], stories: Sequence[Story], seconds: float, rounds: int) -> Figures:
    """Matching with 100 edits a second and without, in turns: microseconds a match.

    The edits are paced by a clock that runs while this thread does, edits included: before a match as many are made as
    are due. One after the other adds a rule, replaces one, removes one.
    """
    edit, articles = _editing(engine.matcher, fresh), cycle(stories)
    without: list[float] = []
    with_edits: list[float] = []
    behind: list[float] = []
    for _ in range(rounds):
        began = time.thread_time()
        while time.thread_time() - began < seconds:
            story = next(articles)
            without.append(timed_s(lambda: engine.ask(story)))  # noqa: B023
        began, made = time.thread_time(), 0
        while (passed_s := time.thread_time() - began) < seconds:
            due = made < int(passed_s * EDITS_A_SECOND)
            while made < int(passed_s * EDITS_A_SECOND):
                next(edit)
                made += 1
            story = next(articles)
            with_edits.append(timed_s(lambda: engine.ask(story)))  # noqa: B023
            if due:
                behind.append(with_edits[-1])
    figures = {"without": percentiles_us(without), "with": percentiles_us(with_edits)}
    return figures | {"next behind an edit": percentiles_us(behind or with_edits)}


def _editing(matcher: Matcher, fresh: Sequence[str]) -> Iterator[None]:
    """Makes an edit each time that it is asked for the next one."""
    for query, other in cycle(zip(fresh, reversed(fresh), strict=True)):
        matcher.add("edited", query)
        yield
        matcher.add("edited", other)
        yield
        matcher.remove("edited")
        yield


def hot_rules(corpus: Corpus) -> Mapping[str, list[str]]:
    """Sets of rules that all have one common word: nothing but it, with a rarer one, and where the rest is commoner."""
    topics, common = corpus.topics, sorted(corpus.share, key=corpus.share.__getitem__, reverse=True)
    topic = max(topics, key=corpus.share.__getitem__)
    commoner = [word for word in common[:200] if corpus.share[word] > corpus.share[topic] and word != topic]
    chance = corpus.chance
    return {
        COMMON: [COMMON] * HOT,
        f"{COMMON} AND a topic": [f"{COMMON} AND {chance.choice(topics)}" for _ in range(HOT)],
        f"{topic} AND a commoner word": [f"{topic} AND {chance.choice(commoner)}" for _ in range(HOT)],
    }


def hot(queries: Sequence[str], stories: Sequence[Story], count: int) -> Figures:
    """Edits where 100,000 rules have one common word; `match` of articles, whatever they have."""
    matcher = Matcher({str(number): query for number, query in enumerate(queries)})
    articles = [{"title": title, "body": body} for title, body in stories]
    for article in articles[:300]:
        matcher.match(article)
    fresh = [queries[number * 7 % len(queries)] for number in range(count)]
    figures = edits(matcher, fresh, stories, 0)
    return figures | {"match": percentiles_us([timed_s(lambda: matcher.match(each)) for each in articles[:300]])}  # noqa: B023


def fresh_queries(name: str, count: int, corpus: Corpus) -> list[str]:
    """So many new rules of a family."""
    rules: Sequence[FamilyRule] = family(name, count, corpus)
    return [rule.query for rule in rules]
