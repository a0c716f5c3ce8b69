"""The tables of the matching benchmark, its aims, what it leaves out, and its families."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.benchmarks import matchers
from tests.benchmarks.families import FAMILIES, Corpus, family
from tests.benchmarks.match import Run
from tests.benchmarks.match_agreement import Agreement
from tests.benchmarks.match_aims import aims
from tests.benchmarks.match_measure import QUICK, Ground, Row, measure
from tests.benchmarks.match_plot import lines, plot
from tests.benchmarks.match_scripts import CYRILLIC, GREEK, ScriptRow, scripts
from tests.benchmarks.match_told import Found, told
from workers.rules.language import parse
from workers.rules.language.split import split

WORDS = [f"{a}{b}{c}{d}" for a in "bcdf" for b in "aeiou" for c in "lmnr" for d in ("ta", "ko", "ri")]


def texts(count: int) -> list[tuple[str, str]]:
    chance = random.Random(3)
    return [
        ("", " ".join(chance.choices(WORDS, weights=[1 / (n + 1) for n in range(len(WORDS))], k=60)))
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def ground() -> Ground:
    stories = texts(300)
    corpus = Corpus([body for _, body in stories], random.Random(1))
    shares = sorted(corpus.share, key=corpus.share.__getitem__)
    corpus.names, corpus.topics = shares[:120], shares[120:]
    corpus.share = {word: part / 1000 for word, part in corpus.share.items()}  # so many words are no longer so rare
    return Ground(corpus, stories, sorted(stories, key=lambda story: len(story[1])), QUICK)


@pytest.mark.parametrize("name", ["selective", "broad", "wild"])
def test_rules_of_a_family_are_drawn_alike_and_can_be_read(name: str, ground: Ground) -> None:
    one, other = family(name, 50, _fresh(ground)), family(name, 50, _fresh(ground))
    assert one == other
    assert all(parse(rule.query) for rule in one)
    assert all(rule.portable for rule in one) is (name != "wild")


def _fresh(ground: Ground) -> Corpus:
    made = Corpus([body for _, body in ground.stories], random.Random(1))
    made.names, made.topics, made.share = ground.corpus.names, ground.corpus.topics, ground.corpus.share
    return made


def test_all_that_is_measured_of_a_row_is_told(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.match_measure.absent", lambda: list(matchers.RIVALS))
    row = measure("broad", 30, ground, Counter())
    text = told(Found([row], left_out=[f"broad: {who} {why}" for who, why in row.left_out.items()]), {}, ["aloud"])
    assert row.agreement["plain evaluator"].unexplained == 0
    assert row.agreement["plain evaluator"].both > 0
    for wanted in ("**aloud**", "p99.9 µs", "index B/rule", "resident MiB", "add, parsed before", "for each match"):
        assert wanted in text
    assert "broad: matcher-py is not installed" in text
    assert "broad: mokaccino is not installed" in text


def test_a_rival_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matchers, "RIVALS", {"no-such-rival": None})
    assert matchers.absent() == ["no-such-rival"]


@pytest.mark.parametrize(("speed", "ratio", "said"), [(180_000, 9.0, "reached"), (179_999, 8.9, "short")])
def test_an_aim_is_reached_or_it_is_not(speed: int, ratio: float, said: str) -> None:
    row = Row("selective", 100_000, {"wirewatch": speed}, {"matcher-py": ratio}, figures={"index bytes a rule": 1})
    row.edits_us = {name: {"p99": 1.0, "max": 2.0} for name in ("add, parsed before", "remove")}
    row.beside_us = {name: {"p99": 1.0} for name in ("with", "without")}
    found = aims(Found([row], scripts=[ScriptRow(10, ratios={"Cyrillic": 0.67, "Greek": 0.66})]))
    assert [aim[-1] for aim in found[:2]] == [said, said]
    assert {aim[0]: aim[-1] for aim in found}["Greek 10: of ASCII"] == "short"
    assert {aim[0]: aim[-1] for aim in found}["Cyrillic 10: of ASCII"] == "reached"


@pytest.mark.parametrize(
    ("build_s", "resident", "why"),
    [(1.0, 10.0, ""), (50.0, 10.0, "500 s"), (1.0, 9000.0, "90,000 MiB")],
    ids=["it fits", "too slow", "too large"],
)
def test_what_does_not_fit_is_left_out_and_why_is_said(build_s: float, resident: float, why: str) -> None:
    last = Row("broad", 100, figures={"build s": build_s, "resident MiB": resident})
    said = Run(Ground(None, [], [], QUICK), 1, 120.0)._too_large("broad", 1000, last)  # type: ignore[arg-type]
    assert why in said
    assert bool(said) is bool(why)


@pytest.mark.parametrize("alphabet", [CYRILLIC, GREEK], ids=["Cyrillic", "Greek"])
def test_an_alphabet_keeps_26_letters_apart(alphabet: str) -> None:
    assert len({token.folded for letter in alphabet + alphabet.upper() for token in split(letter)}) == 26


def test_in_han_a_word_is_two_characters_and_always_the_same() -> None:
    rewrite = scripts(1)["Han"]
    assert rewrite("Oil, oil gas") == f"{rewrite('oil')}, {rewrite('oil')}{rewrite('gas')}"
    assert len(rewrite("oil")) == len(split(rewrite("oil"))) == 2


def test_the_plot_has_a_line_for_each_family_and_contestant(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed; hint: ./run bench match")
    rows = [
        SimpleNamespace(family=name, rules=size, articles_per_s={"wirewatch": 1e5, "matcher-py": 1e4})
        for name in FAMILIES
        for size in (1000, 10_000)
    ]
    assert {len(points) for points in lines(rows).values()} == {2}
    assert len(lines(rows)) == 2 * len(FAMILIES)
    plot(rows, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_differences_without_a_reason_are_counted() -> None:
    assert Agreement(1, 1, 1, 1, {"unexplained": 1, "the plain evaluator sides against ours": 2}).unexplained == 3
