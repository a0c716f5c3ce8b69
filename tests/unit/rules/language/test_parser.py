"""What each way of writing means: the tree behind it."""

from __future__ import annotations

import pytest

from workers.rules.language import parse
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
    walk,
)

A, B, C, D = Word("a"), Word("b"), Word("c"), Word("d")


def words(text: str) -> Query:
    nodes = tuple(Wildcard(word) if "*" in word or "?" in word else Word(word) for word in text.split())
    return nodes[0] if len(nodes) == 1 else Phrase(nodes)


NORTH_KOREA = words("north korea")

PHRASES = [
    pytest.param("Russia", Word("russia"), id="a word is folded"),
    pytest.param("North Korea", NORTH_KOREA, id="words side by side are a phrase"),
    pytest.param('"North Korea"', NORTH_KOREA, id="with quotes too"),
    pytest.param("“North Korea”", NORTH_KOREA, id="curly quotes"),
    pytest.param("„North\tKorea“", NORTH_KOREA, id="low quotes"),
    pytest.param('"North" "Korea"', NORTH_KOREA, id="quotes side by side"),
    pytest.param('North"Korea"', NORTH_KOREA, id="a quote right behind a word"),
    pytest.param("North-Korea", NORTH_KOREA, id="a hyphen separates"),
    pytest.param("North, Korea", NORTH_KOREA, id="a comma separates"),
    pytest.param("North – Korea", NORTH_KOREA, id="signs alone are nothing"),
    pytest.param('"North AND Korea"', words("north and korea"), id="no operators in quotes"),
    pytest.param("Bosnia and Herzegovina", words("bosnia and herzegovina"), id="lower-case operators are words"),
    pytest.param("Or Not near", words("or not near"), id="only all upper case is an operator"),
    pytest.param("George W Bush", words("george w bush"), id="W alone is a word"),
    pytest.param("AND-gate", words("and gate"), id="operators stand alone"),
    pytest.param("U.S. troops", words("us troops"), id="words by the rules of texts"),
    pytest.param("Russia's 1,000 AT&T", words("russia 1000 at&t"), id="apostrophes, numbers, ampersands"),
    pytest.param("10:30", words("10 30"), id="a colon behind digits separates"),
    pytest.param("中国", words("中 国"), id="a run of Han is a phrase"),
    pytest.param("x\u200by", Word("xy"), id="format characters vanish"),
    pytest.param("(north OR south) korea", Phrase((Or((Word("north"), Word("south"))), Word("korea"))), id="a bracket"),
    pytest.param("((north) (korea))", NORTH_KOREA, id="a phrase in a phrase is one phrase"),
    pytest.param("(a NEAR/2 b) c", Phrase((Near(A, B, 2, False), C)), id="NEAR is a place"),
    pytest.param("(a OR b c)d", Phrase((Or((A, words("b c"))), D)), id="a phrase among alternatives"),
    pytest.param('@firms "a b" ~c =D', Phrase((ListRef("firms"), A, B, Stem("c"), Exact("D"))), id="all places"),
]

WILDCARDS = [
    pytest.param("Sanction*", Wildcard("sanction*"), id="any run"),
    pytest.param("wom?n", Wildcard("wom?n"), id="one letter"),
    pytest.param("colo*r", Wildcard("colo*r"), id="inside"),
    pytest.param("a?", Wildcard("a?"), id="one character before ?"),
    pytest.param("abc**", Wildcard("abc*"), id="stars in a row are one"),
    pytest.param("abc*d?*", Wildcard("abc*d?*"), id="several"),
    pytest.param('"nuclear test*"', words("nuclear test*"), id="in quotes"),
    pytest.param('"what now?"', words("what now?"), id="at the end of a quote"),
    pytest.param("AT&T*", Wildcard("at&t*"), id="other characters of words count"),
    pytest.param("O'Br*", Wildcard("obr*"), id="apostrophes apart"),
    pytest.param("한*", Wildcard("한*"), id="a Hangul syllable counts as three"),
    pytest.param("Élys*", Wildcard("elys*"), id="folded"),
    pytest.param("anti-tank*", words("anti tank*"), id="only its own word"),
    pytest.param("𐘀bc?𐘀*𐘀", Wildcard("𐘀bc?𐘀*𐘀"), id="next to the letter that stands in for them"),
    pytest.param("（sanction＊）", Wildcard("sanction*"), id="full width"),
]

