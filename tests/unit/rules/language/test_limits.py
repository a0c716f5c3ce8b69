"""How large a rule may be, and that size costs no more than its measure, in time and in depth of calls."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from workers.rules.language import RuleError, expand, lists_of, parse, render
from workers.rules.language.limits import CHARACTERS_MAX, DEPTH_MAX, TERMS_MAX, VARIANTS_MAX
from workers.rules.language.tree import Query, walk

FRAMES = 60  # what a caller that is deep in its own calls must have left


def nested(opening: str, times: int, closing: str = ")") -> str:
    return opening * times + "z" + closing * times


DEEPEST = [
    pytest.param(nested("(", 100), id="brackets"),
    pytest.param(nested("(a AND ", 100), id="AND"),
    pytest.param(nested("(a AND (b OR ", 50, "))"), id="AND and OR"),
    pytest.param(nested("(a OR b NEAR/2 c ", 100), id="phrases, NEAR and OR"),
    pytest.param("a AND " + nested("NOT ", 100, ""), id="NOT"),
    pytest.param("a AND " + nested("NOT (b AND ", 50), id="NOT of AND"),
    pytest.param("title:" + nested("(a OR b AND ", 100), id="in a field"),
    pytest.param(nested("ANY/1(a AND b OR ", 100), id="ANY"),
    pytest.param("a" + " NEAR/1 a" * 5_000, id="a chain of NEAR"),
    pytest.param("a" + " NEAR/1 a" * 5_000 + " NOT NEAR/1 b", id="a chain of NEAR before NOT NEAR"),
    pytest.param("ATLEAST/2(a" + " PRE/1 (b OR c)" * 5_000 + ")", id="a chain of brackets"),
]


def with_frames_left(frames: int, call: Callable[[], object]) -> None:
    """Run on a thread of its own, whose stack begins empty, with that many calls allowed."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as exc:  # noqa: BLE001  # told below, on the thread that can fail the test
            failures.append(exc)

    before = sys.getrecursionlimit()
    thread = threading.Thread(target=run)
    sys.setrecursionlimit(frames)
    try:
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(before)
    if failures:
        raise failures[0]


@pytest.mark.parametrize("text", DEEPEST)
def test_the_deepest_rule_needs_only_a_few_nested_calls(text: str) -> None:
    def everything() -> None:
        tree = parse(text, {})
        twin = parse(render(tree))
        assert twin == tree
        assert hash(twin) == hash(tree)
        assert repr(twin) == repr(tree)
        assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301  # our own bytes
        assert copy.deepcopy(tree) == tree
        assert expand(tree, {}) == tree
        assert lists_of(tree, {}) == frozenset()

    with_frames_left(FRAMES, everything)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param(nested("(", 101), 100, id="brackets"),
        pytest.param("(" * 1_000_000, 100, id="a million brackets"),
        pytest.param("a AND " + nested("NOT ", 101, ""), 406, id="NOT"),
        pytest.param("NOT " * 250_000, 400, id="a quarter of a million NOTs"),
        pytest.param(nested("NOT (", 51), 250, id="both"),
        pytest.param("a AND " + nested("ANY/1(", 101), 611, id="ANY"),
        pytest.param(nested("ATLEAST/1(", 101), 1009, id="ATLEAST"),
        pytest.param("(" * 100 + "lang:(ko)" + ")" * 100, 105, id="codes"),
    ],
)
def test_a_rule_that_is_too_deep_is_refused_at_the_bracket_or_not_that_goes_beyond(text: str, start: int) -> None:
    with pytest.raises(RuleError, match=f"more than {DEPTH_MAX} deep") as refused:
        parse(text)
    assert refused.value.start == start


