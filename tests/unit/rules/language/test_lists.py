"""Named lists in rules: which are refused, what stands in their place, what depends on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from workers.rules.language import RuleError, expand, lists_of, parse, render
from workers.rules.language.limits import DEPTH_MAX, LISTED_TERMS_MAX
from workers.rules.language.tree import And, ListRef, Near, Or, Phrase, Word, walk

Lists = Mapping[str, Sequence[str]]

LISTS: Lists = {
    "firms": ["acme", "Big Co", "alpha OR beta"],
    "places": ["@cities", "moscow"],
    "cities": ["seoul"],
    "pairs": ["a AND b"],
    "titles": ["x", "title:y"],
    "tests": ["urgency<3"],
    "codes": ["@tests", "lang:ko"],
    "nots": ["a", "NOT b"],
    "nearby": ["a NOT NEAR/2 b"],
    "empty": [],
    "self": ["a", "@self"],
    "one": ["@two"],
    "two": ["b OR @three"],
    "three": ["(c AND @one)"],
    "broken": ["a", "b AND (c"],
    "blank": ["a", " // nothing"],
    "lost": ["@nowhere"],
    "wrong": ["a NEAR/2 @pairs"],
    "through": ["@pairs"],
    "many": ["(a OR b OR c OR d)"] * 25,
}


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        pytest.param("a AND «@firm»", "there is no list firm", id="unknown"),
        pytest.param("«@Firms»", "there is no list Firms", id="unknown in upper case"),
        pytest.param("«@lost»", "there is no list nowhere, named by list lost", id="unknown through a list"),
        pytest.param("a «@empty»", "list empty is empty", id="empty"),
        pytest.param("«@self»", "list self names itself: self → self", id="a circle of one"),
        pytest.param("@firms OR «@two»", "list two names itself: two → three → one → two", id="a circle of three"),
        pytest.param("«@broken»", r"list broken, entry 2 \(b AND \(c\): this bracket is never closed", id="broken"),
        pytest.param("«@blank»", "list blank, entry 2 .*: there is no word", id="an entry without a word"),
        pytest.param("a NEAR/2 «@pairs»", "list pairs cannot stand in a phrase or in NEAR", id="AND in NEAR"),
        pytest.param("«@pairs» b", "list pairs cannot stand in a phrase", id="AND in a phrase"),
        pytest.param("(a OR «@through») b", "list through cannot stand in a phrase", id="AND through a list"),
        pytest.param(
            "ATLEAST/2(«@titles»)", "list titles cannot stand in a phrase or in NEAR", id="a field in ATLEAST"
        ),
        pytest.param("a NOT NEAR/2 «@nearby»", "list nearby cannot stand", id="NOT NEAR in NOT NEAR"),
        pytest.param("title:(a OR «@titles»)", "list titles cannot stand inside a field", id="a field in a field"),
        pytest.param("source:«@codes»", "list codes cannot stand inside a field", id="a test through a list"),
        pytest.param("«@wrong»", "list wrong, entry 1 .*: list pairs cannot stand", id="wrong in the list itself"),
        pytest.param("«@nots»", "none of the words", id="unanchored"),
        pytest.param("a OR «NOT @firms»", "none of the words", id="NOT of a list"),
        pytest.param("«@many @many @firms»", "more than 10,000 ways", id="variants, the entries multiplied"),
    ],
)
def test_a_list_is_refused_where_it_is_named(marked: str, message: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(RuleError, match=message) as refused:
        parse(text, LISTS)
    assert (refused.value.start, refused.value.end) == (marked.index("«"), marked.index("»") - 1)
    assert refused.value.hint


def test_without_lists_a_name_stands_for_one_word_that_must_be_there() -> None:
    assert parse("@whatever NEAR/2 @else") == Near(ListRef("whatever"), ListRef("else"), 2, False)
    with pytest.raises(RuleError, match="none of the words"):
        parse("NOT @whatever")


def test_the_tree_that_is_read_holds_lists_by_name() -> None:
    assert parse("a AND @firms", LISTS) == And((Word("a"), ListRef("firms")))


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        pytest.param("@firms", 'acme OR "big co" OR alpha OR beta', id="joined by OR"),
        pytest.param("@cities", "seoul", id="one entry"),
        pytest.param("@places OR x", "seoul OR moscow OR x", id="a list in a list"),
        pytest.param("@firms group", '(acme OR "big co" OR alpha OR beta) group', id="in a phrase"),
        pytest.param("@cities city", '"seoul city"', id="one entry in a phrase"),
        pytest.param("x NEAR/2 @places", "x NEAR/2 (seoul OR moscow)", id="in NEAR"),
        pytest.param("x AND @pairs", "x AND a AND b", id="AND in AND"),
        pytest.param("x NOT @pairs", "x AND NOT (a AND b)", id="under NOT"),
        pytest.param("x AND @nots", "x AND (a OR NOT b)", id="NOT where it is anchored otherwise"),
        pytest.param("title:@firms", 'title:(acme OR "big co" OR alpha OR beta)', id="in a field"),
        pytest.param("title:@pairs", "title:(a AND b)", id="AND in a field"),
        pytest.param("@titles OR @codes", "x OR title:y OR urgency<3 OR lang:ko", id="fields where they may stand"),
        pytest.param("ANY/2(@cities, @places, b)", "ANY/2(seoul, seoul OR moscow, b)", id="in ANY"),
        pytest.param("no list", '"no list"', id="none"),
    ],
)
def test_entries_are_put_in_place_as_if_in_brackets(text: str, expanded: str) -> None:
    tree = expand(parse(text, LISTS), LISTS)
    assert render(tree) == expanded
    assert parse(expanded) == tree


def test_what_stands_for_a_list_has_the_place_of_its_name() -> None:
    text = "a AND @firms @cities"
    phrase = list(walk(expand(parse(text, LISTS), LISTS)))[2]
    assert isinstance(phrase, Phrase)
    assert [text[slice(*place.span)] for place in phrase.places] == ["@firms", "@cities"]
    firms = phrase.places[0]
    assert isinstance(firms, Or)
    assert {node.span for node in firms.operands} == {(0, 0)}


def test_an_unknown_or_broken_list_is_not_put_in_place() -> None:
    for text in ("@firm", "@self", "@empty", "@broken"):
        with pytest.raises(RuleError):
            expand(parse(text), LISTS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("a", "", id="none"),
        pytest.param("@places AND @firms", "places cities firms", id="through a list"),
        pytest.param("@one", "one two three", id="a circle"),
        pytest.param("@lost OR @unknown", "lost nowhere unknown", id="unknown ones"),
        pytest.param("@broken @empty", "broken empty", id="what cannot be read names nothing"),
    ],
)
def test_a_rule_depends_on_all_lists_behind_its_own(text: str, names: str) -> None:
    assert lists_of(parse(text), LISTS) == frozenset(names.split())


def test_a_changed_list_is_read_anew() -> None:
    tree = parse("@l")
    assert render(expand(tree, {"l": ["a"]})) == "a"
    assert render(expand(tree, {"l": ["@m"], "m": ["b"]})) == "b"
    assert render(expand(tree, {"l": ["@m"], "m": ["c"]})) == "c"


def chain(links: int, entry: str = "@l{}") -> dict[str, list[str]]:
    lists = {f"l{number}": [entry.format(number + 1, number + 1)] for number in range(1, links)}
    return {**lists, f"l{links}": ["x"]}


def test_each_list_in_a_list_is_one_bracket_of_depth() -> None:
    lists = chain(DEPTH_MAX)
    assert render(expand(parse("@l1", lists), lists)) == "x"
    with pytest.raises(RuleError, match=f"more than {DEPTH_MAX} deep"):
        parse("(@l1)", lists)
    with pytest.raises(RuleError, match=f"more than {DEPTH_MAX} deep"):
        parse("@l1", chain(20_000))


@pytest.mark.parametrize("entry", ["@l{} OR @l{}", "@l{} AND @l{}"])
def test_lists_that_double_each_other_are_refused_before_they_fill_the_memory(entry: str) -> None:
    lists = chain(90, entry)
    with pytest.raises(RuleError, match=f"more than {LISTED_TERMS_MAX:,} terms"):
        parse("@l1", lists)
    with pytest.raises(RuleError, match=f"more than {LISTED_TERMS_MAX:,} terms"):
        expand(ListRef("l1"), lists)


def test_the_terms_of_a_list_do_not_count_towards_those_of_the_rule() -> None:
    lists = {"long": ["a " * 60_000]}
    parse("@long OR @long", lists)


@pytest.mark.parametrize(
    ("text", "by_lists"),
    [
        pytest.param("@firm", True, id="unknown"),
        pytest.param("@lost", True, id="unknown through a list"),
        pytest.param("@self", True, id="a circle"),
        pytest.param("@empty", True, id="empty"),
        pytest.param("a NEAR/2 @pairs", True, id="unfit for its place"),
        pytest.param("a NEAR/2 @through", True, id="unfit through a list"),
        pytest.param("@wrong", True, id="unfit in a list"),
        pytest.param("title:@titles", True, id="a field inside a field"),
        pytest.param("a OR @nots", True, id="not anchored"),
        pytest.param("@many @many @many", True, id="too many ways to say it"),
        pytest.param("@broken", False, id="a list that is wrong in itself"),
        pytest.param("@firms AND (", False, id="wrong in itself"),
        pytest.param("@firms OR NOT b", True, id="perhaps the list is at fault"),
        pytest.param("a OR NOT b", False, id="not anchored without a list"),
    ],
)
def test_a_refusal_says_whether_other_lists_could_cure_it(text: str, by_lists: bool) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text, LISTS)
    assert caught.value.by_lists is by_lists


def test_a_phrase_with_too_many_ways_of_its_own_is_not_cured_by_lists() -> None:
    word = "(" + " OR ".join("abcdefghijk") + ")"
    with pytest.raises(RuleError) as caught:
        parse(f"@firms AND {word * 4}", LISTS)
    assert caught.value.by_lists is False
