"""How far apart the sides of a NEAR stand that fails, held against trying all pairs."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from schemas.article import Article
from tests.unit.match.test_account import every
from tests.unit.match.test_occurrences import pairs, random_term, random_text
from workers.match import account
from workers.match.apart import Distances
from workers.match.clause import Apart, Clause
from workers.match.reading import Text
from workers.match.sightings import Asked, Scope
from workers.match.wording import Wording
from workers.rules.language import parse, render
from workers.rules.language.tree import Near, Query, Reach

UNITS: dict[Reach, str] = {"S": "sentences", "P": "paragraphs"}


def distance(a: tuple[int, int], b: tuple[int, int], reach: Reach, text: Text) -> int | None:
    """How far `b` is behind `a`; None where it is not behind it."""
    if b[0] <= a[1]:
        return None
    first, last = text.tokens[a[0]], text.tokens[b[1]]
    if reach == "S":
        return last.sentence - first.sentence
    return last.paragraph - first.paragraph if reach == "P" else b[0] - a[1]


def least(pairs_of: list[tuple[tuple[int, int], tuple[int, int], Text]], reach: Reach) -> int | None:
    found = [distance(a, b, reach, text) for a, b, text in pairs_of]
    return min((each for each in found if each is not None), default=None)


def failing_join(node: Near, texts: list[Text]) -> Near:
    """The innermost NEAR of a chain that occurs nowhere."""
    while isinstance(node.left, Near) and not any(pairs(node.left, text) for text in texts):
        node = node.left
    return node


def sides(node: Query) -> list[Query]:
    return [*sides(node.left), node.right] if isinstance(node, Near) else [node]


def test_the_smallest_distance_is_what_trying_all_pairs_gives() -> None:
    random = Random(3)
    told = backwards = chains = apart_only = 0
    for _ in range(8_000):
        reach: Reach = random.choice([1, 2, 3, "S", "P"])
        node = Near(random_term(random, 2), random_term(random, 2), reach, random.random() < 0.5)
        texts = [random_text(random), random_text(random)]
        occur = all(any(pairs(side, text) for text in texts) for side in sides(node))
        if not occur or any(pairs(node, text) for text in texts):
            continue
        join = failing_join(node, texts)
        both = [(a, b, text) for text in texts for a, b in product(pairs(join.left, text), pairs(join.right, text))]
        forth, back = least(both, join.reach), least([(b, a, text) for a, b, text in both], join.reach)
        either = [each for each in (forth, back) if each is not None]
        scope = Scope("places", [Asked("place", at, text) for at, text in enumerate(texts)])
        found = Distances(1_000_000, Wording(node, None)).of(node, scope, None)
        assert found.measured
        assert (found.left, found.right) == (render(join.left), render(join.right))
        assert found.unit == UNITS.get(join.reach, "words")
        assert found.limit == (join.reach if isinstance(join.reach, int) else 0)
        assert found.distance == (forth if join.ordered else min(either, default=None)), (node, texts)
        assert found.backwards == (back if join.ordered else None), (node, texts)
        assert found.together is bool(both)
        assert len(found.nearest) == (2 if either else 0)
        told += found.distance is not None
        backwards += found.distance is None and found.backwards is not None
        chains += join is not node
        apart_only += not both
    assert min(told, backwards, chains, apart_only) > 30, (told, backwards, chains, apart_only)


def test_the_nearest_are_told_where_they_stand() -> None:
    random = Random(4)
    compared = 0
    for _ in range(1000):
        words = random.choices(["alpha", "beta", *["filler"] * 12], k=random.randrange(2, 60))
        limit = random.randint(1, 4)
        found = near_of(f"alpha NEAR/{limit} beta", " ".join(words))
        firsts = [at for at, word in enumerate(words) if word == "alpha"]
        seconds = [at for at, word in enumerate(words) if word == "beta"]
        expected = min((abs(a - b) for a, b in product(firsts, seconds)), default=0)
        if expected <= limit:
            assert found is None
            continue
        assert found
        assert (found.distance, found.limit) == (expected, limit)
        earlier, later = found.nearest
        between = " ".join(words)[earlier.end : later.start].split()
        assert {earlier.written, later.written} == {"alpha", "beta"}
        assert len(between) + 1 == expected
        compared += 1
    assert compared > 200


def test_sentences_and_paragraphs_are_counted_by_their_ends() -> None:
    random = Random(5)
    compared = 0
    for _ in range(1000):
        paragraphs = [
            [random.choice(["Alpha", "Beta", "Filler", "Filler"]) for _ in range(random.randint(1, 4))]
            for _ in range(random.randint(1, 5))
        ]
        body = "\n\n".join(" ".join(f"{word}." for word in sentences) for sentences in paragraphs)
        for letter, units in (
            ("S", [[word] for sentences in paragraphs for word in sentences]),
            ("P", paragraphs),
        ):
            ordered = random.random() < 0.5
            found = near_of(f"alpha {'PRE' if ordered else 'NEAR'}/{letter} beta", body)
            firsts = [at for at, words in enumerate(units) if "Alpha" in words]
            seconds = [at for at, words in enumerate(units) if "Beta" in words]
            if letter == "P" and ordered:
                continue  # the order in a paragraph is not told by its number
            forth = min((b - a for a, b in product(firsts, seconds) if b > a), default=None)
            back = min((a - b for a, b in product(firsts, seconds) if a > b), default=None)
            if ordered or not firsts or not seconds or set(firsts) & set(seconds):
                expected = (forth, back) if ordered and firsts and seconds else None
            else:
                expected = (min(each for each in (forth, back) if each is not None), None)
            assert (found and (found.distance, found.backwards)) == expected, body
            compared += found is not None
    assert compared > 150


@pytest.mark.parametrize(
    ("query", "fields", "expected"),
    [
        ("alpha NEAR/5 beta", {"title": "Alpha", "body": "Beta"}, ("alpha", "beta", None, None, False)),
        ("place:(alpha NEAR/5 beta)", {"places": ["Alpha", "Beta"]}, ("alpha", "beta", None, None, False)),
        ("alpha NEAR/5 (alpha OR beta)", {"body": "Alpha"}, ("alpha", "alpha OR beta", None, None, True)),
        ("alpha PRE/2 beta", {"body": "Beta x x alpha"}, ("alpha", "beta", None, 3, True)),
        ("alpha PRE/S beta", {"body": "Beta, alpha."}, ("alpha", "beta", None, 0, True)),
        (
            "alpha NEAR/2 beta NEAR/2 delta",
            {"body": "Alpha beta x x delta"},
            ("alpha NEAR/2 beta", "delta", 3, None, True),
        ),
        ("alpha NEAR/1 beta NEAR/2 delta", {"body": "Alpha x beta delta"}, ("alpha", "beta", 2, None, True)),
        ("first/4:(alpha NEAR/1 beta)", {"body": "Alpha x x beta alpha beta"}, ("alpha", "beta", 3, None, True)),
    ],
    ids=[
        "only in different fields",
        "only in different entries",
        "only where they share a word",
        "only in the other order",
        "in one sentence, but in the other order",
        "the outer join of a chain",
        "the inner join of a chain",
        "within the first words",
    ],
)
def test_what_is_told_of(query: str, fields: dict[str, object], expected: tuple[object, ...]) -> None:
    tree = parse(query)
    [found] = told(account(tree, article_of(fields)).clause)
    assert (found.left, found.right, found.distance, found.backwards, found.together) == expected


@pytest.mark.parametrize(
    "query",
    ["alpha NEAR/5 beta", "alpha NEAR/1 absent", "alpha NEAR/1 beta NEAR/1 absent", "alpha NOT NEAR/5 beta", "absent"],
)
def test_nothing_is_told_of_what_is_near_or_lacks_a_side_or_is_no_near(query: str) -> None:
    assert told(account(parse(query), Article(uri="u:1", body="Alpha x x beta")).clause) == []


def test_a_near_inside_of_another_term_is_told() -> None:
    tree = parse("(alpha NEAR/1 beta) NOT NEAR/3 absent")
    [found] = told(account(tree, Article(uri="u:1", body="Alpha x x beta")).clause)
    assert found.distance == 3


def test_beyond_so_many_words_no_distance_is_measured_and_that_is_told() -> None:
    tree = parse("alpha NEAR/1 beta OR alpha NEAR/2 beta OR alpha NEAR/1 absent")
    found = told(account(tree, Article(uri="u:1", body="Alpha x x x beta"), measured_max_words=9).clause)
    other, measured = sorted(found, key=lambda each: each.measured)
    assert (measured.measured, measured.distance) == (True, 4)
    assert (other.measured, other.distance, other.together, other.nearest) == (False, None, False, ())


def test_a_long_sentence_of_repeated_words_is_measured_from_their_ends() -> None:
    body = "alpha beta " * 3000 + "filler " * 2000 + "gamma"
    assert (found := near_of("(alpha NEAR/S beta) NEAR/9 gamma", body))
    assert (found.distance, [each.written for each in found.nearest]) == (2001, ["alpha beta", "gamma"])


def near_of(query: str, body: str) -> Apart | None:
    clause = account(parse(query), Article(uri="u:1", body=body)).clause
    assert clause.kind == "near"
    return clause.apart


def told(clause: Clause) -> list[Apart]:
    return [each.apart for each in every(clause) if each.apart]


def article_of(fields: dict[str, object]) -> Article:
    return Article.model_validate({"uri": "u:1", "title": "x", **fields})