PREFIXES = [
    pytest.param("~Sanctions", Stem("sanctions"), id="stem"),
    pytest.param("=US", Exact("US"), id="exact"),
    pytest.param("=US troops", Phrase((Exact("US"), Word("troops"))), id="exact binds to its piece only"),
    pytest.param("=anti-tank", Phrase((Exact("anti"), Exact("tank"))), id="to all of the piece"),
    pytest.param('="Apple Watch" x', Phrase((Exact("Apple"), Exact("Watch"), Word("x"))), id="to a quote"),
    pytest.param("~anti-tank", Phrase((Stem("anti"), Stem("tank"))), id="stems of a piece"),
    pytest.param("=OR", Exact("OR"), id="exact operator"),
    pytest.param("=U.S.'s", Exact("US"), id="exact is behind splitting"),
    pytest.param("=$100", Exact("100"), id="a sign before the word"),
    pytest.param("a=b", words("a b"), id="only at the beginning of a piece"),
    pytest.param("@nuclear-firms", ListRef("nuclear-firms"), id="list"),
    pytest.param("@a_1, @b", Phrase((ListRef("a_1"), ListRef("b"))), id="lists side by side"),
    pytest.param("me@home", words("me home"), id="@ inside separates"),
]

FIELDS = [
    pytest.param("title:a", InField("title", A), id="a word"),
    pytest.param("title: a", InField("title", A), id="white space behind the colon"),
    pytest.param("lead:a b OR c", Or((InField("lead", words("a b")), C)), id="the run of places"),
    pytest.param("body:(a OR b) c", InField("body", Phrase((Or((A, B)), C))), id="a run that begins with a bracket"),
    pytest.param("text:(a AND NOT b)", InField("text", And((A, Not(B)))), id="a bracket of anything"),
    pytest.param("title：（a）", InField("title", A), id="full width"),
    pytest.param('title:"a b" c', InField("title", words("a b c")), id="a quote and more"),
    pytest.param("title:=US", InField("title", Exact("US")), id="exact inside"),
    pytest.param("title:10:30", InField("title", words("10 30")), id="digits and colon inside"),
    pytest.param("NOT title:a AND b", And((Not(InField("title", A)), B)), id="binds tighter than NOT"),
    pytest.param("first/50:a b", First(50, words("a b")), id="first"),
    pytest.param("first/1000: (a NEAR/S b)", First(1000, Near(A, B, "S", False)), id="first of a bracket"),
    pytest.param("source:New York Times", Metadata("source", words("new york times")), id="metadata"),
    pytest.param("place:(a NOT b)", Metadata("place", And((A, Not(B)))), id="metadata of a bracket"),
    pytest.param("section:a OR author:b", Or((Metadata("section", A), Metadata("author", B))), id="two"),
    pytest.param("subject:@firms", Metadata("subject", ListRef("firms")), id="a list"),
    pytest.param("lang:KO", Codes("lang", ("ko",)), id="code without case"),
    pytest.param("lang:pt_BR", Codes("lang", ("pt-br",)), id="underscore as hyphen"),
    pytest.param('lang: "ko"', Codes("lang", ("ko",)), id="quoted code"),
    pytest.param("country:(kp OR KR)", Codes("country", ("kp", "kr")), id="codes"),
    pytest.param("lang:or OR lang:no", Or((Codes("lang", ("or",)), Codes("lang", ("no",)))), id="codes that are words"),
]

