"""What holds of every rule: the canonical form means the same, and nothing but a refusal ever comes out."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.unit.rules.language.trees import LISTS, MISTYPED, POSITIONAL, TREES
from workers.rules.language import RuleError, expand, lists_of, parse, render
from workers.rules.language.split import split
from workers.rules.language.tree import Exact, ListRef, Query, Stem, Word, children, walk

QUERIES = Path(__file__).parents[5] / "shared" / "corpora" / "boolean_queries.jsonl.gz"


def read_or_refused(text: str) -> Query | None:
    try:
        return parse(text)
    except RuleError as exc:
        refusal = exc
    assert 0 <= refusal.start <= refusal.end <= len(text)
    assert refusal.message
    assert refusal.hint
    assert refusal.told(text).endswith(f"^ {refusal.message}\n  hint: {refusal.hint}")
    return None


@given(TREES)
def test_the_canonical_form_of_any_tree_is_read_as_that_tree(tree: Query) -> None:
    assert parse(render(tree)) == tree


@given(TREES)
def test_the_canonical_form_is_its_own_canonical_form(tree: Query) -> None:
    text = render(tree)
    assert render(parse(text)) == text


@given(TREES)
def test_a_tree_survives_pickling_and_copying_with_its_spans(tree: Query) -> None:
    tree = parse(render(tree))
    for twin in (pickle.loads(pickle.dumps(tree)), copy.deepcopy(tree)):  # noqa: S301  # our own bytes
        assert twin == tree
        assert hash(twin) == hash(tree)
        assert [node.span for node in walk(twin)] == [node.span for node in walk(tree)]


@given(TREES, TREES)
def test_trees_are_equal_only_if_they_are_written_alike(one: Query, two: Query) -> None:
    assert (one == two) == (repr(one) == repr(two)) == (render(one) == render(two))


@given(TREES)
def test_the_representation_of_a_tree_is_the_python_that_makes_it(tree: Query) -> None:
    names: dict[str, object] = {type(node).__name__: type(node) for node in walk(tree)}
    assert eval(repr(tree), names) == tree  # noqa: S307  # our own text


@example('"')
@example("٠:")
@example("a //")
@example("ANY/1(5,6)")
@example("words <")
@example("ﬁ" * 3 + "*")
@given(MISTYPED | st.text())
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    tree = read_or_refused(text)
    if tree is not None:
        assert parse(render(tree)) == tree


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data.decode("utf-8", "replace"))
    read_or_refused(data.decode("latin-1"))
    read_or_refused(data.decode("utf-16", "surrogatepass" if len(data) % 2 == 0 else "replace"))


@given(TREES, st.data())
def test_a_rule_with_a_slip_is_read_or_refused(tree: Query, data: st.DataObject) -> None:
    text = render(tree)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    read_or_refused(text[:start] + data.draw(st.sampled_from(["", "(", ")", '"', "NOT ", ",", ":", "*"])) + text[end:])


@given(MISTYPED)
def test_the_spans_of_a_tree_nest_and_follow_each_other(text: str) -> None:
    tree = read_or_refused(text)
    assume(tree is not None)
    assert tree is not None
    for node in walk(tree):
        assert 0 <= node.span.start < node.span.end <= len(text)
        at = node.span.start
        for child in children(node):
            assert at <= child.span.start
            assert child.span.end <= node.span.end
            at = child.span.start


@given(MISTYPED)
def test_the_span_of_a_word_holds_that_word_as_typed(text: str) -> None:
    tree = read_or_refused(text)
    assume(tree is not None)
    assert tree is not None
    for node in walk(tree):
        if isinstance(node, Word | Stem | Exact):
            words = split(text[slice(*node.span)])
            assert node.text in [word.exact if isinstance(node, Exact) else word.folded for word in words]


@given(TREES)
def test_no_list_is_left_when_lists_are_put_in_place(tree: Query) -> None:
    text = render(tree)
    try:
        tree = parse(text, LISTS)
    except RuleError as exc:
        assume("ways" not in exc.message)  # the lists can make too many variants of a phrase
        raise
    expanded = expand(tree, LISTS)
    assert not any(isinstance(node, ListRef) for node in walk(expanded))
    assert parse(render(expanded)) == expanded
    assert {node.name for node in walk(tree) if isinstance(node, ListRef)} <= lists_of(tree, LISTS)


@given(POSITIONAL)
def test_what_has_a_place_may_stand_in_near_and_in_atleast(tree: Query) -> None:
    text = render(tree)
    parse(f"({text}) NEAR/3 ({text})")
    parse(f"x NOT NEAR/S ({text})")
    parse(f"ATLEAST/2({text})")


def test_queries_of_other_languages_are_read_or_refused() -> None:
    if not QUERIES.exists():
        pytest.skip(f"no {QUERIES.name}: the corpora are not here")
    with gzip.open(QUERIES, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["query"] for line in lines]
    trees = [tree for tree in map(read_or_refused, texts) if tree is not None]
    assert len(trees) > 8000
    for tree in trees:
        assert parse(render(tree)) == tree
