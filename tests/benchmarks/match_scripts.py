"""The same articles and rules in other scripts: each letter made one of Cyrillic or of Greek, each word two of Han."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from string import ascii_lowercase

from tests.benchmarks.families import FamilyRule, family
from tests.benchmarks.match_agreement import Agreement, compare
from tests.benchmarks.match_measure import Ground
from tests.benchmarks.match_timing import raced, ratios
from tests.benchmarks.matchers import Contestant, Engine, Story

CYRILLIC = "абвгдежзиклмнопрстуфхцчшэю"
GREEK = "αβγδεζηθικλμνξοπρστυφχψωϝϙ"
_HAN = range(0x4E00, 0x4E00 + 3500)
_WORD = re.compile(r"[a-z0-9]+")
_OWNER = re.compile(r"['’]s\b", re.IGNORECASE)
_SPACE = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")

Rewrite = Callable[[str], str]


def lettered(alphabet: str) -> Rewrite:
    """Letter for letter, small and large."""
    table = str.maketrans(ascii_lowercase + ascii_lowercase.upper(), alphabet + alphabet.upper())
    return lambda text: text.translate(table)


def in_han(seed: int) -> Rewrite:
    """Each word two characters, drawn once for each word, and nothing between words."""
    chance, known = random.Random(seed), dict[str, str]()
    drawn: set[str] = set()

    def characters(found: re.Match[str]) -> str:
        word = found[0]
        while word not in known:
            pair = chr(chance.choice(_HAN)) + chr(chance.choice(_HAN))
            if pair not in drawn:
                drawn.add(pair)
                known[word] = pair
        return known[word]

    return lambda text: _SPACE.sub("", _WORD.sub(characters, text.lower()))


def scripts(seed: int) -> Mapping[str, Rewrite]:
    """How each is written."""
    return {"Cyrillic": lettered(CYRILLIC), "Greek": lettered(GREEK), "Han": in_han(seed)}


@dataclass(slots=True)
class ScriptRow:
    """Speeds of one size in all scripts; ratios to ASCII."""

    rules: int
    articles_per_s: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    agreement: dict[str, Agreement] = field(default_factory=dict)


class InScript:
    """Ours, asked in another script of the stories that it is given in ASCII, which are written beforehand."""

    def __init__(self, name: str, rules: Sequence[FamilyRule], stories: Sequence[Story], rewrite: Rewrite) -> None:
        self.name = name
        self._engine = Engine([_rule(rule, rewrite) for rule in rules])
        self._written = {id(story): (_rewritten(story[0], rewrite), _rewritten(story[1], rewrite)) for story in stories}

    def ask(self, story: Story) -> list[str]:
        """The very story object that was given."""
        return self._engine.ask(self._written[id(story)])


def _rewritten(text: str, rewrite: Rewrite) -> str:
    return rewrite(_OWNER.sub("", text))


def _rule(rule: FamilyRule, rewrite: Rewrite) -> FamilyRule:
    return FamilyRule(tuple(tuple(rewrite(term) for term in group) for group in rule.groups), rule.near)


def measure_scripts(size: int, ground: Ground, seed: int) -> ScriptRow:
    """The selective family, whose words have one spelling: those of other scripts are not known to have more."""
    rules = [rule for rule in family("selective", size + size // 4, ground.corpus) if rule.spelled == _own(rule)][:size]
    row = ScriptRow(len(rules))
    plain = InScript("ASCII", rules, ground.stories, str)
    contestants: list[Contestant] = [plain]
    for name, rewrite in scripts(seed).items():
        contestants.append(InScript(name, rules, ground.stories, rewrite))
    for each in contestants:
        for story in ground.stories:
            each.ask(story)
    for each in contestants[1:]:
        row.agreement[each.name] = compare(plain, each, ground.stories[: ground.effort.compared])
    found = raced(contestants, ground.by_length, ground.effort.rounds, ground.effort.turn_s)
    row.articles_per_s = {name: median(speeds) for name, speeds in found.items()}
    row.ratios = {name: 1 / ratio for name, ratio in ratios(found, plain.name).items()}
    return row


def _own(rule: FamilyRule) -> list[list[str]]:
    return [list(group) for group in rule.groups]
