"""What reaches over long sentences and paragraphs, held against all pairs; on small texts every one counts as long."""

from __future__ import annotations

from random import Random

import pytest

from tests.unit.match.test_occurrences import is_excluded, pairs, random_term, random_text
from workers.match import spans
from workers.match.near import lasts
from workers.match.occurrences import alone, rows, shortest, shortest_alone
from workers.match.occurrences import spans as spans_of
from workers.rules.language.tree import NotNear


@pytest.mark.parametrize(
    ("long", "wides_max"), [(0, 64), (2, 64), (5, 64), (0, 1)], ids=["all are long", "some", "few", "written out"]
)
def test_long_sentences_and_paragraphs_give_what_all_pairs_give(
    long: int, wides_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "LONG", long)
    monkeypatch.setattr(spans, "WIDES_MAX", wides_max)
    random = Random(long)
    wide = several = 0
    for _ in range(2000):
        node, text = random_term(random, 4), random_text(random)
        expected = pairs(node, text)
        found = {(first, last) for first, row in rows(node, text).items() for last in lasts(first, row)}
        assert found == expected, (node, text.tokens)
        least = {first: min(last for start, last in expected if start == first) for first, _ in expected}
        assert shortest(node, text) == least, (node, text.tokens)
        kept = spans_of(node, text).wides
        assert len(kept) <= wides_max
        wide += bool(kept)
        several += len(kept) > 1
    assert wide > 20
    assert (several > 0) == (wides_max > 1)


@pytest.mark.parametrize(("long", "wides_max"), [(0, 64), (2, 64), (0, 1)], ids=["all are long", "some", "written out"])
def test_not_near_over_long_sentences_is_what_all_pairs_give(
    long: int, wides_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "LONG", long)
    monkeypatch.setattr(spans, "WIDES_MAX", wides_max)
    random = Random(3 + long)
    kept = dropped = longer = 0
    for _ in range(4000):
        left, right, text = random_term(random, 3), random_term(random, 2), random_text(random)
        node = NotNear(left, right, random.choice([1, 2, 3, 7, "S", "P"]))
        others = pairs(right, text)
        expected = {a for a in pairs(left, text) if not any(is_excluded(a, b, node.reach, text) for b in others)}
        found = {(first, last) for first, row in alone(node, text).items() for last in lasts(first, row)}
        assert found == expected, (node, text.tokens)
        least = {first: min(last for start, last in expected if start == first) for first, _ in expected}
        assert shortest_alone(node, text) == least, (node, text.tokens)
        kept += bool(expected)
        longer += least != {first: last for first, last in shortest(left, text).items() if first in least}
        dropped += expected != pairs(left, text)
    assert kept > 200
    assert dropped > 200
    assert longer  # not the shortest that begin at a word, as these are in a sentence with a `right`


@pytest.mark.parametrize("long", [0, 3, 1000])
def test_the_least_last_from_a_bound_on_is_that_of_all_pairs(long: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "LONG", long)
    random = Random(7 + long)
    wide = moved = 0
    for _ in range(2000):
        node, text = random_term(random, 4), random_text(random)
        bounds = {first: random.randrange(first, len(text) + 1) for first in range(len(text)) if random.random() < 0.8}
        expected: dict[int, int] = {}
        for first, last in pairs(node, text):
            if first in bounds and last >= bounds[first]:
                expected[first] = min(last, expected.get(first, last))
        found = spans_of(node, text)
        assert spans.least_from(found, bounds) == expected, (node, text.tokens, bounds)
        wide += bool(found.wides and expected)
        moved += any(last != shortest(node, text)[first] for first, last in expected.items())
    assert (wide > 20) == (long < 1000)
    assert moved > 20


def test_an_occurrence_that_is_far_from_the_end_of_its_sentence_takes_no_more_room() -> None:
    far = 2**62  # bits would be more than there is memory
    assert spans.latest(spans.Spans({0: 0b101, 3: 1}), [far] * 4) == {0: 0, 2: 0, 3: 3}
