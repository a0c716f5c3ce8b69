"""What is refused: each with its place, its message and a way out."""

from __future__ import annotations

import pickle

import pytest

from workers.rules.language import RuleError, parse

# The place is marked in the text: what stands between « and » is blamed.
EMPTY = [
    pytest.param("«»", "no word", "write one", id="nothing"),
    pytest.param("« // only a comment»", "no word", "write one", id="a comment"),
    pytest.param("«– …»", "no word", "write one", id="signs"),
    pytest.param('a «""»', "no word", "write a word in it", id="an empty quote"),
    pytest.param('a «"-"»', "no word", "write a word in it", id="a quote of signs"),
    pytest.param("a OR «( )»", "nothing in this bracket", "take it out", id="an empty bracket"),
    pytest.param("ANY/1(a,«,» b)", "item of ANY is empty", "take out the comma", id="an empty item"),
    pytest.param("ANY/1(«,»a)", "item of ANY is empty", "take out the comma", id="an empty first item"),
    pytest.param("ANY/1(a,«)»", "item of ANY is empty", "take out the comma", id="an empty last item"),
    pytest.param("ANY/1«()»", "nothing in this bracket", "take it out", id="no item"),
]

BALANCE = [
    pytest.param("a AND «(»b OR c", "never closed", "add )", id="an open bracket"),
    pytest.param("«(»a AND (b)", "never closed", "add )", id="the open bracket of two"),
    pytest.param("a«)» AND b", "no bracket is open", "take ) out", id="a bracket that was not opened"),
    pytest.param('a AND «"»b', "quote is never closed", 'add "', id="an open quote"),
    pytest.param('="a" b «"»', "quote is never closed", 'add "', id="a third quote"),
    pytest.param("lang:«(»ko OR en", "never closed", "add )", id="an open bracket of codes"),
    pytest.param("ANY/2«(»a, b", "never closed", "add )", id="an open ANY"),
]

SIDES = [
    pytest.param("«AND» a", "AND has nothing on its left", '"and" in quotes', id="AND first"),
    pytest.param("a «OR»", "OR has nothing on its right", '"or" in quotes', id="OR last"),
    pytest.param("a «AND» OR b", "AND has nothing on its right", "write what", id="two operators"),
    pytest.param("a AND («OR» b)", "OR has nothing on its left", "write what", id="in a bracket"),
    pytest.param("(a «AND») b", "AND has nothing on its right", "write what", id="before a bracket closes"),
    pytest.param("a AND «NOT»", "NOT has nothing on its right", "write what", id="NOT last"),
    pytest.param("«NEAR/5» a", "NEAR/5 has nothing on its left", "write what", id="NEAR first"),
    pytest.param("a «PRE/S»", "PRE/S has nothing on its right", "write what", id="PRE last"),
    pytest.param("a «NOT NEAR/5» AND b", "NOT NEAR/5 has nothing on its right", "write what", id="NOT NEAR"),
    pytest.param("ANY/1(a «OR», b)", "OR has nothing on its right", "write what", id="before a comma"),
    pytest.param("a AND «title:» AND b", "title: has no word", "title:( … )", id="a field without a word"),
    pytest.param("«title:» NOT a", "title: has no word", "title:( … )", id="a field before NOT"),
    pytest.param("«title:» ATLEAST/2(a)", "title: has no word", "title:( … )", id="a field before ATLEAST"),
    pytest.param("«first/5:»", "first/5: has no word", "first/5:( … )", id="first without a word"),
    pytest.param("«lang:»", "no code behind", "lang:ko", id="no code"),
]