TESTS = [
    pytest.param("urgency<=3", Number("urgency", "<=", 3), id="at most"),
    pytest.param("urgency<3", Number("urgency", "<", 3), id="less"),
    pytest.param("words=0", Number("words", "=", 0), id="equal"),
    pytest.param("words>=1,000", Number("words", ">=", 1000), id="thousands"),
    pytest.param("urgency > 007", Number("urgency", ">", 7), id="white space and zeros"),
    pytest.param("urgency words", words("urgency words"), id="names alone are words"),
    pytest.param("words =US", Phrase((Word("words"), Exact("US"))), id="a word and an exact word"),
]

NEAR = [
    pytest.param("a NEAR/5 b", Near(A, B, 5, False), id="NEAR"),
    pytest.param("a W/5 b", Near(A, B, 5, False), id="W is NEAR"),
    pytest.param("a PRE/1000 b", Near(A, B, 1000, True), id="PRE"),
    pytest.param("a ONEAR/1 b", Near(A, B, 1, True), id="ONEAR is PRE"),
    pytest.param("a NEAR/S b", Near(A, B, "S", False), id="sentence"),
    pytest.param("a PRE/P b", Near(A, B, "P", True), id="paragraph"),
    pytest.param("a NOT NEAR/5 b", NotNear(A, B, 5), id="NOT NEAR"),
    pytest.param("a NOT // not\n W/P b", NotNear(A, B, "P"), id="a comment between NOT and W"),
    pytest.param("a NEAR/1 b PRE/2 c", Near(Near(A, B, 1, False), C, 2, True), id="grouped from the left"),
    pytest.param("a NEAR/1 (b NEAR/2 c)", Near(A, Near(B, C, 2, False), 1, False), id="brackets group otherwise"),
    pytest.param("a NEAR/1 b NOT NEAR/2 c", NotNear(Near(A, B, 1, False), C, 2), id="NEAR left of NOT NEAR"),
    pytest.param("a b NEAR/1 (c OR d)", Near(words("a b"), Or((C, D)), 1, False), id="phrases and alternatives"),
    pytest.param("a NEAR/1 b NOT c", And((Near(A, B, 1, False), Not(C))), id="NOT that is not NOT NEAR"),
    pytest.param("NOT a NEAR/1 b AND c", And((Not(Near(A, B, 1, False)), C)), id="tighter than NOT"),
    pytest.param("ATLEAST/3(a OR b c)", AtLeast(3, Or((A, words("b c")))), id="ATLEAST"),
    pytest.param("ATLEAST/3 (a, b)", AtLeast(3, words("a b")), id="no items in ATLEAST"),
]

BOOLEAN = [
    pytest.param("a AND b OR c AND d", Or((And((A, B)), And((C, D)))), id="AND before OR"),
    pytest.param("a AND (b OR c)", And((A, Or((B, C)))), id="brackets"),
    pytest.param("a AND b AND c", And((A, B, C)), id="one AND of three"),
    pytest.param("a AND (b AND (c AND d))", And((A, B, C, D)), id="brackets of AND in AND are nothing"),
    pytest.param("(a OR b) OR (c OR d)", Or((A, B, C, D)), id="brackets of OR in OR are nothing"),
    pytest.param("a NOT b", And((A, Not(B))), id="A NOT B"),
    pytest.param("a AND NOT b", And((A, Not(B))), id="A AND NOT B"),
    pytest.param("a NOT b NOT c AND d", And((A, Not(B), Not(C), D)), id="several NOTs"),
    pytest.param("a NOT b OR c", Or((And((A, Not(B))), C)), id="NOT before OR"),
    pytest.param("NOT NOT a", Not(Not(A)), id="NOT of NOT"),
    pytest.param("NOT (a OR b) AND c", And((Not(Or((A, B))), C)), id="NOT of a bracket"),
    pytest.param("(a)AND(b)", And((A, B)), id="brackets touch operators"),
    pytest.param('"a"OR"b"', Or((A, B)), id="quotes touch operators"),
    pytest.param("a // OR b (\nOR c", Or((A, C)), id="comment"),
    pytest.param("a//b\r\nb", words("a b"), id="comment at a word"),
    pytest.param('"a // b"', words("a b"), id="no comment in quotes"),
    pytest.param("a\n\nAND\n\tb", And((A, B)), id="several lines"),
]

