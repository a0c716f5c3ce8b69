"""What is measured of one family of rules and one size, in a process of its own."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks.families import Corpus, FamilyRule, family
from tests.benchmarks.match_agreement import Agreement, Reasons, compare
from tests.benchmarks.match_edits import Figures, beside, edits, fresh_queries
from tests.benchmarks.match_timing import percentiles_us, raced, ratios, speed, spread_out, timed_s
from tests.benchmarks.matchers import RIVALS, Contestant, Engine, Evaluator, Rival, Story, absent

EVALUATOR_MAX = 1000  # rules
EVALUATOR_TERMS_MAX = 20_000  # in all rules together: each is looked for in each article
RIVAL_BUILD_MAX_S = 60.0
NO_OPERATORS, NOT_INSTALLED = "has no such operators", "is not installed"


@dataclass(frozen=True, slots=True)
class Effort:
    """How thoroughly."""

    rounds: int
    turn_s: float
    compared: int  # articles
    edited: int  # rules
    timed: int  # articles, one by one
    mokaccino_terms: int  # the most that it is given: it takes long to be built


THOROUGH = Effort(rounds=5, turn_s=0.5, compared=1000, edited=2000, timed=20_000, mokaccino_terms=20_000_000)
QUICK = Effort(rounds=3, turn_s=0.1, compared=200, edited=300, timed=2000, mokaccino_terms=100_000)


@dataclass(slots=True)
class Row:
    """What was found for one family and size."""

    family: str
    rules: int
    articles_per_s: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    agreement: dict[str, Agreement] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    match_us: dict[str, float] = field(default_factory=dict)
    edits_us: Figures = field(default_factory=dict)
    beside_us: Figures = field(default_factory=dict)
    rival_build_s: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)  # who, why


@dataclass(frozen=True, slots=True)
class Ground:
    """What all measurements are made on."""

    corpus: Corpus
    stories: Sequence[Story]  # in the order drawn
    by_length: Sequence[Story]
    effort: Effort


def measure(name: str, size: int, ground: Ground, slow: Counter[str]) -> Row:
    """One family of one size. `slow` has the seconds that rivals took to be built for fewer rules, by how many more."""
    rules = family(name, size, ground.corpus)
    row = Row(name, size)
    engine = built(rules, row)
    gc.collect()
    gc.freeze()
    _answers(engine, ground, row)
    contestants: list[Contestant] = [engine]
    terms = sum(len(group) for rule in rules for group in rule.groups)
    if size <= EVALUATOR_MAX and terms <= EVALUATOR_TERMS_MAX:
        contestants.append(Evaluator(rules))
    elif size <= EVALUATOR_MAX:
        row.left_out[Evaluator.name] = f"would look for {terms:,} terms in each article"
    for rival in RIVALS:
        made = None
        if rival == "mokaccino" and terms > ground.effort.mokaccino_terms:
            row.left_out[rival] = f"would take long to be built of {terms:,} terms"
        else:
            made = _rival(rival, rules, row, slow)
        if made:
            contestants.append(made)
            row.agreement[rival] = compare(
                engine, made, spread_out(ground.by_length, ground.effort.compared, 0), Reasons(rules, made)
            )
    gc.collect()
    gc.freeze()
    _race(contestants, ground, row)
    _edit(engine, ground, row)
    return row


def built(rules: Sequence[FamilyRule], row: Row) -> Engine:
    """Ours, with what it took. Memory: what the process has more, for ids and texts of the rules too."""
    _give_back()
    before = _resident_mib()
    began = time.process_time()
    engine = Engine(rules)
    row.figures["build s"] = time.process_time() - began
    row.figures["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    _give_back()
    row.figures["resident MiB"] = _resident_mib() - before
    row.figures["index bytes a rule"] = engine.matcher.index_bytes / len(rules)
    return engine


def _give_back() -> None:
    """Let the allocator return what is free: the memory of what was only needed to build is not the matcher's."""
    gc.collect()
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _resident_mib() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _answers(engine: Engine, ground: Ground, row: Row) -> None:
    """Ask all articles once: frequencies are known from then on, and words."""
    hits = candidates = 0
    began = time.thread_time()
    for story in ground.stories:
        hits += len(engine.ask(story))
        candidates += engine.matcher.candidates
    row.figures |= {
        "hit rate": hits / len(ground.stories) / row.rules,
        "hits an article": hits / len(ground.stories),
        "candidates a match": candidates / max(hits, 1),
        "candidates an article": candidates / len(ground.stories),
        "first pass articles/s": len(ground.stories) / (time.thread_time() - began),
    }


def _rival(name: str, rules: Sequence[FamilyRule], row: Row, slow: Counter[str]) -> Rival | None:
    if name in absent():
        row.left_out[name] = NOT_INSTALLED
        return None
    if not all(rule.portable for rule in rules):
        row.left_out[name] = NO_OPERATORS
        return None
    if slow[name] > RIVAL_BUILD_MAX_S:
        row.left_out[name] = f"would take more than {RIVAL_BUILD_MAX_S:.0f} s to be built"
        return None
    began = time.process_time()
    made = RIVALS[name](rules)
    row.rival_build_s[name] = time.process_time() - began
    return made


def _race(contestants: Sequence[Contestant], ground: Ground, row: Row) -> None:
    engine, *others = contestants
    evaluators = [each for each in others if each.name == Evaluator.name]
    found = raced([engine, *(each for each in others if each not in evaluators)], ground.by_length, *_turns(ground))
    for evaluator in evaluators:
        few = spread_out(ground.by_length, ground.effort.compared // 10, 0)
        row.agreement[evaluator.name] = compare(engine, evaluator, few)
        found[evaluator.name] = [speed(evaluator, few)] * ground.effort.rounds
    row.articles_per_s = {name: median(speeds) for name, speeds in found.items()}
    row.ratios = ratios(found, engine.name)


def _turns(ground: Ground) -> tuple[int, float]:
    return ground.effort.rounds, ground.effort.turn_s


def _edit(engine: Engine, ground: Ground, row: Row) -> None:
    """Latency, edits, and both."""
    effort = ground.effort
    some = ground.stories[: effort.timed]
    row.match_us = percentiles_us([timed_s(lambda: engine.ask(story)) for story in some])  # noqa: B023
    fresh = fresh_queries(row.family, effort.edited, ground.corpus)
    row.edits_us = edits(engine.matcher, fresh, ground.stories)
    row.beside_us = beside(engine, fresh, ground.stories, 2 * effort.turn_s, effort.rounds)
