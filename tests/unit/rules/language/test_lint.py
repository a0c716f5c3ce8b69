"""Lint: what is legal in a rule but perhaps not meant, with its place."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import pytest

from workers.match.spellings import spellings
from workers.rules.language import parse
from workers.rules.language.lint import lint
from workers.rules.language.lint_knowledge import Knowledge, Related
from workers.rules.language.lint_note import Code, Note
from workers.rules.language.lint_related import KnownRules
from workers.rules.language.tree import Query

SPELLINGS = Knowledge(spellings=spellings)


class Seen:
    """Some words, each in so many articles; those that begin alike are inflections of each other."""

    def __init__(self, **articles: int) -> None:
        self._articles = articles

    def articles_with(self, word: str) -> int:
        return self._articles.get(word, 0)

    def inflections(self, word: str) -> Iterable[str]:
        return [each for each in self._articles if each[:5] == word[:5] and each != word]

    def expansion(self, pattern: str) -> int:
        return 1_001 if pattern == "con*" else sum(fnmatchcase(each, pattern) for each in self._articles)


def told(text: str, knowledge: Knowledge = SPELLINGS) -> list[tuple[Code, str]]:
    """Each note with the part of the rule it points at."""
    return [(note.code, text[note.start : note.end]) for note in lint(text, parse(text), knowledge)]


def row(text: str, *notes: tuple[Code, str]) -> object:
    return pytest.param(text, list(notes), id=text[:40])


SLIPS = [
    row("russia and ukraine", (Code.LOWER_CASE_OPERATOR, "and")),
    row("Bosnia and Herzegovina"),
    row('"russia and ukraine"'),
    row("russia AND not sport", (Code.LOWER_CASE_OPERATOR, "not")),
    row("(a OR b) or c", (Code.LOWER_CASE_OPERATOR, "or")),
    row("oil near gas", (Code.LOWER_CASE_OPERATOR, "near")),
    row("oil near/5 gas", (Code.LONG_IMPLIED_PHRASE, "oil near/5 gas"), (Code.LOWER_CASE_OPERATOR, "near/5")),
    row("oil NEAR/5 gas"),
    row("a AND b OR c", (Code.MIXED_AND_OR, "a AND b")),
    row("a OR b NOT c", (Code.MIXED_AND_OR, "b NOT c")),
    row("(a AND b) OR c"),
    row("x AND (a OR b AND c)", (Code.MIXED_AND_OR, "b AND c")),
    row("ANY/2(a, b AND c OR d)", (Code.MIXED_AND_OR, "b AND c")),
    row("ANY/1(a AND b, c OR d)"),
    row("three word phrase"),
    row("this has four words", (Code.LONG_IMPLIED_PHRASE, "this has four words")),
    row('"this has four words"'),
    row("x AND anti tank missile system", (Code.LONG_IMPLIED_PHRASE, "anti tank missile system")),
    row("北朝鮮核実験"),
    row('"who is Trump?"', (Code.QUESTION_MARK_ENDS_QUOTE, "?")),
    row('"who is Trump"'),
    row('"wom?n"'),
    row("anti-tank", (Code.PUNCTUATION_SEPARATES, "-")),
    row('"anti-tank"'),
    row('"Paris, Texas"'),
    row("Russia, China", (Code.PUNCTUATION_SEPARATES, ",")),
    row("Disney+", (Code.PUNCTUATION_SEPARATES, "+")),
    row('"AT & T"', (Code.PUNCTUATION_SEPARATES, " & ")),
    row("AT&T"),
    row("C++ AND C#"),
    row("Russia's AND U.S. AND l'Iran AND 1,000"),
    row("foo_bar", (Code.PUNCTUATION_SEPARATES, "_")),
    row("a AND urgencyy<=3", (Code.LOOKS_LIKE_TEST, "urgencyy<=3")),
    row("a AND urgencyy >= 3", (Code.LOOKS_LIKE_TEST, "urgencyy >= 3")),
    row("published>2026-13-01", (Code.LOOKS_LIKE_TEST, "published>2026-13-01")),
    row("author>3", (Code.LOOKS_LIKE_TEST, "author>3")),
    row("(word=200)", (Code.LOOKS_LIKE_TEST, "word=200")),
    row("a AND urgency<=3"),
    row("a AND words >= 1,000"),
    row("words =3"),
    row("a<b", (Code.PUNCTUATION_SEPARATES, "<")),
]
PROOFS = [
    row("a AND NOT a", (Code.NEVER_TRUE, "a AND NOT a")),
    row('"north korea" AND NOT korea', (Code.NEVER_TRUE, '"north korea" AND NOT korea')),
    row("x AND defence AND NOT defense", (Code.NEVER_TRUE, "x AND defence AND NOT defense")),
    row("(x OR y) AND NOT x AND NOT y", (Code.NEVER_TRUE, "(x OR y) AND NOT x AND NOT y")),
    row("x AND (y OR NOT x)", (Code.NEVER_TRUE, "NOT x")),
    row("x AND lang:ko AND lang:ja", (Code.NEVER_TRUE, "x AND lang:ko AND lang:ja")),
    row("x AND lang:pt AND lang:pt-br", (Code.ADDS_NOTHING, "lang:pt")),
    row("x AND urgency<3 AND urgency>4", (Code.NEVER_TRUE, "x AND urgency<3 AND urgency>4")),
    row("x AND urgency<3 AND urgency<5", (Code.ADDS_NOTHING, "urgency<5")),
    row("x AND NOT urgency<3 AND NOT urgency>=3"),  # a missing value passes neither
    row('first/2:"a b c"', (Code.NEVER_TRUE, 'first/2:"a b c"')),
    row('first/3:"a b c"'),
    row("korea NOT NEAR/5 korea", (Code.NEVER_TRUE, "korea NOT NEAR/5 korea")),
    row("korea NEAR/5 korea"),
    row("x AND (a OR NOT a)", (Code.ALWAYS_TRUE, "a OR NOT a")),
    row("x AND words>=0", (Code.ALWAYS_TRUE, "words>=0")),
    row("x AND (words<5 OR words>=5)", (Code.ALWAYS_TRUE, "words<5 OR words>=5")),
    row("x AND (urgency<5 OR urgency>=5)"),
    row("a OR (a AND b)", (Code.ADDS_NOTHING, "(a AND b)")),
    row("a AND (a OR b)", (Code.ADDS_NOTHING, "a OR b")),
    row('korea AND "north korea"', (Code.ADDS_NOTHING, "korea")),
    row('korea OR "north korea"', (Code.ADDS_NOTHING, '"north korea"')),
    row("title:korea AND korea", (Code.ADDS_NOTHING, "korea")),
    row("title:korea AND body:korea"),
    row("sanction OR sanction*", (Code.ADDS_NOTHING, "sanction")),
    row("defence OR defenc*"),  # the wildcard does not find the other spelling
    row("US OR =US", (Code.ADDS_NOTHING, "US")),
    row("ANY/2(a, a, b)"),
    row("(korea OR korea*) NEAR/5 troops", (Code.ADDS_NOTHING, "korea")),
    row('(korea OR "north korea") NEAR/5 troops'),  # the longer one begins nearer
    row('x AND NOT korea AND NOT "north korea"', (Code.ADDS_NOTHING, 'NOT "north korea"')),
    row("x AND place:(a OR NOT a)", (Code.ALWAYS_TRUE, "place:(a OR NOT a)")),
    row("x AND place:(a AND b) AND place:a", (Code.ADDS_NOTHING, "place:a")),
    row("@firms AND NOT @firms", (Code.NEVER_TRUE, "@firms AND NOT @firms")),
]
FIELDS = [
    row("lang:ko", (Code.METADATA_ALONE, "lang:ko")),
    row("place:kp AND NOT sport", (Code.METADATA_ALONE, "place:kp AND NOT sport")),
    row("korea OR words>=200", (Code.METADATA_ALONE, "words>=200")),
    row("korea AND words>=200"),
    row("ANY/2(korea, lang:ko)"),
    row("ANY/1(korea, lang:ko)", (Code.METADATA_ALONE, "ANY/1(korea, lang:ko)")),
]


@pytest.mark.parametrize(("text", "notes"), [*SLIPS, *PROOFS, *FIELDS])
def test_a_rule_has_these_notes_and_no_others(text: str, notes: list[tuple[Code, str]]) -> None:
    assert told(text) == notes


@pytest.mark.parametrize("text", ["defence AND NOT defense", "sanction OR sanction*"])
def test_without_spellings_nothing_is_claimed_of_them(text: str) -> None:
    assert told(text, Knowledge()) == []


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        row("ton AND x", (Code.SPELLINGS_DIFFER, "ton")),
        row("=ton AND x"),
        row("colour AND x"),
    ],
)
def test_spellings_that_join_different_things_are_told(text: str, notes: list[tuple[Code, str]]) -> None:
    assert told(text) == notes
    assert told(text, Knowledge()) == []


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        row("sanction", (Code.ONE_INFLECTION, "sanction")),
        row("sanction OR sanctions"),
        row("~sanction"),
        row("sanct* OR sanction"),
        row("sanctions"),  # the other form is rare beside it
        row("con*", (Code.WIDE_WILDCARD, "con*")),
        row("sanction*"),
    ],
)
def test_words_of_recent_articles_are_held_against_the_rule(text: str, notes: list[tuple[Code, str]]) -> None:
    assert told(text, Knowledge(seen=Seen(sanction=20, sanctions=400))) == notes


def test_a_field_that_no_recent_article_fills_is_told() -> None:
    knowledge = Knowledge(filled=frozenset({"title", "body", "place"}))
    notes = told("korea AND (lead:a OR place:b OR lang:ko OR first/9:c OR urgency<3)", knowledge)
    assert notes == [
        (Code.EMPTY_FIELD, "lead:a"),
        (Code.EMPTY_FIELD, "lang:ko"),
        (Code.EMPTY_FIELD, "urgency<3"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        pytest.param("a AND b", "b AND (a)", "equal", id="order"),
        pytest.param("colour", "color", "equal", id="spelling"),
        pytest.param("(a AND b) OR (a AND c)", "a AND (b OR c)", "covers", id="factored"),
        pytest.param('"north korea"', "korea", "covers", id="phrase"),
        pytest.param("a AND b", "a OR c", "covers", id="and in or"),
        pytest.param("a AND b AND NOT c", "a AND NOT c", "covers", id="not"),
        pytest.param("a AND NOT korea", 'a AND NOT "north korea"', "covers", id="narrower not"),
        pytest.param("title:korea", "korea", "covers", id="field"),
        pytest.param("lang:pt-br AND a", "lang:pt", "covers", id="code"),
        pytest.param("a NEAR/5 b", "a AND b", "covers", id="near"),
        pytest.param("a OR b", "a", None, id="wider"),
        pytest.param("a", "b", None, id="other"),
    ],
)
def test_other_rules_that_equal_or_cover_a_rule_are_told(one: str, other: str, relation: str | None) -> None:
    rules = {"one": parse(one), "other": parse(other), "third": parse("zebra")}
    known = KnownRules(rules, spellings)
    related = list(known.related_to("one")(rules["one"]))
    assert related == ([Related("other", relation)] if relation else [])  # type: ignore[arg-type]
    notes = lint(one, rules["one"], Knowledge(related=known.related_to("one")))
    codes = {"equal": Code.EQUAL_RULE, "covers": Code.COVERED_RULE}
    found = [note.code for note in notes if note.code in codes.values()]
    assert found == [codes[each] for each in (relation,) if each]


def test_each_note_says_what_to_do() -> None:
    knowledge = Knowledge(spellings=spellings, seen=Seen(sanction=2, sanctions=90), filled=frozenset())
    for param in (*SLIPS, *PROOFS, *FIELDS):
        text = param.values[0]  # type: ignore[attr-defined]
        for note in lint(text, parse(text), knowledge):
            assert isinstance(note, Note)
            assert note.message
            assert note.proposal
            assert 0 <= note.start < note.end <= len(text)


def _large() -> Iterator[tuple[str, str]]:
    yield "words", " OR ".join(f"w{number}" for number in range(25_000))
    yield "one word", " AND ".join(["x"] * 12_000)
    yield "wildcards", " OR ".join(f"abc{number}*" for number in range(8_000))
    yield "brackets", "c AND " + " AND ".join(f"(a{number} OR NOT b)" for number in range(4_000))
    yield "chain", "a" + " NEAR/5 a" * 8_000
    yield "pieces", " ".join(["a-b"] * 5_000)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in _large()])
def test_time_is_bounded_by_the_text(text: str) -> None:
    tree: Query = parse(text)
    began = time.process_time()
    lint(text, tree, SPELLINGS)
    assert time.process_time() - began < 30  # a second or two; quadratic work would take many minutes


@pytest.mark.parametrize(
    ("text", "message", "proposal"),
    [
        pytest.param("urgencyy<=3", "urgencyy is no field", "did you mean urgency<=3?", id="slip"),
        pytest.param("published>2026-13-01", "published is no field", "only urgency and words", id="date"),
        pytest.param("author>3", "author has no number", "only urgency and words", id="field of words"),
    ],
)
def test_what_looks_like_a_test_of_a_number_says_what_could_be_meant(text: str, message: str, proposal: str) -> None:
    (note,) = (each for each in lint(text, parse(text)) if each.code is Code.LOOKS_LIKE_TEST)
    assert message in note.message
    assert proposal in note.proposal


def test_a_covered_rule_is_left_out_only_with_its_channels_kept() -> None:
    rules = {"one": parse("a AND b"), "other": parse("a")}
    notes = lint("a AND b", rules["one"], Knowledge(related=KnownRules(rules).related_to("one")))
    (covered,) = (note for note in notes if note.code is Code.COVERED_RULE)
    assert covered.proposal == "keep other alone, with the channels of both, or narrow it"