NUMBERS = [
    pytest.param("a «NEAR» b", "NEAR needs a number", '"near" in quotes', id="NEAR alone"),
    pytest.param("a «NEAR/» b", "NEAR needs a number", "NEAR/5", id="NEAR without n"),
    pytest.param("a «NEAR/x» b", "x is no distance", "NEAR/S", id="NEAR of a letter"),
    pytest.param("a «NEAR/s» b", "NEAR/s is no distance", "write NEAR/S", id="a small s"),
    pytest.param("a «PRE/1.5» b", "1.5 is no distance", "PRE/5", id="half a word"),
    pytest.param("a «W/O» b", "O is no distance", '"w" in quotes', id="W/O"),
    pytest.param("a «ONEAR/0» b", "out of range", "1 to 1,000", id="zero"),
    pytest.param("a «NEAR/1001» b", "out of range", "1 to 1,000", id="too far"),
    pytest.param(f"a «NEAR/{'9' * 5000}» b", "out of range", "1 to 1,000", id="more digits than Python reads"),
    pytest.param("«PRE» a", "PRE needs a number", "PRE/5", id="PRE alone"),
    pytest.param("«ATLEAST» (a)", "ATLEAST needs a number", "ATLEAST/5(…)", id="ATLEAST alone"),
    pytest.param("«ATLEAST/S»(a)", "S is no number", "ATLEAST/5(…)", id="ATLEAST in a sentence"),
    pytest.param("«ANY»(a, b)", "ANY needs a number", "ANY/5(…, …)", id="ANY alone"),
    pytest.param("«ANY/0»(a)", "out of range", "1 to 1,000", id="ANY of none"),
    pytest.param("«ANY/3»(a, b)", "only 2 items", "ANY/2", id="more than there are"),
    pytest.param("«ANY/2»(a)", "only 1 item", "ANY/1", id="more than one"),
    pytest.param("«ATLEAST/2» a", "needs a bracket", "ATLEAST/2( … )", id="ATLEAST without a bracket"),
    pytest.param("a AND «ANY/2»", "needs a bracket", "ANY/2( … )", id="ANY at the end"),
    pytest.param("«first/0:»a", "out of range", "1 to 1,000", id="first of none"),
    pytest.param("«first/ten:»a", "ten is no number", "first/5:…", id="first of a word"),
    pytest.param("«first:»a", "first needs a number", "first/100:", id="first alone"),
    pytest.param("a «NOT PRE/3» b", "no operator", "NOT NEAR/3", id="NOT PRE"),
]

FIELDS = [
    pytest.param("«https:»//example.org", "https is no field", "quotes", id="an address"),
    pytest.param("a AND «Title:»b", "fields are lower case", "title:", id="upper case"),
    pytest.param("«titel:»a", "titel is no field", "did you mean title:", id="a slip"),
    pytest.param("«тема:»a", "тема is no field", "the fields are", id="any letters"),
    pytest.param("«NATO:» the alliance", "NATO is no field", "quotes", id="a colon behind a word"),
    pytest.param("«urgency:»3", "no text field", "urgency<=3", id="a number field with a colon"),
    pytest.param("title:«lead:»a", "inside title:", "then AND", id="a field behind a field"),
    pytest.param("title:(a AND «source:»b)", "inside title:", "then AND", id="a field in a field"),
    pytest.param("body:(a OR (b AND «lang:»ko))", "inside body:", "then AND", id="a code in a field"),
    pytest.param("source:(a AND «urgency<3»)", "inside source:", "then AND", id="a test in a field"),
    pytest.param("first/9:(a) («title:»b)", "inside first:", "then AND", id="a second bracket of a field"),
    pytest.param("big «title:»Korea", "inside a run", "AND or OR before title:", id="a prefix inside a run"),
    pytest.param("title:a «lang:»ko", "inside a run", "AND or OR before lang:", id="a prefix behind a run"),
    pytest.param("«lang:ko» a", "lang cannot stand inside a phrase", "AND or OR", id="words behind a code"),
    pytest.param("a «urgency<=3»", "urgency cannot stand inside a phrase", "AND or OR", id="a test behind words"),
    pytest.param("lang:«kor*»", "kor* is no code", "lang:(ko OR ja)", id="a wildcard of a code"),
    pytest.param("lang:(ko «AND» en)", "joined by OR", "lang:(ko OR ja)", id="AND of codes"),
    pytest.param("country:(«NOT» kp)", "NOT is no code", "NOT stands before country:", id="NOT of codes"),
    pytest.param("lang:«@l»", "@l is no code", "lang:ko", id="a list of codes"),
]

TESTS = [
    pytest.param("«Urgency<3»", "lower case", "urgency<3", id="upper case"),
    pytest.param("«urgency=>3»", "=> is no comparison", "<=", id="the wrong way round"),
    pytest.param("«urgency==3»", "== is no comparison", "<=", id="two equal signs"),
    pytest.param("«urgency<=x»", "whole number", "urgency<=3", id="a word"),
    pytest.param("«urgency<3.5»", "whole number", "urgency<3", id="a fraction"),
    pytest.param("«urgency<-3»", "whole number", "urgency<3", id="a sign"),
    pytest.param("«words >» (200)", "whole number", "words>3", id="a bracket"),
    pytest.param(f"«words<{'9' * 5000}»", "out of range", "1,000,000,000", id="more digits than Python reads"),
]

