"""Do two contestants give the same answers? Where not, why: each hit that only one has is put to a class.

The plain evaluator is asked of every such hit; ours must be what it says, whatever the other says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from schemas.article import Article
from tests.benchmarks.families import FamilyRule, written
from tests.benchmarks.matchers import Contestant, Rival, Story
from workers.match.evaluate import asked, holds
from workers.match.reading import Reading
from workers.rules.language import parse
from workers.rules.language.split import split
from workers.rules.language.tree import Query

UNEXPLAINED = "unexplained"
PUNCTUATION = "only ours: punctuation, or more than one space, within a phrase"
MARKED = "only ours: the word is written with a dot or an apostrophe there, as g.a.t.t."
TWICE = "only ours: one word in two groups, which the other counts once"
PART = "only theirs: a part of one word, as court of a'court"
WRONG = "the plain evaluator sides against ours"


@dataclass(slots=True)
class Agreement:
    """Hits of some articles."""

    articles: int = 0
    both: int = 0
    only_ours: int = 0
    only_theirs: int = 0
    classes: dict[str, int] = field(default_factory=dict)

    @property
    def unexplained(self) -> int:
        """Differences for which there is no reason that would be all right."""
        return self.classes.get(UNEXPLAINED, 0) + self.classes.get(WRONG, 0)


def compare(
    ours: Contestant,
    other: Contestant,
    stories: Sequence[Story],
    why: Callable[[Story, str, bool], str] = lambda _, __, ___: UNEXPLAINED,
) -> Agreement:
    """Ask both; `why` gives the class of a hit: story, id, whether only ours has it."""
    found, classes = Agreement(len(stories)), Counter[str]()
    for story in stories:
        mine, its = set(ours.ask(story)), set(other.ask(story))
        found.both += len(mine & its)
        found.only_ours += len(mine - its)
        found.only_theirs += len(its - mine)
        classes.update(why(story, rule_id, rule_id in mine) for rule_id in mine ^ its)
    found.classes = dict(classes.most_common())
    return found


class Reasons:
    """Why a rival gives another answer than we do."""

    def __init__(self, rules: Sequence[FamilyRule], rival: Rival) -> None:
        self._rules = rules
        self._rival = rival
        self._story: Story | None = None

    def __call__(self, story: Story, rule_id: str, is_ours: bool) -> str:
        """The class of a hit that only one has."""
        if story is not self._story:
            self._story = story
            self._reading = Reading(Article(uri="u:1", title=story[0], body=story[1]))
            self._sees = self._rival.sees(story)
        rule = self._rules[int(rule_id)]
        if holds(parse(rule.query), self._reading, asked(self._reading)) is not is_ours:
            return WRONG
        return self._unseen(rule) if is_ours else self._overseen(rule)

    def _holds(self, term: str) -> bool:
        return holds(_tree(term), self._reading, asked(self._reading))

    def _unseen(self, rule: FamilyRule) -> str:
        """Ours alone: of each group something is there, and the rival does not see it, or not as several."""
        pairs = zip(rule.groups, rule.spelled, strict=True)
        unseen = [group for group, ways in pairs if not any(map(self._sees, ways))]
        if not unseen:
            return TWICE if _overlap(rule) else UNEXPLAINED
        there = [[term for term in group if self._holds(term)] for group in unseen]
        marked = self._marked().values()
        if any(not any(" " in term or term in marked for term in terms) for terms in there):
            return UNEXPLAINED
        return PUNCTUATION if any(" " in term for terms in there for term in terms) else MARKED

    def _overseen(self, rule: FamilyRule) -> str:
        """Theirs alone: of some group nothing is there as a word."""
        parts = self._parts()
        for group in rule.groups:
            if any(map(self._holds, group)):
                continue
            seen = [each for term in group for each in written(term) if self._sees(each)]
            if not any(parts.intersection(each.split(" ")) for each in seen):
                return UNEXPLAINED
        return PART

    def _parts(self) -> set[str]:
        """The parts of the story's words that have more than letters and digits in them."""
        apart = ("".join(sign if sign.isalnum() else " " for sign in each) for each in self._marked())
        return {part for each in apart for part in each.split()}

    def _marked(self) -> dict[str, str]:
        """The story's words that have more than letters and digits in them: as written, and as they are compared."""
        found: dict[str, str] = {}
        for text in self._story or ():
            for token in split(text):
                as_written = text[token.start : token.end].lower()
                if not as_written.isalnum():
                    found[as_written] = token.folded
        return found


@lru_cache(maxsize=100_000)
def _tree(term: str) -> Query:
    return parse(f'"{term}"')


def _overlap(rule: FamilyRule) -> bool:
    """Is a word in two groups, alone or in a phrase?"""
    words = Counter(word for group in rule.spelled for word in {word for term in group for word in term.split(" ")})
    return any(count > 1 for count in words.values())