def test_brackets_that_were_closed_are_not_depth() -> None:
    parse(" AND ".join(["(a OR NOT (b))"] * 1000 + ["a"]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a" * (CHARACTERS_MAX + 1), f"at most {CHARACTERS_MAX:,} characters", id="characters"),
        pytest.param("a " * (TERMS_MAX + 1), f"at most {TERMS_MAX:,} terms", id="words"),
        pytest.param(f'"{"a " * (TERMS_MAX + 1)}"', f"at most {TERMS_MAX:,} terms", id="words in one quote"),
        pytest.param("@a " * (TERMS_MAX + 1), f"at most {TERMS_MAX:,} terms", id="lists"),
        pytest.param("中" * (TERMS_MAX + 1), f"at most {TERMS_MAX:,} terms", id="letters that are words"),
        pytest.param("=a " * (TERMS_MAX + 1), f"at most {TERMS_MAX:,} terms", id="exact words"),
        pytest.param("(a OR b) " * 14, f"more than {VARIANTS_MAX:,} ways", id="variants"),
        pytest.param("(a OR b) " * 10_000, f"more than {VARIANTS_MAX:,} ways", id="more variants than can be counted"),
        pytest.param("((a OR b) NEAR/1 (c OR d)) " * 7, f"more than {VARIANTS_MAX:,} ways", id="variants by NEAR"),
        pytest.param("((a OR b) (c OR d) OR e) " * 6, f"more than {VARIANTS_MAX:,} ways", id="variants in variants"),
    ],
)
def test_beyond_a_limit_a_rule_is_refused_with_the_message_of_that_limit(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message) as refused:
        parse(text)
    assert 0 <= refused.value.start < refused.value.end <= len(text)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("a" * CHARACTERS_MAX, 1, id="characters"),
        pytest.param("a " * TERMS_MAX, TERMS_MAX, id="words"),
        pytest.param("(a OR b) " * 13, 26, id="variants"),
        pytest.param(f"({' OR '.join('a' * 100)}) ({' OR '.join('b' * 100)})", 200, id="variants to the last"),
    ],
)
def test_at_a_limit_a_rule_is_read(text: str, terms: int) -> None:
    assert sum(not any(True for _ in walk_under(node)) for node in walk(parse(text))) == terms


def walk_under(node: Query) -> Any:
    nodes = walk(node)
    next(nodes)
    return nodes


def calls_made(call: Callable[[], object]) -> int:
    """Calls of Python and of C functions: a measure of work that does not depend on the machine's load."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


GROWING = [
    pytest.param(lambda n: " ".join(["a"] * n), id="a phrase"),
    pytest.param(lambda n: " AND ".join(["a"] * n), id="AND"),
    pytest.param(lambda n: " OR ".join(["a b"] * n), id="OR"),
    pytest.param(lambda n: " NEAR/1 ".join(["a"] * n), id="NEAR"),
    pytest.param(lambda n: "a" + " NOT b" * n, id="NOT"),
    pytest.param(lambda n: f"ANY/1({','.join(['a'] * n)})", id="ANY"),
    pytest.param(lambda n: "(a) OR " * n + "b", id="brackets"),
    pytest.param(lambda n: nested("(a OR b AND ", 100) + " OR c" * n, id="behind deep brackets"),
    pytest.param(lambda n: "((((" + "a OR " * n + "b) OR c) OR d) OR e)", id="in brackets of OR"),
    pytest.param(lambda n: "abc* " * n, id="wildcards"),
    pytest.param(lambda n: "title:a OR " * n + "b", id="fields"),
    pytest.param(lambda n: f"lang:({' OR '.join(['ko'] * n)})", id="codes"),
    pytest.param(lambda n: "a //\n" * n, id="comments"),
    pytest.param(lambda n: "ﬁ \u200b" * n, id="what moves places"),
    pytest.param(lambda n: "- " * n + "a AND", id="signs, refused at the end"),
    pytest.param(lambda n: "a OR " * n + "(b", id="words, refused at the end"),
    pytest.param(lambda n: "a OR NOT b OR " * n + "c", id="words, refused as a whole"),
]


@pytest.mark.parametrize("rule", GROWING)
def test_ten_times_the_rule_is_at_most_some_ten_times_the_work(rule: Callable[[int], str]) -> None:
    def work(text: str) -> None:
        try:
            render(parse(text))
        except RuleError as exc:
            exc.told(text)

    short, long = rule(100), rule(1000)
    work(short)  # what is computed once is computed now
    work(long)
    assert calls_made(lambda: work(long)) < 12 * calls_made(lambda: work(short))


PARTS = [")", '"', '"a" ', ",", "~", "=", "@", "*", "-", "- ", "//", "//\n", "a:", "title:", "words<", "NEAR/", "'"]


@pytest.mark.parametrize(
    "text",
    [
        *[pytest.param(part * (CHARACTERS_MAX // len(part)), id=repr(part)) for part in PARTS],
        pytest.param("abc" + "?*" * 400_000, id="one word of wildcards"),
        pytest.param("NEAR/" + "9" * 900_000, id="a long distance"),
        pytest.param("a" + "\u0301" * 900_000, id="a letter with many marks"),
        pytest.param("a'" * 400_000, id="a word of apostrophes"),
    ],
)
def test_the_largest_text_of_any_kind_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except RuleError as exc:
        told = exc.told(text)
        assert len(told) < 1000