SIGNS = [
    pytest.param("a AND «co*»", "co is too short before *", "at least 3 letters", id="two letters before *"),
    pytest.param("«c?*»", "too short before *", "at least 3 letters", id="? is no letter"),
    pytest.param(
        "«\u0643\u0640\u0640*»", "too short before *", "at least 3 letters", id="letters that fold to nothing"
    ),
    pytest.param('"the «*tion» of"', "* has nothing on its left", "sanction*", id="a wildcard first"),
    pytest.param(
        "a 北«*»", "* stands behind 北, which is a word of its own", "leave * out", id="* behind a Han letter"
    ),
    pytest.param("ん«?»", "? stands behind ん", "one letter is one word", id="? behind a Kana letter"),
    pytest.param("a «*» b", "* has nothing on its left", "sanction*", id="a wildcard alone"),
    pytest.param("really «?»", "? has nothing on its left", "wom?n", id="a question mark alone"),
    pytest.param("anti-«?ank»", "? has nothing on its left", "wom?n", id="behind a hyphen"),
    pytest.param("中国«*»", "* stands behind 国, which is a word", "leave * out", id="behind letters that are words"),
    pytest.param("~sanction«*»", "~ cannot stand before a wildcard", "leave out", id="stem of a wildcard"),
    pytest.param('="Appl«?» Watch"', "= cannot stand before a wildcard", "leave out", id="exact wildcard"),
    pytest.param("a AND «~»(b)", "~ (stem) cannot stand before a bracket", "~ before each", id="stem of a bracket"),
    pytest.param("«=»(a)", "= (exact) cannot stand before a bracket", "= before each", id="exact bracket"),
    pytest.param("«~» a", "~ (stem) needs a word", "~word", id="stem of a space"),
    pytest.param("a «=»", "= (exact) needs a word", "=word", id="exact end"),
    pytest.param("«=»~a", "cannot stand before ~", "one of them", id="exact stem"),
    pytest.param("«~»@firms", "cannot stand before @", "one of them", id="stem of a list"),
    pytest.param("«~»title:a", "cannot stand before a field", "title:~", id="stem of a field"),
    pytest.param("«=»…", "no word behind", "right behind =", id="exact sign"),
    pytest.param("a «-»b", "- does not exclude", "write NOT in its place", id="minus before a word"),
    pytest.param('«-»"b c"', "- does not exclude", "NOT", id="minus before a quote"),
    pytest.param("a «-»(b)", "- does not exclude", "NOT", id="minus before a bracket"),
    pytest.param("title:«-»a", "- does not exclude", "say first what must be there", id="minus in a field"),
    pytest.param("ANY/1(a,«-»b)", "- does not exclude", "NOT", id="minus in an item"),
    pytest.param("«+»a", "+ does not demand", "take it out; what else", id="plus before a word"),
    pytest.param("a OR «+»b", "+ does not demand", "take it out; what else", id="plus behind OR"),
    pytest.param("(a) «+»b", "+ does not demand", "write AND in its place", id="plus behind a bracket"),
    pytest.param("«-»a b", "- does not exclude", "say first what must be there, then NOT", id="minus at the beginning"),
    pytest.param("a AND «-»b", "- does not exclude", "write NOT in its place", id="minus behind AND"),
    pytest.param("a «－»5", "- does not exclude", "NOT", id="full-width minus before a number"),
    pytest.param("a AND «@»", "@ needs the name", "@name", id="no list name"),
    pytest.param("«@firms.com»", "no list name", "@firms", id="more than a list name"),
]