ANY = [
    pytest.param("ANY/2(a, b, c)", AnyOf(2, (A, B, C)), id="items"),
    pytest.param("ANY/1(a)", AnyOf(1, (A,)), id="one item"),
    pytest.param("ANY/1(a AND b, c OR title:d)", AnyOf(1, (And((A, B)), Or((C, InField("title", D))))), id="rules"),
    pytest.param("ANY/1(a,b)", AnyOf(1, (A, B)), id="commas without space"),
    pytest.param("ANY/1(a ,b,=C,@l)", AnyOf(1, (A, B, Exact("C"), ListRef("l"))), id="commas end pieces"),
    pytest.param("ANY/1(1,5, 1,000)", AnyOf(1, (Word("1.5"), Word("1000"))), id="commas of numbers"),
    pytest.param("ANY/1((a, b), c)", AnyOf(1, (words("a b"), C)), id="commas in a bracket of its own"),
    pytest.param('ANY/1("a, b", c)', AnyOf(1, (words("a b"), C)), id="commas in quotes"),
    pytest.param(
        "ANY/1(lang:ko, urgency<3)", AnyOf(1, (Codes("lang", ("ko",)), Number("urgency", "<", 3))), id="tests"
    ),
    pytest.param("ANY/1(ANY/1(a, b), c)", AnyOf(1, (AnyOf(1, (A, B)), C)), id="ANY in ANY"),
    pytest.param("ANY/1(a, b) AND c, d", And((AnyOf(1, (A, B)), words("c d"))), id="commas behind it"),
]


@pytest.mark.parametrize(("text", "tree"), [*PHRASES, *WILDCARDS, *PREFIXES, *FIELDS, *TESTS, *NEAR, *BOOLEAN, *ANY])
def test_a_rule_means(text: str, tree: Query) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            'Russia AND "North Korea"',
            ['Russia AND "North Korea"', "Russia", '"North Korea"', "North", "Korea"],
            id="and",
        ),
        pytest.param("x OR (a NEAR/5 b)", ["x OR (a NEAR/5 b)", "x", "a NEAR/5 b", "a", "b"], id="near in brackets"),
        pytest.param(
            " title: (a b) NOT @l ",
            ["title: (a b) NOT @l", "title: (a b)", "a b", "a", "b", "NOT @l", "@l"],
            id="field",
        ),
        pytest.param("ＡＴ＆Ｔ ﬁn*", ["ＡＴ＆Ｔ ﬁn*", "ＡＴ＆Ｔ", "ﬁn*"], id="places as typed"),
        pytest.param(
            "ATLEAST/2(=U.S.) AND urgency < 3",
            ["ATLEAST/2(=U.S.) AND urgency < 3", "ATLEAST/2(=U.S.)", "U.S", "urgency < 3"],
            id="calls and tests",
        ),
        pytest.param("a\u200b ½", ["a\u200b ½", "a", "½", "½"], id="what vanishes and what grows"),
        pytest.param("lang:(ko OR en)", ["lang:(ko OR en)"], id="codes"),
    ],
)
def test_each_node_keeps_its_place_in_the_text_as_typed(text: str, parts: list[str]) -> None:
    assert [text[slice(*node.span)] for node in walk(parse(text))] == parts


def test_a_long_chain_of_near_is_grouped_from_the_left() -> None:
    count = 20_000
    chain: Query = A
    for _ in range(count - 1):
        chain = Near(chain, A, 1, False)
    assert parse(" W/1 ".join(["a"] * count)) == chain