OPERANDS = [
    pytest.param("(a «AND» b) c", "AND cannot stand inside a phrase", "side by side", id="AND in a phrase"),
    pytest.param("(«NOT a») b", "NOT cannot stand inside a phrase", "side by side", id="NOT in a phrase"),
    pytest.param("(x OR «title:a») b", "title cannot stand inside a phrase", "side by side", id="field in a phrase"),
    pytest.param("a «ATLEAST/2(b)»", "ATLEAST cannot stand inside a phrase", "side by side", id="ATLEAST in a phrase"),
    pytest.param("«title:a» NEAR/5 b", "title cannot stand inside NEAR/5", "title:(A NEAR/5 B)", id="field in NEAR"),
    pytest.param(
        "b NEAR/5 (a x «AND» b AND c)", "AND cannot stand inside NEAR/5", "join the rest with AND", id="AND in NEAR"
    ),
    pytest.param("b PRE/S «ANY/1(a)»", "ANY cannot stand inside PRE/S", "join the rest", id="ANY in PRE"),
    pytest.param("a «NOT NEAR/5» b NEAR/3 c", "NOT NEAR/5 cannot stand inside NEAR/3", "join", id="NOT NEAR first"),
    pytest.param("a «NOT NEAR/5» b NOT NEAR/3 c", "cannot stand inside NOT NEAR/3", "join", id="NOT NEAR twice"),
    pytest.param("a NEAR/3 (b «NOT NEAR/5» c)", "NOT NEAR/5 cannot stand inside NEAR/3", "join", id="NOT NEAR in NEAR"),
    pytest.param("a NEAR/5 (b «NOT» c)", "NOT cannot stand inside NEAR/5", "join", id="A NOT B in NEAR"),
    pytest.param("a NEAR/5 «NOT» b", "NOT cannot stand inside NEAR/5", "A NOT NEAR/5 B", id="NOT behind NEAR"),
    pytest.param("ATLEAST/2(a OR «NOT b»)", "NOT cannot stand inside ATLEAST/2", "join", id="NOT in ATLEAST"),
    pytest.param("ATLEAST/2(«lead:a»)", "lead cannot stand inside ATLEAST/2", "join", id="field in ATLEAST"),
    pytest.param("ATLEAST/2(«ATLEAST/2(a)»)", "ATLEAST cannot stand inside ATLEAST/2", "join", id="ATLEAST twice"),
]

UNANCHORED = [
    pytest.param("«NOT a»", "none of the words", "with AND what must be there", id="NOT alone"),
    pytest.param("a OR «NOT b»", "none of the words", "with AND what must be there", id="OR NOT"),
    pytest.param("«NOT urgency<=3»", "none of the words", "with AND what must be there", id="NOT of a test"),
    pytest.param("«title:(NOT a)»", "none of the words", "with AND what must be there", id="NOT in a field"),
    pytest.param("«ANY/1(a, NOT b)»", "none of the words", "with AND what must be there", id="NOT in ANY"),
]


@pytest.mark.parametrize(
    ("marked", "message", "hint"),
    [*EMPTY, *BALANCE, *SIDES, *NUMBERS, *FIELDS, *TESTS, *SIGNS, *OPERANDS, *UNANCHORED],
)
def test_refused_with_the_place_and_the_way_out(marked: str, message: str, hint: str) -> None:
    start = marked.index("«")
    end = marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(RuleError) as refused:
        parse(text)
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert (refused.value.start, refused.value.end) == (start, end)


def refusal(text: str) -> RuleError:
    with pytest.raises(RuleError) as refused:
        parse(text)
    return refused.value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "Russia AND (North Korea OR defence",
            "Russia AND (North Korea OR defence\n"
            "           ^ this bracket is never closed\n"
            "  hint: add ) where the group ends",
            id="one line",
        ),
        pytest.param(
            "Russia AND\r\n\tKorea) // more\nx",
            "line 2:\n"
            " Korea) // more\n"
            "      ^ no bracket is open here\n"
            "  hint: take ) out, or add ( where the group begins",
            id="one line of several, a tab is one column",
        ),
        pytest.param(
            "\N{ZERO WIDTH SPACE}中国 e\N{COMBINING ACUTE ACCENT} )",
            "中国 e\N{COMBINING ACUTE ACCENT} )\n"
            "       ^ no bracket is open here\n"
            "  hint: take ) out, or add ( where the group begins",
            id="wide characters take two columns, marks and what is not seen none",
        ),
        pytest.param(
            "x" * 200 + ")" + "y" * 200,
            "…" + "x" * 60 + ")" + "y" * 39 + "…\n" + " " * 61 + "^ no bracket is open here\n"
            "  hint: take ) out, or add ( where the group begins",
            id="a long line is clipped around the caret",
        ),
        pytest.param(
            "a AND\n",
            "a AND\n"
            "  ^ AND has nothing on its right\n"
            '  hint: write what should stand there; for the word itself write "and" in quotes',
            id="a line break at the end makes no second line",
        ),
    ],
)
def test_a_refusal_is_told_with_a_caret_under_the_place(text: str, told: str) -> None:
    assert refusal(text).told(text) == told


def test_a_refusal_is_one_line_and_can_be_written_whatever_was_typed() -> None:
    text = "a AND \ud800\x1b[31m\u202eevil\u0085:x: b\x07*"
    told = refusal(text).told(text)
    assert told.encode()
    assert not set("\x1b\x07\u202e\u0085") & set(told)


def test_a_refusal_survives_pickling() -> None:
    error = refusal("a AND")
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (twin.message, twin.start, twin.end, twin.hint) == (error.message, error.start, error.end, error.hint)
    assert str(twin) == error.message
